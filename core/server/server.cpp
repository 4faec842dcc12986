#include "server/server.hpp"

#include "auth/listen_rule.hpp"
#include "base/log.hpp"
#include "http/http_server.hpp"
#include "metrics/metrics.hpp"
#include "server/dormant.hpp"
#include "server/initializer.hpp"
#include "server/part_options.hpp"
#include "server/parts.hpp"
#include "server/reload.hpp"
#include "server/version.hpp"

namespace collet::server {
namespace {

constexpr std::chrono::seconds kRequestGrace{5};  // for answers in flight

std::string list_of(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all.append(all.empty() ? "" : ", ").append(word);
  return all.empty() ? "nothing" : all;
}

}  // namespace

Server::Server(Config config, process::Spawner& spawner)
    : config_(std::move(config)),
      spawner_(spawner),
      metrics_(std::make_unique<metrics::Metrics>(kVersion)),
      initializer_(std::make_unique<Initializer>(
          config_, [this](const Config& initialized) { return wake_up(initialized); })) {}

Server::~Server() { stop(); }

Result<void> Server::start() {
  spawner_.limit_processes(static_cast<int>(config_.limits.processes));
  if (config_.deferred_init) return start_dormant();
  if (auto up = bring_up(config_); !up) return up;
  return listen(parts_->router, parts_->gate);
}

Result<void> Server::listen(const http::Router& router, http::Gatekeeper& gatekeeper) {
  http_ = std::make_unique<http::HttpServer>(http_options(config_, *metrics_), router, gatekeeper);
  auto port = http_->bind();
  if (!port) return port.error();
  port_ = *port;
  if (parts_) parts_->serve_with(*http_, {config_.host, port_, config_.public_url});
  return http_->start();  // what requests read is written by now
}

Result<void> Server::start_dormant() {
  // Who doesn't know the secret key can do nothing; without one, the rules of a server without keys hold.
  if (config_.secret_key.empty())
    if (auto allowed = auth::check_listen_address(config_.host, auth::SessionKeys()); !allowed)
      return allowed;
  dormant_ = std::make_unique<Dormant>(config_);
  if (auto added = dormant_->add_routes(*initializer_); !added) return added;
  return listen(dormant_->router, dormant_->gate);
}

Result<void> Server::wake_up(const Config& initialized) {
  // Only stop() may hold it: it waits for the requests that are under way, this one included.
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock || stopping_) return unavailable("The server is stopping.");
  if (auto up = bring_up(initialized); !up) {
    if (parts_) {
      parts_->hush();
      if (!parts_->end())
        static_cast<void>(parts_.release());  // NOLINT(bugprone-unused-return-value): as in stop()
    }
    parts_.reset();
    return up;
  }
  parts_->serve_with(*http_, {initialized.host, port_, initialized.public_url});
  http_->switch_to(parts_->router, parts_->gate, initialized.allow_cors_origins);
  return {};
}

// Everything but listening.
Result<void> Server::bring_up(const Config& config) {
  auto keys = auth::SessionKeys::from(config.session_api_keys);
  if (!keys) return keys.error();
  if (auto allowed = auth::check_listen_address(config.host, *keys); !allowed) return allowed;
  if (auto assembled = assemble(config, std::move(*keys)); !assembled) return assembled;
  return parts_->start();
}

Result<std::string> Server::describe() {
  if (auto assembled = assemble(config_, auth::SessionKeys()); !assembled) return assembled.error();
  return parts_->docs.document();
}

// Everything but threads and sockets.
Result<void> Server::assemble(const Config& config, auth::SessionKeys keys) {
  auto opened = open_state(config);
  if (!opened) return opened.error();
  parts_ = std::make_unique<Parts>(config, std::move(*opened), std::move(keys), spawner_, *metrics_);
  return parts_->load(config, *initializer_);
}

std::string Server::url() const {
  const bool six = config_.host.find(':') != std::string::npos && config_.host.front() != '[';
  return "http://" + (six ? "[" + config_.host + "]" : config_.host) + ":" + std::to_string(port_);
}

Result<void> Server::reload(const Config& fresh) {
  const std::lock_guard lock(mutex_);
  auto plan = plan_reload(config_, fresh);
  auto keys = auth::SessionKeys::from(plan.config.session_api_keys);
  if (!keys) return keys.error();
  if (auto allowed = auth::check_listen_address(config_.host, *keys); !allowed) return allowed;
  log::configure(plan.config.log.level, plan.config.log.json);
  if (parts_ && !config_.deferred_init) parts_->guard.set_keys(std::move(*keys));
  config_ = std::move(plan.config);
  log::info("server", "reloaded the configuration; changed: " + list_of(plan.taken));
  if (!plan.needs_restart.empty())
    log::warning("server", "needs a restart to take effect: " + list_of(plan.needs_restart));
  return {};
}

bool Server::stop() {
  const std::lock_guard lock(mutex_);  // an initialisation that is under way ends first
  stopping_ = true;
  if (!parts_ && !http_) return true;
  if (parts_) parts_->hush();
  bool answered = !http_ || http_->drain(kRequestGrace);
  const bool settled = !parts_ || parts_->end();
  answered = answered || http_->drain(std::chrono::milliseconds(0));
  if (!settled || !answered) {
    // Threads inside a plugin may use anything of it.
    static_cast<void>(http_.release());     // NOLINT(bugprone-unused-return-value): never freed
    static_cast<void>(parts_.release());    // NOLINT(bugprone-unused-return-value): never freed
    static_cast<void>(dormant_.release());  // NOLINT(bugprone-unused-return-value): never freed
    return false;
  }
  http_.reset();
  parts_.reset();
  dormant_.reset();
  return true;
}

}  // namespace collet::server
