#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "common/web_program.hpp"
#include "editor_program.hpp"

namespace collet::vscode {

/// The editor server, as it runs, and the way into it. Any thread, but start() and stop() by turns.
class Editor {
 public:
  /// `folder`: absolute, what is opened when nobody says. `state_folder`: ours alone.
  Editor(const Host& host, const Options& options, const EditorProgram& program, const std::string& folder,
         const std::string& state_folder);

  void start() { program_.start(); }
  void stop() { program_.stop(); }
  bool is_ready() const { return program_.status().state == Service::State::kReady; }
  /// For a browser; whoever has it is let in. `base_url`: where the editor's port is reached; none: here.
  /// Nothing while the editor doesn't run.
  std::optional<std::string> url(std::optional<std::string_view> base_url, const std::string& folder) const;

 private:
  const std::string base_path_;
  WebProgram program_;
};

}  // namespace collet::vscode
