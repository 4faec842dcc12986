#include "greet_tool.hpp"

#include <cstdint>
#include <utility>

#include <collet/fields.hpp>

std::string greet(std::string_view greeting, std::string_view who) {
  return std::string(greeting) + ", " + std::string(who) + "!";
}

GreetTool::GreetTool(std::string greeting, std::chrono::milliseconds pause)
    : greeting_(std::move(greeting)), pause_(pause) {}

collet::ToolInfo GreetTool::info() const {
  return {.name = "template_name_greet",
          .description = "Greets somebody as often as you say.",
          // The server checks a call's arguments against this, and fills in the defaults.
          .parameters = R"({
            "type": "object",
            "properties": {
              "who": {"type": "string", "description": "Whom to greet"},
              "times": {"type": "integer", "minimum": 1, "maximum": 100, "default": 1}
            },
            "required": ["who"]
          })",
          .annotations = R"({"readOnlyHint": true})",
          .title = "Greet"};
}

// Runs on the plugin's own queue, several calls at once. An exception is the call's failure; its text goes to
// the model.
std::string GreetTool::run(const collet::ToolCall& call, const collet::RunningCall& running) {
  const collet::Fields arguments(call.action);
  const std::string who = arguments.text("who");
  const std::int64_t times = arguments.whole("times", 1);

  std::string greetings;
  for (std::int64_t done = 0; done < times; ++done) {
    greetings += greet(greeting_, who) + "\n";
    running.progress(std::to_string(done + 1) + " of " + std::to_string(times));
    if (running.wait_for(pause_))  // the user has stopped the agent: say how far it got
      return collet::text_observation(greetings + "(stopped)", true);
  }
  return collet::text_observation(greetings);
}
