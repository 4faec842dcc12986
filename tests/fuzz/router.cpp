// Paths: whatever is asked for, at most one kind of answer comes, and parameters are decoded cleanly.
#include <string>

#include "check.hpp"
#include "http/percent.hpp"
#include "http/router.hpp"

namespace collet::fuzz {
namespace {

using http::Match;
using http::Router;

constexpr const char* kPatterns[] = {"/",
                                     "/health",
                                     "/api/tools/",
                                     "/api/settings",
                                     "/api/settings/secrets/{name}",
                                     "/api/conversations",
                                     "/api/conversations/search",
                                     "/api/conversations/{id}",
                                     "/api/conversations/{id}/events",
                                     "/api/conversations/{id}/events/{event}",
                                     "/api/{kind}/x",
                                     "/files/{rest...}",
                                     "/files/{name}/info",
                                     "/{a}/{b}/{c}"};

Router make_router() {
  Router router;
  int number = 0;
  for (const char* pattern : kPatterns) {
    http::Route route;
    route.method = ++number % 3 == 0 ? "POST" : "GET";
    route.pattern = pattern;
    route.owner = number % 2 == 0 ? "even" : "odd";
    route.handler = [](http::Request, http::Reply) {};
    FUZZ_CHECK(router.add(std::move(route)).ok());
  }
  http::SocketRoute socket;
  socket.pattern = "/sockets/{id}";
  socket.owner = "odd";
  socket.on_open = [](std::shared_ptr<http::WebSocket>, http::Request) {};
  FUZZ_CHECK(router.add(std::move(socket)).ok());
  return router;
}

void check_match(const Router& router, const Match& match, std::string_view method) {
  const int answers = (match.route != nullptr ? 1 : 0) + (match.socket != nullptr ? 1 : 0) +
                      (match.allow.empty() ? 0 : 1) + (match.redirect.empty() ? 0 : 1) +
                      (match.bad_path ? 1 : 0);
  FUZZ_CHECK(answers <= 1);
  if (match.route != nullptr) FUZZ_CHECK(match.route->method == method);
  for (const auto& [name, value] : match.params) {
    FUZZ_CHECK(!name.empty() && http::is_utf8(value) && value.find('\0') == std::string::npos);
    const std::string path = "/" + value + "/";
    FUZZ_CHECK(path.find("/./") == std::string::npos && path.find("/../") == std::string::npos);
  }
  if (match.redirect.empty()) return;
  const Match there = router.match(method, match.redirect);
  FUZZ_CHECK(there.redirect.empty() && !there.bad_path);
  FUZZ_CHECK(there.route != nullptr || there.socket != nullptr || !there.allow.empty());
}

}  // namespace
}  // namespace collet::fuzz

// The first byte chooses the method; the second line, where there is one, is a pattern to add before.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace collet::fuzz;
  static const auto router = make_router();
  std::string_view input = as_text(data, size);
  const char* method = take_byte(input) % 2 == 0 ? "GET" : "POST";
  const auto line = input.find('\n');
  const std::string_view path = input.substr(0, line);
  check_match(router, router.match(method, path), method);
  if (line == std::string_view::npos) return 0;

  auto other = make_router();
  collet::http::Route route;
  route.method = method;
  route.pattern = input.substr(line + 1);
  route.owner = "guest";
  route.handler = [](collet::http::Request, collet::http::Reply) {};
  const bool added = other.add(std::move(route)).ok();
  const auto match = other.match(method, path);
  check_match(other, match, method);
  other.remove("guest");
  const auto after = other.match(method, path);
  check_match(other, after, method);
  if (!added) FUZZ_CHECK(after.allow == match.allow && after.redirect == match.redirect);
  return 0;
}
