#include "desktop.hpp"

#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "collet/machine.hpp"
#include "x_display.hpp"

namespace collet::desktop {
namespace {

constexpr const char* kTemporary = "/tmp";  // where X servers meet, whatever TMPDIR says

bool exists(const std::string& path) {
  std::error_code failed;
  return std::filesystem::exists(path, failed);
}

// For a shell.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) c == '\'' ? out += R"('\'')" : out += c;
  return out + "'";
}

ServiceOptions service(const char* name, std::function<ServiceStart()> prepare, std::function<bool()> ready) {
  ServiceOptions options;
  options.name = name;
  options.prepare = std::move(prepare);
  options.ready = std::move(ready);
  return options;
}

WebProgram::Options web_options(const Options& options,
                                std::function<SpawnOptions(const WebProgram::Door&)> program) {
  WebProgram::Options made;
  made.name = "noVNC";
  made.host = options.host;
  made.port = options.port;
  made.program = std::move(program);
  return made;
}

}  // namespace

Desktop::Desktop(const Host& host, Options options, DesktopPrograms programs, std::string state_folder,
                 std::string working_folder)
    : options_(std::move(options)),
      programs_(std::move(programs)),
      state_folder_(std::move(state_folder)),
      working_folder_(std::move(working_folder)),
      x_(host, service(
                   "the X server", [this] { return prepare_x(); }, [this] { return x_is_ready(); })),
      session_(host, service("the window manager", [this] { return prepare_session(); }, {})),
      web_(host, web_options(options_, [this](const WebProgram::Door& door) { return prepare_web(door); })) {}

void Desktop::start() {
  {
    const std::lock_guard lock(starting_);
    stopped_ = false;
  }
  x_.start();
  web_.start();
}

void Desktop::stop() {
  {
    const std::lock_guard lock(starting_);
    stopped_ = true;
  }
  web_.stop();
  session_.stop();
  x_.stop();
}

// VNC itself asks for nothing: its socket is a file that only our user may open. X asks for the cookie.
ServiceStart Desktop::prepare_x() {
  const std::string socket = file("vnc");
  if (socket.size() >= sizeof(sockaddr_un::sun_path))
    throw std::runtime_error("the path of the state folder is too long for a socket: " + state_folder_);
  ::unlink(socket.c_str());
  machine::write_private(file("xauthority"), authority(machine::random_bytes(16)));
  const int display = options_.display > 0 ? options_.display : free_display(kTemporary);
  machine::write_private(file("environment"), "export DISPLAY=:" + std::to_string(display) +
                                                  " XAUTHORITY=" + quoted(file("xauthority")) + "\n");
  ServiceStart start;
  start.program.argv = {programs_.x_server,
                        ":" + std::to_string(display),
                        "-geometry",
                        options_.geometry,
                        "-depth",
                        "24",
                        "-desktop",
                        "Collet",
                        "-auth",
                        file("xauthority"),
                        "-nolisten",
                        "tcp",
                        "-nolisten",
                        "local",
                        "-rfbport",
                        "-1",
                        "-rfbunixpath",
                        socket,
                        "-rfbunixmode",
                        "384",  // 0600
                        "-SecurityTypes",
                        "None"};
  const std::lock_guard lock(mutex_);
  display_ = display;
  return start;
}

// The window manager is started with the first X server. With a later one it comes back by itself.
bool Desktop::x_is_ready() {
  if (!exists(file("vnc")) || !exists(kTemporary + ("/.X11-unix/X" + std::to_string(display()))))
    return false;
  const std::lock_guard lock(starting_);
  if (!stopped_) session_.start();
  return true;
}

int Desktop::display() const {
  const std::lock_guard lock(mutex_);
  return display_;
}

ServiceStart Desktop::prepare_session() {
  ServiceStart start;
  start.program.argv = programs_.session;
  start.program.working_dir = working_folder_;
  start.program.environment = {{"DISPLAY", ":" + std::to_string(display())},
                               {"XAUTHORITY", file("xauthority")}};
  return start;
}

SpawnOptions Desktop::prepare_web(const WebProgram::Door& door) const {
  machine::write_private(file("tokens"), door.token + ": unix_socket:" + file("vnc") + "\n");
  const bool is_ipv6 = options_.host.find(':') != std::string::npos;
  return {.argv = {programs_.websockify, "--web=" + options_.web, "--token-plugin=ReadOnlyTokenFile",
                   "--token-source=" + file("tokens"),
                   (is_ipv6 ? "[" + options_.host + "]" : options_.host) + ":" + std::to_string(door.port)}};
}

Desktop::Address Desktop::address(std::string_view base_url) const {
  if (const auto x = x_.status(); !runs(x)) return {"", x.problem};
  const auto way = web_.way(base_url.empty() ? std::nullopt : std::optional(base_url));
  if (!way) return {"", web_.status().problem};
  // The token stands where browsers keep it to themselves; noVNC reads it there.
  return {way->url + "/vnc.html?autoconnect=1&resize=remote#path=websockify%3Ftoken%3D" + way->token, ""};
}

}  // namespace collet::desktop
