#include "server/part_options.hpp"

#include <unistd.h>

#include "server/version.hpp"

namespace collet::server {
namespace {

constexpr int kBeatsPerLease = 5;

std::chrono::milliseconds seconds(std::int64_t count) { return std::chrono::seconds(count); }

std::string host_name() {
  char name[256] = "";
  static_cast<void>(::gethostname(name, sizeof name - 1));
  return name;
}

}  // namespace

http::HttpServer::Options http_options(const Config& config, http::RequestObserver& observer) {
  const auto& from = config.limits;
  http::HttpServer::Options options;
  options.host = config.host;
  options.port = static_cast<std::uint16_t>(config.port);
  options.io_threads = static_cast<std::size_t>(from.io_threads);
  options.worker_threads = static_cast<std::size_t>(from.worker_threads);
  options.queue_length = static_cast<std::size_t>(from.queue_length);
  options.allowed_origins = config.allow_cors_origins;
  options.limits.head_bytes = static_cast<std::size_t>(from.head_bytes);
  options.limits.body_bytes = static_cast<std::size_t>(from.body_bytes);
  options.limits.upload_bytes = static_cast<std::uint64_t>(from.upload_bytes);
  options.limits.connections = static_cast<std::size_t>(from.connections);
  options.limits.connections_per_address = static_cast<std::size_t>(from.connections_per_address);
  options.limits.head_time = seconds(from.head_seconds);
  options.limits.body_time = seconds(from.body_seconds);
  options.limits.idle_time = seconds(from.idle_seconds);
  options.limits.write_stall = seconds(from.write_seconds);
  options.sockets.message_bytes = static_cast<std::size_t>(from.socket_message_bytes);
  options.observer = &observer;
  options.sockets.queue_bytes = static_cast<std::size_t>(from.socket_queue_bytes);
  return options;
}

storage::Database::Options database_options(const Config& config) {
  storage::Database::Options options;
  options.url = database_url(config);
  options.synchronous =
      config.survive_power_loss ? storage::Synchronous::kFull : storage::Synchronous::kNormal;
  return options;
}

events::EventLog::Limits log_limits(const Config& config) {
  events::EventLog::Limits limits;
  limits.subscribers_per_conversation = static_cast<std::size_t>(config.conversations.max_subscribers);
  return limits;
}

plugins::PluginHost::Options host_options(const Config& config) {
  plugins::PluginHost::Options options;
  options.config = config.plugins;
  options.state_dir = config.state;
  options.core_version = kVersion;
  return options;
}

conversation::ConversationService::Options service_options(const Config& config) {
  conversation::ConversationService::Options options;
  options.state_dir = config.state;
  options.max_concurrent_runs = static_cast<std::size_t>(config.conversations.max_concurrent_runs);
  options.claims.name = host_name() + ":" + std::to_string(config.port);
  options.claims.lease = seconds(config.lease_seconds);
  options.claims.beat = options.claims.lease / kBeatsPerLease;
  return options;
}

}  // namespace collet::server
