#include "base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

#include "base/time.hpp"
#include "collet/json.hpp"

namespace collet::log {
namespace {

std::atomic<bool> as_json{false};

// Never destroyed: a thread may still log while the process ends. Every line is flushed by itself.
spdlog::logger& logger() {
  static auto& instance = *[] {
    auto made =
        std::make_unique<spdlog::logger>("collet", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    made->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
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
  if (json) logger().set_pattern("%v");
}

bool enabled(Level level) { return logger().should_log(translate(level)); }

void write(Level level, std::string_view part, std::string_view message) {
  const auto translated = translate(level);
  if (!logger().should_log(translated)) return;
  if (!as_json) {
    logger().log(translated, "[{}] {}", part, message);
    return;
  }
  const auto name = spdlog::level::to_string_view(translated);
  json::Writer line;
  line.object()
      .member("time", utc_timestamp(now_micros()))
      .member("level", std::string_view(name.data(), name.size()))
      .member("part", part)
      .member("message", message)
      .end();
  logger().log(translated, "{}", line.take());
}

}  // namespace collet::log
