// Which editor server there is, and how it is told what to do.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "options.hpp"

namespace collet::vscode {

struct EditorProgram {
  enum class Kind {
    kServer,    ///< VS Code's own server: openvscode-server, and what code-server has inside
    kServeWeb,  ///< `code serve-web`
  };
  std::string name;                  ///< for people
  std::vector<std::string> command;  ///< before its arguments
  Kind kind = Kind::kServer;
};

/// Where it is looked for.
struct Places {
  std::string path;             ///< as the variable PATH
  std::string openvscode_root;  ///< $OPENVSCODE_SERVER_ROOT
};

/// One start of it.
struct Launch {
  std::uint16_t port = 0;
  std::string token_file;   ///< holds the token, which so is in no list of processes
  std::string data_folder;  ///< settings and extensions
  std::string folder;       ///< that is opened when the page's address names none
};

/// What `options.command` names, else the first of openvscode-server, code-server and, once its license terms
/// are accepted, code. None: `problem` says why. Looks at files. Any thread.
std::optional<EditorProgram> find_editor(const Options& options, const Places& places, std::string& problem);

std::vector<std::string> editor_command(const EditorProgram& program, const Options& options,
                                        const Launch& launch);

}  // namespace collet::vscode
