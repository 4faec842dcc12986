#include "base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

#include "base/printable.hpp"
#include "base/time.hpp"
#include "collet/json.hpp"

namespace collet::log {
namespace {

constexpr const char* kTextPattern = "%Y-%m-%d %H:%M:%S.%e %^%l%$ %v";

constexpr std::string_view kPluginPart = "plugin ";

std::atomic<bool> as_json{false};
thread_local Ids scope;

// Never destroyed: a thread may still log while the process ends. Every line is flushed by itself.
spdlog::logger& logger() {
  static auto& instance = *[] {
    auto made =
        std::make_unique<spdlog::logger>("collet", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    made->set_pattern(kTextPattern);
    made->flush_on(spdlog::level::trace);
    return made.release();
  }();
  return instance;
}

spdlog::level::level_enum translate(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

void configure(Level least, bool json) {
  logger().set_level(translate(least));
  as_json = json;
  logger().set_pattern(json ? "%v" : kTextPattern);
}

bool enabled(Level level) { return logger().should_log(translate(level)); }

void write(Level level, std::string_view part, std::string_view message, const Ids& ids) {
  const auto translated = translate(level);
  if (!logger().should_log(translated)) return;
  const auto request = ids.request.empty() ? scope.request : ids.request;
  const auto conversation = ids.conversation.empty() ? scope.conversation : ids.conversation;
  if (!as_json) {
    std::string about;
    if (!conversation.empty()) about.append(" (conversation ").append(conversation);
    if (!request.empty()) about.append(about.empty() ? " (request " : ", request ").append(request);
    if (!about.empty()) about += ')';
    logger().log(translated, "[{}] {}{}", printable(part), printable(message), printable(about));
    return;
  }
  const auto name = spdlog::level::to_string_view(translated);
  json::Writer line;
  line.object()
      .member("time", utc_timestamp(now_micros()))
      .member("level", std::string_view(name.data(), name.size()))
      .member("part", part)
      .member("message", message);
  if (!request.empty()) line.member("request", request);
  if (!conversation.empty()) line.member("conversation", conversation);
  if (part.starts_with(kPluginPart)) line.member("plugin", part.substr(kPluginPart.size()));
  logger().log(translated, "{}", line.end().take());
}

Scope::Scope(const Ids& ids) : before_(scope) {
  if (!ids.request.empty()) scope.request = ids.request;
  if (!ids.conversation.empty()) scope.conversation = ids.conversation;
}

Scope::~Scope() { scope = before_; }

}  // namespace collet::log
