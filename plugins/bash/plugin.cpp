// Plugin "bash": the agents' terminal, and shell commands over HTTP.
#include <sys/stat.h>

#include <cerrno>
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
#include "commands/event_socket.hpp"
#include "commands/host_record_log.hpp"
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
    if (config) options_.load_bashrc = json::bool_at(*config, "load_bashrc").value_or(false);
    setup.tool(std::make_unique<TerminalTool>([this]() -> TerminalPool& { return *terminals_; }));
    add_bash_routes(setup, [this] { return BashRouteParts{*commands_, *history_}; });
    add_event_socket(setup, [this] { return EventSocketParts{*commands_, *feed_}; });
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
    commands_ = std::make_unique<CommandService>(loop_, *launcher_, *history_,
                                                 std::filesystem::current_path().string(),
                                                 CommandService::Limits(), report);
  }

  void stop() override {
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

  // What an earlier run that was killed has left there is nobody's.
  static std::string fresh_folder(const std::string& path) {
    std::filesystem::remove_all(path);
    if (::mkdir(path.c_str(), 0700) != 0)
      throw std::system_error(errno, std::generic_category(), "cannot make " + path);
    return path;
  }

  Host* host_ = nullptr;
  Terminal::Options options_;
  std::shared_ptr<EventLoop> loop_;
  std::unique_ptr<HostLauncher> launcher_;
  std::unique_ptr<TerminalPool> terminals_;
  std::unique_ptr<HostRecordLog> log_;
  std::unique_ptr<EventHistory> history_;
  std::unique_ptr<EventFeed> feed_;
  std::unique_ptr<CommandService> commands_;
};

}  // namespace
}  // namespace collet::bash

COLLET_PLUGIN_WITH_CONFIG(collet::bash::BashPlugin, "dev.collet.bash", "0.1.0",
                          "Runs shell commands, for agents and over HTTP",
                          R"({"type":"object","additionalProperties":false,)"
                          R"("properties":{"load_bashrc":{"type":"boolean"}}})");
