// Plugin "bash": the agents' terminal, and shell commands over HTTP.
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "collet/json.hpp"
#include "collet/plugin.hpp"
#include "commands/bash_routes.hpp"
#include "commands/command_service.hpp"
#include "commands/event_feed.hpp"
#include "commands/event_history.hpp"
#include "commands/event_purge.hpp"
#include "commands/event_socket.hpp"
#include "commands/host_record_log.hpp"
#include "commands/running_routes.hpp"
#include "pty/pty_routes.hpp"
#include "pty/pty_service.hpp"
#include "pty/pty_socket.hpp"
#include "system/event_loop.hpp"
#include "system/host_launcher.hpp"
#include "terminal/terminal_tool.hpp"

namespace collet::bash {
namespace {

class BashPlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    host_ = &setup.host();
    const auto config = json::parse(setup.config());
    if (config) {
      options_.load_bashrc = json::bool_at(*config, "load_bashrc").value_or(false);
      keep_events_ = std::chrono::seconds(json::int_at(*config, "events_retention_seconds").value_or(0));
      if (const auto seconds = json::int_at(*config, "pty_idle_seconds"))
        pty_limits_.unseen = std::chrono::seconds(*seconds);
    }
    setup.tool(std::make_unique<TerminalTool>([this]() -> TerminalPool& { return *terminals_; }));
    add_bash_routes(setup, [this] { return BashRouteParts{*commands_, *history_}; });
    add_event_socket(setup, [this] { return EventSocketParts{*commands_, *feed_}; });
    add_running_routes(setup, [this]() -> CommandService& { return *commands_; });
    add_pty_routes(setup, [this] { return PtyRouteParts{*ptys_, default_dir_}; });
    add_pty_socket(
        setup, [this]() -> PtyService& { return *ptys_; }, [this] { return host_->sessions(); });
  }

  void start() override {
    const auto warn = [log = host_->log()](const std::string& text) { log.warning(text); };
    options_.spool_dir = fresh_folder(host_->state_dir() + "/terminals");
    const auto report = [log = host_->log()](const std::string& text) { log.error(text); };
    loop_ = std::make_shared<EventLoop>(report);
    launcher_ = std::make_unique<HostLauncher>(host_->processes());
    terminals_ =
        std::make_unique<TerminalPool>(loop_, *launcher_, options_, mask_for(host_->masking()), warn);
    log_ = std::make_unique<HostRecordLog>(host_->store().log("events", EventHistory::indexes()));
    history_ = std::make_unique<EventHistory>(*log_);
    feed_ = std::make_unique<EventFeed>(host_->sessions(), *history_, EventFeed::Limits(), report);
    commands_ = std::make_unique<CommandService>(loop_, *launcher_, *history_, default_dir_,
                                                 CommandService::Limits(), report);
    ptys_ = std::make_unique<PtyService>(loop_, *launcher_, host_->sessions(), pty_limits_);
    if (keep_events_.count() > 0)
      purge_ = std::make_unique<EventPurge>(loop_, *history_, keep_events_, report);
  }

  void stop() override {
    purge_.reset();
    ptys_.reset();
    commands_.reset();
    terminals_.reset();
    loop_->stop();
    feed_.reset();
    history_.reset();
    log_.reset();
    launcher_.reset();
  }

 private:
  static TerminalPool::MaskFor mask_for(Masking masking) {
    return [masking](const std::string& conversation) -> Terminal::Mask {
      auto stream = std::make_shared<MaskStream>(masking.open(conversation));
      return [stream](std::string_view piece, bool last) { return stream->push(piece, last); };
    };
  }

  static std::string current_folder() {
    std::error_code removed;
    const auto path = std::filesystem::current_path(removed).string();
    return path.empty() ? "/" : path;
  }

  // What an earlier run that was killed has left there is nobody's.
  static std::string fresh_folder(const std::string& path) {
    std::filesystem::remove_all(path);
    if (::mkdir(path.c_str(), 0700) != 0)
      throw std::system_error(errno, std::generic_category(), "cannot make " + path);
    return path;
  }

  Host* host_ = nullptr;
  Terminal::Options options_;
  PtyService::Limits pty_limits_;
  std::chrono::seconds keep_events_{0};  // 0: until the store is full
  const std::string default_dir_ = current_folder();
  std::shared_ptr<EventLoop> loop_;
  std::unique_ptr<HostLauncher> launcher_;
  std::unique_ptr<TerminalPool> terminals_;
  std::unique_ptr<HostRecordLog> log_;
  std::unique_ptr<EventHistory> history_;
  std::unique_ptr<EventFeed> feed_;
  std::unique_ptr<CommandService> commands_;
  std::unique_ptr<PtyService> ptys_;
  std::unique_ptr<EventPurge> purge_;
};

}  // namespace
}  // namespace collet::bash

COLLET_PLUGIN_WITH_CONFIG(collet::bash::BashPlugin, "dev.collet.bash", "0.1.0",
                          "Runs shell commands, for agents and over HTTP",
                          R"({"type":"object","additionalProperties":false,)"
                          R"("properties":{"load_bashrc":{"type":"boolean"},)"
                          R"("events_retention_seconds":{"type":"integer","minimum":1},)"
                          R"("pty_idle_seconds":{"type":"integer","minimum":1}}})");
