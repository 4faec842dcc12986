// The tool template_name_greet: greets somebody several times, with a pause after each greeting.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include <collet/tool.hpp>

/// "Hello, Ann!"
std::string greet(std::string_view greeting, std::string_view who);

class GreetTool final : public collet::BlockingTool {
 public:
  GreetTool(std::string greeting, std::chrono::milliseconds pause);
  collet::ToolInfo info() const override;

 protected:
  std::string run(const collet::ToolCall& call, const collet::RunningCall& running) override;

 private:
  const std::string greeting_;
  const std::chrono::milliseconds pause_;
};
