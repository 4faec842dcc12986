#include "hook_config.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "collet/json.hpp"

namespace collet::hooks {
namespace {

constexpr std::array<std::string_view, 6> kEvents = {"pre_tool_use",  "post_tool_use", "user_prompt_submit",
                                                     "session_start", "session_end",   "stop"};
constexpr std::array<std::string_view, 3> kTypes = {"command", "prompt", "agent"};
constexpr std::int64_t kSeconds = 60, kIterations = 3;  // where a hook says nothing

[[noreturn]] void fail(const std::string& where, const std::string& what) {
  throw HookError(where + ": " + what);
}

std::string item(const std::string& list, std::size_t index) {
  return list + "[" + std::to_string(index) + "]";
}

// "PreToolUse" -> "pre_tool_use"
std::string snake_case(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !out.empty()) out += '_';
    out += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

std::string text(const json::Value& from, const std::string& where, std::string_view name,
                 std::string_view fallback) {
  const json::Value* found = json::find(from, name);
  if (found == nullptr) return std::string(fallback);
  if (!found->IsString()) fail(where + "." + std::string(name), "must be a text");
  return std::string(json::view(*found));
}

std::optional<std::string> maybe_text(const json::Value& from, const std::string& where,
                                      std::string_view name) {
  const json::Value* found = json::find(from, name);
  if (found == nullptr || found->IsNull()) return std::nullopt;
  return text(from, where, name, {});
}

std::int64_t whole(const json::Value& from, const std::string& where, std::string_view name,
                   std::int64_t fallback) {
  const json::Value* found = json::find(from, name);
  if (found == nullptr) return fallback;
  if (found->IsInt64()) return found->GetInt64();
  constexpr double kMost = 9e15;  // up to here a double holds each whole number
  if (found->IsDouble() && std::trunc(found->GetDouble()) == found->GetDouble() &&
      std::abs(found->GetDouble()) < kMost)
    return static_cast<std::int64_t>(found->GetDouble());
  fail(where + "." + std::string(name), "must be a whole number");
}

bool flag(const json::Value& from, const std::string& where, std::string_view name, std::string_view other) {
  const json::Value* found = json::find(from, name);
  if (found == nullptr) found = json::find(from, other);
  if (found == nullptr) return false;
  if (!found->IsBool()) fail(where + "." + std::string(name), "must be true or false");
  return found->GetBool();
}

void write_tools(json::Writer& out, const json::Value& from, const std::string& where) {
  out.key("tools").array();
  if (const json::Value* tools = json::find(from, "tools"); tools != nullptr) {
    if (!tools->IsArray()) fail(where + ".tools", "must be a list of texts");
    for (const auto& tool : tools->GetArray()) {
      if (!tool.IsString()) fail(where + ".tools", "must be a list of texts");
      out.value(tool);
    }
  }
  out.end();
}

struct Kind {
  std::string type, command;
  std::optional<std::string> prompt;
  bool background = false;
};

void check_kind(const Kind& hook, const std::string& where) {
  if (std::find(kTypes.begin(), kTypes.end(), hook.type) == kTypes.end())
    fail(where + ".type", "must be 'command', 'prompt' or 'agent'");
  if (hook.type == "command") {
    if (hook.command.empty()) fail(where + ".command", "is missing in a hook of the type 'command'");
    return;
  }
  const std::string of_type = " in a hook of the type '" + hook.type + "'";
  if (hook.type == "prompt" && hook.prompt.value_or("").empty())
    fail(where + ".prompt", "is missing" + of_type);
  if (!hook.command.empty()) fail(where + ".command", "must not stand" + of_type);
  if (hook.background) fail(where + ".async", "is not possible" + of_type);
}

void write_hook(json::Writer& out, const json::Value& from, const std::string& where) {
  if (!from.IsObject()) fail(where, "must be an object");
  const Kind kind{text(from, where, "type", "command"), text(from, where, "command", ""),
                  maybe_text(from, where, "prompt"), flag(from, where, "async", "async_")};
  check_kind(kind, where);
  out.object().member("type", kind.type).member("name", maybe_text(from, where, "name"));
  out.member("command", kind.command).member("prompt", kind.prompt);
  out.member("system_prompt", maybe_text(from, where, "system_prompt"));
  write_tools(out, from, where);
  out.member("timeout", whole(from, where, "timeout", kSeconds));
  out.member("max_iterations", whole(from, where, "max_iterations", kIterations));
  out.member("async", kind.background).end();
}

void write_matcher(json::Writer& out, const json::Value& from, const std::string& where) {
  if (!from.IsObject()) fail(where, "must be an object");
  out.object().member("matcher", text(from, where, "matcher", "*")).key("hooks").array();
  if (const json::Value* hooks = json::find(from, "hooks"); hooks != nullptr) {
    if (!hooks->IsArray()) fail(where + ".hooks", "must be a list");
    std::size_t index = 0;
    for (const auto& hook : hooks->GetArray()) write_hook(out, hook, item(where + ".hooks", index++));
  }
  out.end().end();
}

// By the order of kEvents: what the file has for the event, or null.
using Lists = std::array<const json::Value*, kEvents.size()>;

Lists lists_of(const json::Value& events) {
  Lists lists{};
  for (const auto& member : events.GetObject()) {
    const std::string name(json::view(member.name));
    const auto* const event = std::find(kEvents.begin(), kEvents.end(), snake_case(name));
    if (event == kEvents.end())
      fail(name,
           "there is no such event; there are PreToolUse, PostToolUse, UserPromptSubmit, SessionStart, "
           "SessionEnd, Stop");
    const json::Value*& list = lists.at(static_cast<std::size_t>(event - kEvents.begin()));
    if (list != nullptr) fail(name, "is there twice");
    if (!member.value.IsArray()) fail(name, "must be a list");
    list = &member.value;
  }
  return lists;
}

}  // namespace

std::optional<std::string> normalised(std::string_view text) {
  json::ParseError error;
  const auto document = json::parse(text, &error);
  if (!document)
    throw HookError("not valid JSON at byte " + std::to_string(error.offset) + ": " + error.message);
  const json::Value* events = &*document;
  if (events->IsObject())
    if (const json::Value* inner = json::find(*events, "hooks"); inner != nullptr) events = inner;
  if (!events->IsObject()) throw HookError("must be a JSON object");

  const Lists lists = lists_of(*events);
  bool any = false;
  json::Writer out;
  out.object();
  for (std::size_t event = 0; event < kEvents.size(); ++event) {
    const std::string name(kEvents.at(event));
    out.key(name).array();
    std::size_t index = 0;
    if (lists.at(event) != nullptr)
      for (const auto& matcher : lists.at(event)->GetArray())
        write_matcher(out, matcher, item(name, index++));
    out.end();
    any = any || index != 0;
  }
  return any ? std::optional(out.end().take()) : std::nullopt;
}

}  // namespace collet::hooks
