#include "editor_program.hpp"

#include <filesystem>
#include <string_view>
#include <system_error>

#include "collet/machine.hpp"

namespace collet::vscode {
namespace {

namespace fs = std::filesystem;
using machine::find_program;

constexpr std::string_view kServerMain = "lib/vscode/out/server-main.js";

bool is_code_server(const std::string& file) { return fs::path(file).filename() == "code-server"; }

bool is_code(const std::string& file) {
  const auto name = fs::path(file).filename();
  return name == "code" || name == "code-insiders";
}

// The folder of code-server's package: above the program, or where Debian's package, whose program is a
// script elsewhere, has it.
fs::path code_server_root(const std::string& program) {
  std::error_code failed;
  fs::path folder = fs::canonical(program, failed);
  for (int up = 0; up < 4 && folder.has_relative_path(); ++up) {
    folder = folder.parent_path();
    if (fs::exists(folder / kServerMain, failed)) return folder;
  }
  folder = "/usr/lib/code-server";
  return fs::exists(folder / kServerMain, failed) ? folder : fs::path();
}

// code-server itself asks for a password in a form, and no address can answer that. VS Code's server, which
// it has inside, takes a token as the others do.
std::optional<EditorProgram> inside_code_server(const std::string& program, const Places& places,
                                                std::string& problem) {
  const fs::path root = code_server_root(program);
  if (root.empty()) {
    problem = program + " has no " + std::string(kServerMain) + " above it";
    return std::nullopt;
  }
  std::string node = find_program((root / "lib" / "node").string(), "");
  if (node.empty()) node = find_program("node", places.path);
  if (node.empty()) {
    problem = program + " needs node, which is not in PATH";
    return std::nullopt;
  }
  return EditorProgram{"code-server", {node, (root / kServerMain).string()}, EditorProgram::Kind::kServer};
}

std::optional<EditorProgram> as_program(const std::string& file, const Options& options, const Places& places,
                                        std::string& problem) {
  const std::string name = fs::path(file).filename().string();
  if (is_code_server(file)) return inside_code_server(file, places, problem);
  if (!is_code(file)) return EditorProgram{name, {file}, EditorProgram::Kind::kServer};
  if (options.accept_license_terms)
    return EditorProgram{name + " serve-web", {file, "serve-web"}, EditorProgram::Kind::kServeWeb};
  problem = file + " is used only with plugins.vscode.accept_license_terms: its server asks for that";
  return std::nullopt;
}

}  // namespace

std::optional<EditorProgram> find_editor(const Options& options, const Places& places, std::string& problem) {
  if (!options.command.empty()) {
    const std::string file = find_program(options.command, places.path);
    if (!file.empty()) return as_program(file, options, places, problem);
    problem = "there is no program " + options.command;
    return std::nullopt;
  }
  const std::string in_root =
      places.openvscode_root.empty() ? "" : places.openvscode_root + "/bin/openvscode-server";
  for (const std::string& name : {in_root, std::string("openvscode-server"), std::string("code-server"),
                                  std::string(options.accept_license_terms ? "code" : "")}) {
    const std::string file = find_program(name, places.path);
    if (file.empty()) continue;
    if (auto program = as_program(file, options, places, problem)) return program;
  }
  if (problem.empty()) problem = "neither openvscode-server nor code-server is installed";
  return std::nullopt;
}

std::vector<std::string> editor_command(const EditorProgram& program, const Options& options,
                                        const Launch& launch) {
  std::vector<std::string> command = program.command;
  const auto add = [&](std::initializer_list<std::string> words) { command.insert(command.end(), words); };
  add({"--host", options.host, "--port", std::to_string(launch.port)});
  add({"--connection-token-file", launch.token_file, "--server-data-dir", launch.data_folder});
  if (!options.base_path.empty()) add({"--server-base-path", options.base_path});
  if (options.accept_license_terms) add({"--accept-server-license-terms"});
  if (program.kind == EditorProgram::Kind::kServer)
    add({"--default-folder", launch.folder, "--disable-workspace-trust", "--telemetry-level", "off"});
  command.insert(command.end(), options.arguments.begin(), options.arguments.end());
  return command;
}

}  // namespace collet::vscode
