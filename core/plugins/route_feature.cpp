#include "plugins/route_feature.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "collet/unique_fd.hpp"
#include "http/percent.hpp"
#include "plugins/answer_source.hpp"
#include "plugins/guest.hpp"
#include "plugins/operation_check.hpp"
#include "plugins/request_body.hpp"

namespace collet::plugins {
namespace {

constexpr std::array<std::string_view, 6> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
// What the host writes itself.
constexpr std::array<std::string_view, 4> kOwnHeaders = {"content-type", "content-length", "connection",
                                                         "transfer-encoding"};

bool is_harmless(std::string_view name, std::string_view value) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  constexpr std::string_view kToken = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz";
  const auto is_control = [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; };
  return !lower.empty() && lower.find_first_not_of(kToken) == std::string::npos &&
         std::none_of(value.begin(), value.end(), is_control) &&
         std::find(kOwnHeaders.begin(), kOwnHeaders.end(), lower) == kOwnHeaders.end();
}

// A plugin that was built before answers had contents is fine.
bool is_well_formed(const collet_response& response) {
  return response.struct_size >= offsetof(collet_response, content) && response.status >= 200 &&
         response.status <= 599 && is_harmless("x", detail::to_view(response.content_type));
}

http::Response to_response(const collet_response& from) {
  http::Response response;
  response.status = from.status;
  response.content_type = detail::to_string(from.content_type);
  response.body = detail::to_string(from.body);
  for (auto& [name, value] : detail::to_pairs(from.headers))
    if (is_harmless(name, value)) response.headers.emplace_back(std::move(name), std::move(value));
  return response;
}

// Takes over what is the host's from now on. Nothing: it is malformed; null: there is none.
std::optional<std::shared_ptr<http::Content>> take_content(Guest& guest, const collet_response& from) {
  if (from.struct_size < sizeof(collet_response) || from.content == COLLET_CONTENT_BODY) return nullptr;
  auto content = std::make_shared<http::Content>();
  if (from.content == COLLET_CONTENT_SOURCE) {
    if (from.source.read == nullptr || from.source.release == nullptr) return std::nullopt;
    content->source = std::make_unique<AnswerSource>(guest, from.source);
    if (from.source.length >= 0) content->length = static_cast<std::uint64_t>(from.source.length);
    return content;
  }
  if (from.content != COLLET_CONTENT_FILE) return std::nullopt;
  constexpr std::uint64_t kMost = std::numeric_limits<off_t>::max();
  content->file = http::FilePart{UniqueFd(from.file.descriptor), from.file.offset, from.file.length};
  struct stat facts {};
  const bool is_regular = ::fstat(from.file.descriptor, &facts) == 0 && S_ISREG(facts.st_mode);
  if (!is_regular || from.file.offset > kMost || from.file.length > kMost - from.file.offset)
    return std::nullopt;
  return content;
}

// collet_reply::send; the context is the guest.
void send_reply(void* context, collet_handle handle, const collet_response* response) noexcept {
  auto& guest = *static_cast<Guest*>(context);
  guarded({}, [&]() -> collet_status {
    // First: it is ours, whether or not there is somebody to get it.
    auto content = response == nullptr ? nullptr : take_content(guest, *response);
    auto owed = guest.replies.take(handle);
    if (!owed) return COLLET_OK;
    if (response != nullptr && content && is_well_formed(*response)) {
      auto made = to_response(*response);
      made.content = std::move(*content);
      owed->reply.send(std::move(made));
    } else if (response != nullptr) {
      guest.log_error("a route answered with a malformed response");
    }
    { const auto dropped = std::move(owed->reply); }  // unanswered: 500
    if (owed->body) owed->body->release("the request was answered");
    return COLLET_OK;
  });
}

void handle(Guest& guest, const collet_routes& table, std::uint32_t index, const http::Request& request,
            http::Reply reply) {
  const auto pass = guest.gate.enter();
  if (!pass) return reply.send(http::Response::error(503, guest.absence()));
  const auto body = request.stream ? std::make_shared<RequestBody>(guest, request.stream) : nullptr;
  const std::uint64_t owed = guest.replies.add({std::move(reply), body});
  const RequestView view(request, body ? body->begin() : collet_body{});
  const auto thrown = caught([&] {
    table.handle(guest.instance, index, &view.get(), {&guest, owed, &send_reply});
  });
  if (thrown.empty()) return;
  guest.log_error(request.method + " " + request.path + " threw: " + thrown);
  guest.replies.take(owed);  // dropped: 500
  if (body) body->release("the request was answered");
}

struct Listed {
  std::vector<http::Route> routes;
  bool malformed = false;
  std::string problem = {};  ///< what is wrong with the first bad rule
};

// How it takes bodies, and who may call it. False: there is no such way.
bool take_traits(http::Route& taken, const collet_route& route) {
  if (route.struct_size < sizeof(collet_route)) return true;
  taken.streamed = route.body == COLLET_BODY_STREAMED;
  switch (route.access) {
    case COLLET_ACCESS_SESSION:
      taken.access = http::Access::kSession;
      break;
    case COLLET_ACCESS_PUBLIC:
      taken.access = http::Access::kPublic;
      break;
    case COLLET_ACCESS_WORKSPACE:
      taken.access = http::Access::kWorkspace;
      break;
    case COLLET_ACCESS_BEARER:
      taken.access = http::Access::kBearer;
      break;
    default:
      return false;
  }
  return route.body <= COLLET_BODY_STREAMED;
}

// collet_routes::list's `add`.
void take_route(void* context, const collet_route* route) {
  auto& listed = *static_cast<Listed*>(context);
  // A plugin that was built before routes had operations is fine.
  if (route == nullptr || route->struct_size < offsetof(collet_route, operation)) {
    listed.malformed = true;
    return;
  }
  http::Route& taken = listed.routes.emplace_back();
  taken.method = detail::to_string(route->method);
  taken.pattern = detail::to_string(route->pattern);
  if (route->struct_size >= offsetof(collet_route, when))
    taken.operation = detail::to_string(route->operation);
  if (!take_traits(taken, *route)) listed.malformed = true;
  if (route->struct_size < offsetof(collet_route, body) || route->when.size == 0) return;
  auto when = http::BodyRule::parse(detail::to_view(route->when));
  if (when)
    taken.when = std::move(*when);
  else if (listed.problem.empty())
    listed.problem = "its route " + taken.method + " " + taken.pattern + ": when: " + when.error().message;
}

Result<void> check_route(const http::Route& route) {
  if (std::find(kMethods.begin(), kMethods.end(), route.method) == kMethods.end())
    return invalid("its route has the unknown method '" + route.method + "'");
  if (!route.pattern.starts_with('/'))
    return invalid("its route '" + route.pattern + "' does not begin with '/'");
  if (!http::is_utf8(route.pattern)) return invalid("its route '" + route.pattern + "' is no UTF-8");
  if (const std::string wrong = check_operation(route.operation, route.pattern); !wrong.empty())
    return invalid("its route " + route.method + " " + route.pattern + ": " + wrong);
  return {};
}

}  // namespace

