#include "server/config_keys.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <numeric>
#include <utility>

#include "outbound/policy.hpp"
#include "outbound/url.hpp"
#include "storage/postgresql_url.hpp"

namespace collet::server {
namespace {

// In the makers below `at` is a function from a Config to the member that the key stands for.

template <class At>
ConfigKey text(const std::string& name, At at, const std::vector<std::string>& aliases = {},
               bool secret = false) {
  return {.name = name,
          .kind = KeyKind::kText,
          .secret = secret,
          .aliases = aliases,
          .set = [at](Config& config, const json::Value& value) -> std::string {
            at(config) = json::view(value);
            return {};
          },
          .show = [at](const Config& config, json::Writer& out) { out.value(at(config)); }};
}

template <class At>
ConfigKey number(const std::string& name, std::int64_t least, std::int64_t most, At at,
                 const std::vector<std::string>& aliases = {}) {
  return {.name = name,
          .kind = KeyKind::kNumber,
          .aliases = aliases,
          .set = [=](Config& config, const json::Value& value) -> std::string {
            if (value.GetInt64() < least || value.GetInt64() > most)
              return "must be from " + std::to_string(least) + " to " + std::to_string(most) + ", not " +
                     std::to_string(value.GetInt64());
            at(config) = value.GetInt64();
            return {};
          },
          .show = [at](const Config& config, json::Writer& out) { out.value(at(config)); }};
}

template <class At>
ConfigKey flag(const std::string& name, At at, const std::vector<std::string>& aliases = {}) {
  return {.name = name,
          .kind = KeyKind::kBool,
          .aliases = aliases,
          .set = [at](Config& config, const json::Value& value) -> std::string {
            at(config) = value.GetBool();
            return {};
          },
          .show = [at](const Config& config, json::Writer& out) { out.value(at(config)); }};
}

template <class At>
ConfigKey list(const std::string& name, At at, const std::vector<std::string>& aliases = {},
               bool secret = false) {
  return {.name = name,
          .kind = KeyKind::kList,
          .secret = secret,
          .aliases = aliases,
          .set = [at](Config& config, const json::Value& value) -> std::string {
            std::vector<std::string> items;
            for (const auto& item : value.GetArray()) {
              if (!item.IsString() || item.GetStringLength() == 0)
                return "must hold strings that are not empty";
              items.emplace_back(json::view(item));
            }
            at(config) = std::move(items);
            return {};
          },
          .show =
              [at](const Config& config, json::Writer& out) {
                out.array();
                for (const auto& item : at(config)) out.value(item);
                out.end();
              }};
}

template <class Enum, class At>
ConfigKey choice(const std::string& name, const std::vector<std::pair<std::string, Enum>>& choices, At at) {
  return {.name = name,
          .kind = KeyKind::kText,
          .aliases = {},
          .set = [choices, at](Config& config, const json::Value& value) -> std::string {
            std::string words;
            for (const auto& [word, meaning] : choices) {
              if (word == json::view(value)) {
                at(config) = meaning;
                return {};
              }
              words += (words.empty() ? "\"" : ", \"") + word + "\"";
            }
            return "must be one of " + words + ", not \"" + std::string(json::view(value)) + "\"";
          },
          .show =
              [choices, at](const Config& config, json::Writer& out) {
                for (const auto& [word, meaning] : choices)
                  if (meaning == at(config)) out.value(word);
              }};
}

// The password in a database's URL must not get into a message: nothing of the value is said.
std::string set_database(Config& config, const json::Value& value) {
  const std::string text(json::view(value));
  const bool sqlite = text.empty() || text == "sqlite";
  if (!sqlite && !storage::PostgresqlUrl::parse(text))
    return "must be \"sqlite\" or a URL like postgresql://user:password@host:5432/database";
  config.database = sqlite ? "sqlite" : text;
  return {};
}

void show_database(const Config& config, json::Writer& out) {
  const auto url = storage::PostgresqlUrl::parse(config.database);
  out.value(url ? url->shown() : config.database);
}

std::string set_public_url(Config& config, const json::Value& value) {
  const auto url = json::view(value);
  if (!url.empty() && !outbound::parse_url(url)) return "must be a URL like https://collet.example";
  config.public_url = url;
  return {};
}

using SetKey = decltype(ConfigKey::set);
SetKey checking_policy(SetKey set) {
  return [set = std::move(set)](Config& config, const json::Value& value) -> std::string {
    if (auto refusal = set(config, value); !refusal.empty()) return refusal;
    const auto policy = outbound::Policy::make(config.outbound.allow, false, config.outbound.schemes);
    return policy ? std::string() : "can't be used: " + policy.error().message;
  };
}

ConfigKey router(const std::string& name) {
  return {.name = "routers." + name,
          .kind = KeyKind::kBool,
          .aliases = {},
          .set = [name](Config& config, const json::Value& value) -> std::string {
            if (value.GetBool())
              config.routers_off.erase(name);
            else
              config.routers_off.insert(name);
            return {};
          },
          .show = [name](const Config& config,
                         json::Writer& out) { out.value(!config.routers_off.contains(name)); }};
}

constexpr std::int64_t kMostBytes = std::int64_t{1} << 32;
constexpr std::int64_t kMostUpload = std::int64_t{1} << 50;

std::vector<ConfigKey> server_keys() {
  return {
      flag("deferred_init", [](auto& c) -> auto& { return c.deferred_init; }, {"OH_DEFERRED_INIT"}),
      text(
          "host", [](auto& c) -> auto& { return c.host; }),
      number(
          "port", 0, 65535, [](auto& c) -> auto& { return c.port; }),
      text(
          "public_url", [](auto& c) -> auto& { return c.public_url; }),
      text(
          "state", [](auto& c) -> auto& { return c.state; }),
      text(
          "database", [](auto& c) -> auto& { return c.database; }),
      list(
          "session_api_keys", [](auto& c) -> auto& { return c.session_api_keys; },
          {"COLLET_SESSION_API_KEY", "OH_SESSION_API_KEYS"}, true),
      text(
          "secret_key", [](auto& c) -> auto& { return c.secret_key; }, {"OH_SECRET_KEY"}, true),
      list("allow_cors_origins", [](auto& c) -> auto& { return c.allow_cors_origins; },
           {"OH_ALLOW_CORS_ORIGINS"}),
      choice<log::Level>(
          "log.level",
          {{"debug", log::Level::kDebug},
           {"info", log::Level::kInfo},
           {"warning", log::Level::kWarning},
           {"error", log::Level::kError}},
          [](auto& c) -> auto& { return c.log.level; }),
      flag("log.json", [](auto& c) -> auto& { return c.log.json; }, {"LOG_JSON"}),
  };
}

std::vector<ConfigKey> limit_keys() {
  return {
      number(
          "limits.head_bytes", 1024, 1 << 20, [](auto& c) -> auto& { return c.limits.head_bytes; }),
      number(
          "limits.body_bytes", 1024, kMostBytes, [](auto& c) -> auto& { return c.limits.body_bytes; }),
      number(
          "limits.upload_bytes", 0, kMostUpload, [](auto& c) -> auto& { return c.limits.upload_bytes; }),
      number(
          "limits.head_seconds", 1, 86400, [](auto& c) -> auto& { return c.limits.head_seconds; }),
      number(
          "limits.body_seconds", 1, 86400, [](auto& c) -> auto& { return c.limits.body_seconds; }),
      number(
          "limits.idle_seconds", 1, 86400, [](auto& c) -> auto& { return c.limits.idle_seconds; }),
      number(
          "limits.write_seconds", 1, 86400, [](auto& c) -> auto& { return c.limits.write_seconds; }),
      number(
          "limits.connections", 1, 1'000'000, [](auto& c) -> auto& { return c.limits.connections; }),
      number(
          "limits.connections_per_address", 1, 1'000'000,
          [](auto& c) -> auto& { return c.limits.connections_per_address; }),
      number(
          "limits.socket_message_bytes", 1024, kMostBytes,
          [](auto& c) -> auto& { return c.limits.socket_message_bytes; }),
      number(
          "limits.socket_queue_bytes", 1 << 16, kMostBytes,
          [](auto& c) -> auto& { return c.limits.socket_queue_bytes; }),
      number(
          "limits.io_threads", 1, 64, [](auto& c) -> auto& { return c.limits.io_threads; }),
      number(
          "limits.worker_threads", 1, 1024, [](auto& c) -> auto& { return c.limits.worker_threads; }),
      number(
          "limits.queue_length", 1, 1'000'000, [](auto& c) -> auto& { return c.limits.queue_length; }),
  };
}

std::vector<ConfigKey> feature_keys() {
  return {
      number("conversations.max_concurrent_runs", 1, 1'000'000,
             [](auto& c) -> auto& { return c.conversations.max_concurrent_runs; },
             {"OH_MAX_CONCURRENT_RUNS"}),
      number(
          "conversations.max_subscribers", 1, 1'000'000,
          [](auto& c) -> auto& { return c.conversations.max_subscribers; }),
      list(
          "outbound.allow", [](auto& c) -> auto& { return c.outbound.allow; }),
      flag(
          "outbound.only_listed", [](auto& c) -> auto& { return c.outbound.only_listed; }),
      list(
          "outbound.schemes", [](auto& c) -> auto& { return c.outbound.schemes; }),
      number(
          "audit.keep", 1, 100'000'000, [](auto& c) -> auto& { return c.audit_keep; }),
      flag(
          "metrics.public", [](auto& c) -> auto& { return c.public_metrics; }),
      number(
          "storage.lease_seconds", 2, 3600, [](auto& c) -> auto& { return c.lease_seconds; }),
      choice<bool>(
          "storage.synchronous", {{"full", true}, {"normal", false}},
          [](auto& c) -> auto& { return c.survive_power_loss; }),
      list(
          "plugins.directories", [](auto& c) -> auto& { return c.plugin_directories; }),
  };
}

std::vector<ConfigKey> make_keys() {
  std::vector<ConfigKey> keys;
  for (auto& group : {server_keys(), limit_keys(), feature_keys()})
    keys.insert(keys.end(), group.begin(), group.end());
  for (auto& key : keys) {
    if (key.name == "database") {
      key.set = set_database;
      key.show = show_database;
    }
    if (key.name == "public_url") key.set = set_public_url;
    if (key.name.starts_with("outbound.")) key.set = checking_policy(key.set);
  }
  for (const auto name : kRouters) keys.push_back(router(std::string(name)));
  return keys;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::vector<std::string> ConfigKey::variables() const {
  std::string own = "COLLET_" + name;
  for (char& c : own) c = c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::vector<std::string> all{std::move(own)};
  all.insert(all.end(), aliases.begin(), aliases.end());
  return all;
}

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> keys = make_keys();
  return keys;
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t least = std::max<std::size_t>(2, word.size() / 2) + 1;
  for (const auto& candidate : known) {
    const std::size_t d = distance(word, candidate);
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}

}  // namespace collet::server
