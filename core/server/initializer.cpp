#include "server/initializer.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "auth/listen_rule.hpp"
#include "auth/session_keys.hpp"
#include "base/log.hpp"
#include "process/spawner.hpp"
#include "secrets/sealed_box.hpp"
#include "server/config_keys.hpp"

namespace collet::server {
namespace {

std::vector<std::string> texts(const json::Value& list) {
  std::vector<std::string> all;
  for (const auto& item : list.GetArray()) all.emplace_back(json::view(item));
  return all;
}

const json::Value* given(const json::Value& request, std::string_view name) {
  const auto* value = json::find(request, name);
  return value != nullptr && !value->IsNull() ? value : nullptr;
}

// As the configuration takes it from everywhere else.
Result<void> set(Config& config, std::string_view key, std::string_view member, const json::Value& value) {
  const auto& keys = config_keys();
  const auto found =
      std::find_if(keys.begin(), keys.end(), [key](const ConfigKey& one) { return one.name == key; });
  if (const std::string wrong = found->set(config, value); !wrong.empty())
    return invalid(std::string(member) + " " + wrong);
  return {};
}

bool is_variable(std::string_view name) {
  return !name.empty() && name.find('=') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos;
}

Result<std::map<std::string, std::string>> read_environment(const json::Value& request) {
  std::map<std::string, std::string> variables;
  const auto* env = given(request, "env");
  if (env == nullptr) return variables;
  for (const auto& member : env->GetObject()) {
    const auto name = json::view(member.name), value = json::view(member.value);
    if (!is_variable(name) || value.find('\0') != std::string_view::npos)
      return invalid("env has a variable that cannot be one");
    variables[std::string(name)] = value;
  }
  return variables;
}

void warn_of_what_has_no_effect(const json::Value& request) {
  for (const auto* name : {"bash_events_dir", "conversation_worktree_root", "webhooks", "telemetry"})
    if (given(request, name) != nullptr)
      log::warning("server", std::string("/api/init: ") + name + " is taken, but without effect");
}

}  // namespace

Result<Config> initialized_config(const Config& dormant, const json::Value& request) {
  Config config = dormant;
  if (const auto* keys = given(request, "session_api_keys")) config.session_api_keys = texts(*keys);
  if (const auto* key = given(request, "secret_key")) config.secret_key = json::view(*key);
  if (const auto* path = given(request, "conversations_path")) {
    std::error_code failed;
    const auto absolute = std::filesystem::absolute(std::filesystem::path(json::view(*path)), failed);
    if (failed || absolute.empty() || absolute.string().find('\0') != std::string::npos)
      return invalid("conversations_path is no path");
    config.state = absolute.lexically_normal().string();
  }
  if (const auto* url = given(request, "web_url"); url != nullptr && config.public_url.empty())
    if (auto taken = set(config, "public_url", "web_url", *url); !taken) return taken.error();
  if (const auto* origins = given(request, "allow_cors_origins"))
    for (auto& origin : texts(*origins)) config.allow_cors_origins.push_back(std::move(origin));
  if (const auto* runs = given(request, "max_concurrent_runs"))
    if (auto taken = set(config, "conversations.max_concurrent_runs", "max_concurrent_runs", *runs); !taken)
      return taken.error();
  const auto keys = auth::SessionKeys::from(config.session_api_keys);
  if (!keys) return invalid(keys.error().message);
  if (auto allowed = auth::check_listen_address(config.host, *keys); !allowed) return allowed.error();
  return config;
}

Initializer::Initializer(Config config, BringUp bring_up)
    : state_(config.deferred_init ? State::kDormant : State::kNotDeferred),
      config_(std::move(config)),
      bring_up_(std::move(bring_up)) {}

std::optional<Initializer::Status> Initializer::status() const {
  const std::lock_guard lock(mutex_);
  const auto error = error_.empty() ? std::nullopt : std::optional(error_);
  switch (state_) {
    case State::kNotDeferred:
      return std::nullopt;
    case State::kDormant:
      return Status{"dormant", error};
    case State::kInitializing:
      return Status{"initializing", error};
    case State::kReady:
      break;
  }
  return Status{"ready", error};
}

bool Initializer::admits(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  return config_.secret_key.empty() || secrets::equal_constant_time(key, config_.secret_key);
}

Result<void> Initializer::initialize(const json::Value& request) {
  const auto environment = read_environment(request);
  Result<Config> made = invalid("");
  {
    const std::lock_guard lock(mutex_);
    made = initialized_config(config_, request);
    if (state_ != State::kDormant)
      return conflict(state_ == State::kReady ? "server already in state: ready"
                                              : "server already in state: initializing");
    if (!made) return made.error();
    if (!environment) return environment.error();
    state_ = State::kInitializing;
    error_.clear();
  }
  warn_of_what_has_no_effect(request);
  process::extend_child_environment(*environment);
  const auto up = bring_up_(*made);
  const std::lock_guard lock(mutex_);
  state_ = up ? State::kReady : State::kDormant;
  if (up) {
    config_ = *made;
    log::info("server", "initialised by POST /api/init");
    return {};
  }
  error_ = up.error().message;
  log::error("server", "POST /api/init failed: " + error_);
  // Whatever its kind, it is the server's: the request itself was fine.
  return internal(error_);
}

}  // namespace collet::server
