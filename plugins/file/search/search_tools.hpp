// The tools "glob" and "grep": JSON on the outside, searches inside.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "collet/plugin.hpp"
#include "collet/process.hpp"
#include "collet/tool.hpp"

namespace collet::file {

/// How long a search may take.
inline constexpr std::chrono::seconds kSearchTime(30);

class GlobTool final : public BlockingTool {
 public:
  explicit GlobTool(std::chrono::milliseconds patience = kSearchTime) : patience_(patience) {}
  ToolInfo info() const override;
  std::string run(const ToolCall& call, const RunningCall& running) override;

 private:
  const std::chrono::milliseconds patience_;
};

class GrepTool final : public BlockingTool {
 public:
  /// `processes`: to run ripgrep; without it the search is our own.
  explicit GrepTool(std::optional<Processes> processes, std::chrono::milliseconds patience = kSearchTime)
      : processes_(processes), patience_(patience) {}
  ToolInfo info() const override;
  std::string run(const ToolCall& call, const RunningCall& running) override;

 private:
  const std::optional<Processes> processes_;
  const std::chrono::milliseconds patience_;
};

/// Both, on threads of their own.
void add_search_tools(Setup& setup);

}  // namespace collet::file