Result<void> register_routes(Guest& guest, http::Router& router) {
  const auto* table = guest.feature<collet_routes>(COLLET_FEATURE_ROUTES);
  if (table == nullptr) return {};
  const auto made = std::make_shared<Listed>();
  auto visited = guest.visit(
      "list of routes", guest.household.create_patience,
      [made, list = table->list, instance = guest.instance] { list(instance, made.get(), &take_route); });
  if (!visited) return visited;
  Listed& listed = *made;
  if (listed.malformed) return invalid("its list of routes has a malformed one");
  if (!listed.problem.empty()) return invalid(listed.problem);
  for (std::uint32_t index = 0; index < listed.routes.size(); ++index) {
    http::Route& route = listed.routes[index];
    route.owner = guest.name;
    route.handler = [&guest, table, index](const http::Request& request, http::Reply reply) {
      handle(guest, *table, index, request, std::move(reply));
    };
    if (auto checked = check_route(route); !checked) return checked;
    guest.routes.push_back(route.method + " " + route.pattern + (route.when.empty() ? "" : " (alternative)"));
    if (auto added = router.add(std::move(route)); !added) {
      const bool its_own = added.error().message.ends_with(" of '" + guest.name + "'");
      return invalid(its_own ? "it has the route " + guest.routes.back() + " twice" : added.error().message);
    }
  }
  return {};
}

}  // namespace collet::plugins
