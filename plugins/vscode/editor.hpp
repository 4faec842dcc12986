#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "collet/service.hpp"
#include "editor_program.hpp"

namespace collet::vscode {

/// The editor server, as it runs, and the way into it. Any thread, but start() and stop() by turns.
class Editor {
 public:
  /// `folder`: absolute, what is opened when nobody says. `state_folder`: ours alone.
  Editor(const Host& host, Options options, EditorProgram program, std::string folder,
         const std::string& state_folder);

  void start() { service_.start(); }
  void stop() { service_.stop(); }
  bool is_ready() const { return service_.status().state == Service::State::kReady; }
  /// For a browser; whoever has it is let in. `base_url`: where the editor's port is reached; none: here.
  /// Nothing while the editor doesn't run.
  std::optional<std::string> url(std::optional<std::string_view> base_url, const std::string& folder) const;

 private:
  struct Door {
    std::uint16_t port = 0;
    std::string token;
  };

  ServiceStart prepare();
  Door door() const;

  const Options options_;
  const EditorProgram program_;
  const std::string folder_, token_file_, data_folder_;
  mutable std::mutex mutex_;
  Door door_;  // guarded by mutex_
  Service service_;
};

}  // namespace collet::vscode
