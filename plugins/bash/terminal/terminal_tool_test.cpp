#include "terminal/terminal_tool.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "collet/json.hpp"
#include "collet/testing/temporary_folder.hpp"
#include "testing/fork_launcher.hpp"

namespace collet::bash {
namespace {

TEST(TerminalTool_Info, is_valid_json) {
  const TerminalTool tool([]() -> TerminalPool& { throw std::logic_error("not started"); });
  const auto info = tool.info();
  EXPECT_TRUE(json::parse(info.parameters));
  EXPECT_TRUE(json::parse(info.annotations));
}

TEST(TerminalTool_Observation, has_the_fields_of_the_wire) {
  TerminalResult ended;
  ended.text = "hello";
  ended.command = "echo hello";
  ended.exit_code = ended.shell_exit_code = 0;
  ended.working_dir = "/ws";
  ended.suffix = "\n[The command completed with exit code 0.]";
  EXPECT_EQ(terminal_observation(ended, {"root", "vm"}, "/save"),
            R"({"content":[{"cache_prompt":false,"type":"text","text":"hello"}],"is_error":false,)"
            R"("command":"echo hello","exit_code":0,"timeout":false,"metadata":{"exit_code":0,"pid":-1,)"
            R"("username":"root","hostname":"vm","working_dir":"/ws","py_interpreter_path":"","prefix":"",)"
            R"("suffix":"\n[The command completed with exit code 0.]"},"full_output_save_dir":"/save"})");
  TerminalResult failed;
  failed.is_error = true;
  EXPECT_EQ(terminal_observation(failed, {"root", "vm"}, ""),
            R"({"content":[{"cache_prompt":false,"type":"text","text":""}],"is_error":true,"command":"",)"
            R"("timeout":false,"metadata":{"exit_code":-1,"pid":-1,"prefix":"","suffix":""}})");
}

TEST(TerminalTool_Call, is_read_with_its_defaults) {
  ToolCall call;
  call.call_id = "id";
  call.action = R"({"command":"ls","timeout":5})";
  const auto parsed = parse_terminal_call(call);
  EXPECT_EQ(parsed.command, "ls");
  EXPECT_EQ(parsed.timeout, 5.0);
  EXPECT_FALSE(parsed.is_input || parsed.reset);
  call.action = "[]";
  EXPECT_THROW(parse_terminal_call(call), std::invalid_argument);
}

TEST(TerminalPool_Conversations, have_their_own_shells_that_end_with_them) {
  const collet::testing::TemporaryFolder folder;
  testing::ForkLauncher launcher;
  const auto loop = std::make_shared<EventLoop>([](const std::string& error) { ADD_FAILURE() << error; });
  Terminal::Options options;
  options.spool_dir = folder.path();
  options.load_bashrc = false;
  std::promise<void> closed;
  {
    TerminalPool pool(
        loop, launcher, options, [](const std::string&) { return Terminal::Mask(); },
        [](const std::string&) {});
    const auto run = [&](const std::string& conversation, const std::string& command) {
      std::promise<std::string> result;
      TerminalCall call;
      call.command = command;
      pool.submit(conversation, folder.path(), call,
                  [&](const std::string& text) { result.set_value(text); });
      return json::string_or(json::parse(result.get_future().get())->FindMember("content")->value[0], "text");
    };
    EXPECT_EQ(run("a", "X=a; echo $X"), "a");
    EXPECT_EQ(run("b", "echo \"<$X>\""), "<>");
    EXPECT_EQ(run("a", "echo $X"), "a");
    pool.cancel("a", "early");
    TerminalCall early;
    early.id = "early";
    early.command = "sleep 1000";
    std::promise<std::string> answer;
    pool.submit("a", folder.path(), early, [&](const std::string& text) { answer.set_value(text); });
    EXPECT_TRUE(json::bool_at(*json::parse(answer.get_future().get()), "is_error").value_or(false));
    pool.close("a");
    EXPECT_EQ(run("a", "echo \"<$X>\""), "<>");
  }
  while (launcher.running() > 0) std::this_thread::yield();
  loop->stop();
}

}  // namespace
}  // namespace collet::bash
