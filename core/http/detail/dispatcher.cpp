#include "http/detail/dispatcher.hpp"

#include <algorithm>
#include <cctype>
#include <memory>
#include <string>
#include <utility>

#include "base/log.hpp"

namespace collet::http::detail {
namespace {

struct Call {
  Request request;
  Reply reply;
};

Verdict answer(Response response) { return {.answer = std::move(response)}; }

void invoke(const Route& route, Call& call) {
  const std::string id = call.request.id;
  const std::string conversation(call.request.param("conversation_id"));
  const log::Scope scope({.request = id, .conversation = conversation});
  try {
    // A handler that throws has destroyed its reply: the 500 is under way already, with this id.
    route.handler(std::move(call.request), std::move(call.reply));
  } catch (const std::exception& e) {
    log::error("http", route.method + " " + route.pattern + " threw: " + e.what());
  } catch (...) {
    log::error("http", route.method + " " + route.pattern + " threw no std::exception");
  }
}

// 16 bytes in base64 (RFC 6455, 4.1).
bool is_handshake_key(std::string_view key) {
  constexpr std::size_t kLength = 24, kDigits = 22;
  return key.size() == kLength && key.substr(kDigits) == "==" &&
         std::all_of(key.begin(), key.begin() + kDigits,
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '+' || c == '/'; });
}

// What Beast would find wrong, and answer in words of its own.
std::optional<Response> check_handshake(const Request& request) {
  if (request.header("sec-websocket-version") != "13") {
    Response response = Response::error(426, "Upgrade Required: the version of WebSocket has to be 13");
    response.headers = {{"upgrade", "websocket"}, {"sec-websocket-version", "13"}};
    return response;
  }
  if (!is_handshake_key(request.header("sec-websocket-key").value_or("")))
    return Response::error(400, "Bad Request: Sec-WebSocket-Key has to be 16 bytes in base64");
  return std::nullopt;
}

bool is_plain_authority(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view(".-_:[]").find(c) != std::string_view::npos;
  });
}

Response redirect(const Request& request, const std::string& raw_path) {
  const auto host = request.header("host").value_or("");
  std::string location = is_plain_authority(host) ? "http://" + std::string(host) + raw_path : raw_path;
  if (const auto mark = request.target.find('?'); mark != std::string::npos)
    location.append(request.target, mark);
  Response response = Response::empty(307);
  response.headers.emplace_back("location", std::move(location));
  return response;
}

}  // namespace

Dispatcher::Dispatcher(const HttpServer::Options& options, const Router& router, Gatekeeper& gatekeeper)
    : workers_({.threads = options.worker_threads, .queue_length = options.queue_length}),
      reserved_({.threads = 1, .queue_length = options.queue_length}) {
  switch_to(router, gatekeeper, options.allowed_origins);
}

void Dispatcher::switch_to(const Router& router, Gatekeeper& gatekeeper,
                           const std::vector<std::string>& origins) {
  sites_.push_back(std::make_unique<const Site>(Site{router, gatekeeper, Cors(origins)}));
  site_ = sites_.back().get();
}

Result<void> Dispatcher::start() {
  if (auto started = workers_.start(); !started) return started;
  return reserved_.start();
}

bool Dispatcher::close(std::chrono::steady_clock::time_point until) {
  workers_.close();
  reserved_.close();
  return workers_.wait_idle(until) && reserved_.wait_idle(until);
}

void Dispatcher::stop() {
  workers_.stop();
  reserved_.stop();
}

Verdict Dispatcher::judge(Request& request, const Peer& peer, bool wants_upgrade) const {
  const Site& site = *site_.load();
  if (wants_upgrade) return judge_socket(site, request, peer);
  if (auto preflight = site.cors.preflight(request)) return answer(std::move(*preflight));
  Verdict verdict = judge_path(site, request, peer);
  verdict.more_headers = site.cors.headers(request);
  return verdict;
}

Verdict Dispatcher::judge_path(const Site& site, Request& request, const Peer& peer) {
  Match match = site.router.match(request.method, request.raw_path);
  if (match.bad_path) return answer(Response::error(400, "Bad Request: the path is not well formed"));
  if (!match.redirect.empty()) return answer(redirect(request, match.redirect));
  if (!match.allow.empty()) {
    Response response = Response::error(405, "Method Not Allowed");
    response.headers.emplace_back("allow", match.allow);
    return answer(std::move(response));
  }
  if (match.route == nullptr) return answer(Response::error(404, "Not Found"));
  request.params = std::move(match.params);
  if (auto refusal = site.gatekeeper.check(request, peer, match.route->access))
    return answer(std::move(*refusal));
  return {.route = match.route};
}

Verdict Dispatcher::judge_socket(const Site& site, Request& request, const Peer& peer) {
  Match match = site.router.match(request.method, request.raw_path);
  if (match.socket == nullptr) return answer(Response::empty(403));
  request.params = std::move(match.params);
  SocketVerdict verdict = site.gatekeeper.check_socket(request, peer);
  if (verdict.kind == SocketVerdict::Kind::kRefuse) return answer(std::move(verdict.refusal));
  if (auto refusal = check_handshake(request)) return answer(std::move(*refusal));
  if (match.socket->refuse)
    if (auto refusal = match.socket->refuse(request)) return answer(std::move(*refusal));
  return {.socket = match.socket, .ask_first_message = verdict.kind == SocketVerdict::Kind::kAskFirstMessage};
}

void Dispatcher::run(const Route& route, Request request, Reply reply) {
  if (route.lane == Lane::kInline && route.alternatives.empty()) {
    Call call{std::move(request), std::move(reply)};
    return invoke(route, call);
  }
  auto& pool = route.lane == Lane::kReserved ? reserved_ : workers_;
  auto call = std::make_shared<Call>(Call{std::move(request), std::move(reply)});
  // Which route it is for takes a look at the body: too much work for the I/O thread.
  const auto task = [this, &route, call] {
    const Route& chosen = choose(route, call->request);
    if (&chosen == &route) return invoke(route, *call);
    run(chosen, std::move(call->request), std::move(call->reply));
  };
  if (pool.post(route.owner, task)) return;
  Response busy = Response::error(503, "Service Unavailable: too many requests are waiting");
  busy.headers.emplace_back("retry-after", "1");
  call->reply.send(std::move(busy));
}

}  // namespace collet::http::detail
