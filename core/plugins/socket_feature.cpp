#include "plugins/socket_feature.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "collet/abi/sockets.h"
#include "http/percent.hpp"
#include "plugins/boundary.hpp"
#include "plugins/config_schema.hpp"
#include "plugins/guest.hpp"
#include "plugins/host_features.hpp"
#include "plugins/socket_session.hpp"

namespace collet::plugins {
namespace {

constexpr std::uint16_t kGoingAway = 1001;

struct Endpoint {
  std::string pattern;
  std::shared_ptr<const json::Document> query;
  bool binary = false;
};

// Of a name that comes twice, each value has to pass.
bool passes(const json::Value& schema, const http::Pairs& query) {
  const json::Value* properties = json::find(schema, "properties");
  for (const auto& [name, value] : query) {
    const json::Value* described = properties == nullptr ? nullptr : json::find(*properties, name);
    if (described == nullptr) continue;
    const json::Value text(
        rapidjson::StringRef(value.data(), static_cast<rapidjson::SizeType>(value.size())));
    if (!check_value(*described, text, name).empty()) return false;
  }
  const json::Value* required = json::find(schema, "required");
  if (required == nullptr || !required->IsArray()) return true;
  const auto names = required->GetArray();
  return std::all_of(names.begin(), names.end(), [&](const json::Value& name) {
    return !name.IsString() || std::any_of(query.begin(), query.end(),
                                           [&](const auto& pair) { return pair.first == json::view(name); });
  });
}

// On an I/O thread, and before anybody has shown a key: the plugin is not asked.
std::optional<http::Response> refusal(const Guest& guest, const Endpoint& endpoint,
                                      const http::Request& request) {
  const State state = guest.state();
  if (state == State::kRefused || !passes(*endpoint.query, request.query)) return http::Response::empty(403);
  if (state != State::kStarted) return http::Response::error(503, guest.absence());
  return std::nullopt;
}

struct Listed {
  std::vector<Endpoint> endpoints;
  std::string error;
};

void list_endpoint(void* context, const collet_endpoint* endpoint) {
  auto& listed = *static_cast<Listed*>(context);
  if (endpoint->struct_size < sizeof(collet_endpoint)) {
    listed.error = "it has a socket that is described for another host";
    return;
  }
  const std::string pattern = detail::to_string(endpoint->pattern);
  auto query = parse_schema(detail::to_view(endpoint->query));
  if (!pattern.starts_with('/')) listed.error = "its socket '" + pattern + "' does not begin with '/'";
  if (!query) {
    listed.error = "its socket '" + pattern + "' has a query that is no JSON schema of an object";
    return;
  }
  listed.endpoints.push_back(
      {pattern, std::make_shared<const json::Document>(std::move(*query)), endpoint->binary != 0});
}

// ---- the host's side
std::shared_ptr<SocketSession> find(const collet_host* host, collet_handle session) {
  return guest_of(host).sessions.find(session).value_or(nullptr);
}

void broadcast(const collet_host* host, const collet_handle* sessions, size_t count, int32_t binary,
               collet_str data, collet_status* results) noexcept {
  if (count == 0) return;
  guarded({}, [&]() -> collet_status {
    const bool valid = binary != 0 || http::is_utf8(detail::to_view(data));
    const auto frame = std::make_shared<const std::string>(detail::to_string(data));
    for (size_t i = 0; i < count; ++i) {
      collet_status result = COLLET_INVALID;
      if (valid) {
        const auto found = find(host, sessions[i]);
        result = found == nullptr ? COLLET_NOT_FOUND : found->send(frame, binary != 0);
      }
      if (results != nullptr) results[i] = result;
    }
    return COLLET_OK;
  });
}

collet_status send(const collet_host* host, collet_handle session, int32_t binary, collet_str data) noexcept {
  collet_status result = COLLET_INTERNAL;
  broadcast(host, &session, 1, binary, data, &result);
  return result;
}

bool may_be_sent(int32_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

collet_status close(const collet_host* host, collet_handle session, int32_t code,
                    collet_str reason) noexcept {
  return guarded({}, [&]() -> collet_status {
    if (!may_be_sent(code) || !http::is_utf8(detail::to_view(reason))) return COLLET_INVALID;
    const auto found = find(host, session);
    return found == nullptr ? COLLET_NOT_FOUND
                            : found->close(static_cast<std::uint16_t>(code), detail::to_string(reason));
  });
}

collet_status budget(const collet_host* host, collet_handle session, uint64_t* queued,
                     uint64_t* limit) noexcept {
  return guarded({}, [&]() -> collet_status {
    const auto found = find(host, session);
    if (found == nullptr || !found->is_open()) return COLLET_NOT_FOUND;
    if (queued != nullptr) *queued = found->socket().queued_bytes();
    if (limit != nullptr) *limit = found->socket().queue_limit();
    return COLLET_OK;
  });
}

}  // namespace

const collet_sessions kSessionsFeature{sizeof(collet_sessions), send, broadcast, close, budget};

std::string session_queue(const std::string& plugin) { return "sessions of " + plugin; }

Result<void> register_sockets(Guest& guest, http::Router& router) {
  const auto* table = guest.feature<collet_sockets>(COLLET_FEATURE_SOCKETS);
  if (table == nullptr) return {};
  const auto made = std::make_shared<Listed>();
  auto visited = guest.visit(
      "list of sockets", guest.household.create_patience,
      [made, list = table->list, instance = guest.instance] { list(instance, made.get(), &list_endpoint); });
  if (!visited) return visited;
  const Listed& listed = *made;
  if (!listed.error.empty()) return invalid(listed.error);
  for (std::uint32_t index = 0; index < listed.endpoints.size(); ++index) {
    const Endpoint& endpoint = listed.endpoints[index];
    if (!http::is_utf8(endpoint.pattern)) return invalid("its socket '" + endpoint.pattern + "' is no UTF-8");
    http::SocketRoute route;
    route.pattern = endpoint.pattern;
    route.owner = guest.name;
    route.refuse = [&guest, endpoint](const http::Request& request) {
      return refusal(guest, endpoint, request);
    };
    route.on_open = [&guest, table, index, binary = endpoint.binary](std::shared_ptr<http::WebSocket> socket,
                                                                     http::Request request) {
      std::make_shared<SocketSession>(guest, *table, index, std::move(socket), std::move(request))
          ->begin(binary);
    };
    if (auto added = router.add(std::move(route)); !added) return invalid(added.error().message);
    guest.sockets.push_back(endpoint.pattern);
  }
  return {};
}

void close_sessions(Guest& guest) {
  for (const auto& [handle, session] : guest.sessions.all()) session->close(kGoingAway, "");
}

}  // namespace collet::plugins
