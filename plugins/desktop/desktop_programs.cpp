#include "desktop_programs.hpp"

#include <filesystem>
#include <initializer_list>
#include <system_error>

#include "collet/machine.hpp"

namespace collet::desktop {
namespace {

std::string first_of(std::initializer_list<const char*> names, std::string_view path) {
  for (const char* name : names)
    if (auto file = machine::find_program(name, path); !file.empty()) return file;
  return {};
}

}  // namespace

DesktopPrograms find_programs(const Options& options, std::string_view path) {
  DesktopPrograms found;
  found.x_server = first_of({"Xtigervnc", "Xvnc"}, path);
  if (found.x_server.empty()) found.missing.emplace_back("Xtigervnc (tigervnc-standalone-server)");
  found.websockify = first_of({"websockify"}, path);
  if (found.websockify.empty()) found.missing.emplace_back("websockify (websockify)");
  std::error_code failed;
  if (!std::filesystem::exists(options.web + "/vnc.html", failed))
    found.missing.push_back(options.web + "/vnc.html (novnc)");
  if (options.session.empty()) {
    const auto file = first_of({"openbox", "startxfce4", "icewm-session", "fluxbox"}, path);
    if (file.empty())
      found.missing.emplace_back("a window manager (openbox)");
    else
      found.session = {file};
  } else if (machine::find_program(options.session.front(), path).empty()) {
    found.missing.push_back(options.session.front());
  } else {
    found.session = options.session;
  }
  return found;
}

}  // namespace collet::desktop
