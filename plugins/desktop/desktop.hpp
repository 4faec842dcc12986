#pragma once
#include <mutex>
#include <string>
#include <string_view>

#include "collet/service.hpp"
#include "common/web_program.hpp"
#include "desktop_programs.hpp"

namespace collet::desktop {

/// A desktop that nobody sees but in a browser: an X server that draws into memory and speaks VNC on a Unix
/// socket, a window manager on it, and websockify, which brings noVNC's page and, to who has the token, the
/// VNC. Any thread, but start() and stop() by turns.
class Desktop {
 public:
  /// `state_folder`: ours alone. `working_folder`: where programs start that the user opens.
  Desktop(const Host& host, Options options, DesktopPrograms programs, std::string state_folder,
          std::string working_folder);
  Desktop(const Desktop&) = delete;
  Desktop& operator=(const Desktop&) = delete;
  ~Desktop() { stop(); }

  void start();
  void stop();

  struct Address {
    std::string url;      ///< for a browser; whoever has it is let in. Empty: there is none now
    std::string problem;  ///< then why, one line for people
  };
  /// `base_url`: where noVNC's port is reached; empty: here.
  Address address(std::string_view base_url) const;

 private:
  ServiceStart prepare_x();
  ServiceStart prepare_session();
  SpawnOptions prepare_web(const WebProgram::Door& door) const;
  bool x_is_ready();
  int display() const;
  std::string file(const char* name) const { return state_folder_ + "/" + name; }

  const Options options_;
  const DesktopPrograms programs_;
  const std::string state_folder_, working_folder_;
  std::mutex starting_;  // held while the window manager is started; never with mutex_
  bool stopped_ = true;  // guarded by starting_
  mutable std::mutex mutex_;
  int display_ = 0;  // guarded by mutex_
  Service x_, session_;
  WebProgram web_;
};

}  // namespace collet::desktop
