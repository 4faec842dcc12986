#include "editor.hpp"

#include <utility>

#include "collet/machine.hpp"
#include "common/percent.hpp"

namespace collet::vscode {
namespace {

WebProgram::Options web_options(const Options& options, const EditorProgram& program,
                                const std::string& folder, const std::string& state_folder) {
  WebProgram::Options made;
  made.name = "the editor (" + program.name + ")";
  made.host = options.host;
  made.port = options.port;
  made.token = options.access_token;
  made.program = [options, program, folder, token_file = state_folder + "/token",
                  data_folder = state_folder + "/data"](const WebProgram::Door& door) {
    machine::write_private(token_file, door.token);
    return SpawnOptions{.argv =
                            editor_command(program, options, {door.port, token_file, data_folder, folder})};
  };
  return made;
}

}  // namespace

Editor::Editor(const Host& host, const Options& options, const EditorProgram& program,
               const std::string& folder, const std::string& state_folder)
    : base_path_(options.base_path), program_(host, web_options(options, program, folder, state_folder)) {}

std::optional<std::string> Editor::url(std::optional<std::string_view> base_url,
                                       const std::string& folder) const {
  const auto way = program_.way(base_url);
  if (!way) return std::nullopt;
  return way->url + base_path_ + "/?tkn=" + way->token + "&folder=" + percent_encoded(folder, "/");
}

}  // namespace collet::vscode
