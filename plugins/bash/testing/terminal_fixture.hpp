// For the unit tests: a terminal in a folder of its own, and calls to it.
#pragma once
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "collet/testing/temporary_folder.hpp"
#include "terminal/terminal.hpp"
#include "testing/fork_launcher.hpp"

namespace collet::bash::testing {

class TerminalTest : public ::testing::Test {
 protected:
  TerminalTest()
      : loop_(std::make_shared<EventLoop>([](const std::string& error) { ADD_FAILURE() << error; })) {
    options_.working_dir = folder_.path();
    options_.spool_dir = folder_.path();
    options_.load_bashrc = false;
  }
  ~TerminalTest() override {
    loop_->run([this] {
      if (terminal_) terminal_->close();
      terminal_.reset();
    });
    loop_->stop();
  }

  std::future<TerminalResult> submit(TerminalCall call) {
    auto result = std::make_shared<std::promise<TerminalResult>>();
    auto future = result->get_future();
    call.save_dir = folder_.path() + "/saved";
    loop_->post([this, call = std::move(call), result] {
      if (!terminal_)
        terminal_ = std::make_shared<Terminal>(loop_, launcher_, options_,
                                               [this](const std::string& text) { warnings_ += text; });
      terminal_->submit(call, [result](TerminalResult given) { result->set_value(std::move(given)); });
    });
    return future;
  }
  TerminalResult run(const std::string& command, std::optional<double> timeout = {}) {
    return submit({"id", command, false, timeout, false, {}}).get();
  }
  TerminalResult input(const std::string& text) { return submit({"id", text, true, {}, false, {}}).get(); }
  TerminalResult reset(const std::string& command = {}) {
    return submit({"id", command, false, {}, true, {}}).get();
  }
  // Polls until the running command has printed this.
  std::string poll_for(const std::string& text) {
    std::string all;
    while (all.find(text) == std::string::npos) {
      const auto result = run("", 0.2);
      if (result.is_error) return all + "<error: " + result.text + ">";
      all += result.text;
    }
    return all;
  }
  void wait_until_running(std::size_t processes) {
    while (launcher_.running() != processes) std::this_thread::yield();
  }

  collet::testing::TemporaryFolder folder_;
  ForkLauncher launcher_;
  std::shared_ptr<EventLoop> loop_;
  Terminal::Options options_;
  std::shared_ptr<Terminal> terminal_;
  std::string warnings_;
};

}  // namespace collet::bash::testing
