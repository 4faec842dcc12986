#include "tour.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <vector>

#include "collet/json.hpp"

namespace collet::demo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Plays the host: asks for steps, hands tool calls to `tool`, until a text or `finish`.
class Player {
 public:
  using Tool = std::function<std::string(const std::string& name, const json::Value& arguments)>;

  Player(std::vector<std::string> tools, Tool tool) : tools_(std::move(tools)), tool_(std::move(tool)) {
    say("system", "Be good.");
  }

  // What was said at the end.
  std::string talk(const std::string& text) {
    say("user", text);
    for (int step = 0; step < 20; ++step) {
      const auto answer = json::parse(next_step(request()));
      const auto& choice = answer->FindMember("choices")->value[0];
      const auto& message = choice.FindMember("message")->value;
      messages_.push_back(json::dump(message));
      EXPECT_EQ(json::dump(answer->FindMember("usage")->value),
                R"({"prompt_tokens":0,"completion_tokens":0,"total_tokens":0})");
      const auto* calls = json::find(message, "tool_calls");
      EXPECT_EQ(json::string_or(choice, "finish_reason"), calls == nullptr ? "stop" : "tool_calls");
      if (calls == nullptr) return json::string_or(message, "content");
      const auto& call = (*calls)[0];
      const auto& function = call.FindMember("function")->value;
      const auto name = json::string_or(function, "name");
      const auto arguments = json::parse(json::string_or(function, "arguments"));
      used_.push_back(name);
      ids_.push_back(json::string_or(call, "id"));
      if (name == "finish") return json::string_or(*arguments, "message");
      json::Writer w;
      w.object().member("role", "tool").member("tool_call_id", ids_.back());
      w.member("content", tool_(name, *arguments)).end();
      messages_.push_back(w.take());
    }
    return "no end";
  }

  std::string request() const {
    json::Writer w;
    w.object().member("model", "tour").key("messages").array();
    for (const auto& message : messages_) w.raw(message);
    w.end().key("tools").array();
    for (const auto& tool : tools_) {
      w.object().member("type", "function").key("function").object().member("name", tool);
      w.key("parameters")
          .object()
          .key("properties")
          .object()
          .key("summary")
          .object()
          .end()
          .end()
          .end()
          .end()
          .end();
    }
    w.end().end();
    return w.take();
  }
  void say(const std::string& role, const std::string& text) {
    json::Writer w;
    w.object()
        .member("role", role)
        .key("content")
        .array()
        .object()
        .member("type", "text")
        .member("text", text);
    w.end().end().end();
    messages_.push_back(w.take());
  }

  std::vector<std::string> used_, ids_;

 private:
  const std::vector<std::string> tools_;
  const Tool tool_;
  std::vector<std::string> messages_;
};

TEST(Tour_Walk, uses_the_tools_and_reports) {
  std::vector<std::string> seen;
  Player player({"terminal", "file_editor", "finish"},
                [&](const std::string& name, const json::Value& arguments) {
                  seen.push_back(json::string_or(arguments, "command"));
                  EXPECT_NE(json::find(arguments, "summary"), nullptr);
                  EXPECT_EQ(json::find(arguments, "security_risk"), nullptr);
                  if (seen.back() == "pwd && ls")
                    return std::string("/home/me/ws\na.txt\ncollet-tour.md\n[exit code 0]");
                  if (name == "file_editor") {
                    EXPECT_EQ(json::string_or(arguments, "path"), "/home/me/ws/collet-tour-2.md");
                  }
                  return std::string("<output>\n[The command completed with exit code 0.]");
                });
  const auto report = player.talk("Hello");
  EXPECT_THAT(seen, ElementsAre("pwd && ls", "create", "str_replace", "cat '/home/me/ws/collet-tour-2.md'"));
  EXPECT_EQ(player.used_.back(), "finish");
  EXPECT_THAT(report, HasSubstr("```\n<output>\n```"));
  EXPECT_THAT(report, HasSubstr("not a language model"));
  EXPECT_THAT(report, HasSubstr("PATCH /api/settings"));

  seen.clear();
  EXPECT_THAT(player.talk("And now?"), HasSubstr("all that I can do"));
  EXPECT_THAT(seen, ElementsAre("date && ls"));
  player.talk("More");
  auto ids = player.ids_;
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end()) << "an id was used twice";
}

TEST(Tour_Walk, does_with_the_terminal_alone) {
  std::vector<std::string> seen;
  Player player({"terminal"}, [&](const std::string&, const json::Value& arguments) {
    seen.push_back(json::string_or(arguments, "command"));
    return seen.size() == 1 ? "/w\n" : std::string("ok");
  });
  EXPECT_THAT(player.talk("Hello"), HasSubstr("That was the tour"));
  EXPECT_EQ(seen.size(), 4U);
  EXPECT_THAT(seen[1], HasSubstr("cat > '/w/collet-tour.md' <<'EOF'"));
}

TEST(Tour_Walk, does_with_the_editor_alone_when_it_knows_the_folder) {
  Player player({"file_editor", "finish"}, [](const std::string&, const json::Value& arguments) {
    EXPECT_EQ(json::string_or(arguments, "path"), "/ws/collet-tour.md");
    return std::string("ok");
  });
  player.say("system", "Be good.\n\nThe workspace is /ws.");
  EXPECT_THAT(player.talk("Hello"), HasSubstr("That was the tour"));
  EXPECT_THAT(player.used_, ElementsAre("file_editor", "file_editor", "file_editor", "finish"));
}

TEST(Tour_Walk, without_tools_it_says_what_it_is) {
  Player player({}, nullptr);
  EXPECT_THAT(player.talk("Hello"), HasSubstr("no tools"));
  EXPECT_THAT(player.talk("Hello?"), HasSubstr("not a language model"));
  EXPECT_TRUE(player.used_.empty());
}

TEST(Tour_Walk, a_terminal_that_fails_ends_it) {
  Player player({"terminal", "finish"},
                [](const std::string&, const json::Value&) { return std::string("Error!"); });
  EXPECT_THAT(player.talk("Hello"), HasSubstr("wrote nothing"));
}

TEST(Tour_Request, that_is_none_throws) {
  EXPECT_THROW(next_step("nope"), std::invalid_argument);
  EXPECT_THROW(next_step("{}"), std::invalid_argument);
}

}  // namespace
}  // namespace collet::demo
