// The one table of routes: method + path segments -> handler. Built before the server listens, then only
// read.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/body_rule.hpp"
#include "http/message.hpp"

namespace collet::http {

class WebSocket;

/// Who may call a route.
enum class Access {
  kSession,    ///< needs a session key, where the server has any
  kPublic,     ///< answers without a key
  kWorkspace,  ///< as kSession; to GET and HEAD the workspace cookie opens it too
  kBearer,     ///< as kSession; the key may come as a bearer token
};

/// Where a handler runs.
enum class Lane {
  kWorker,    ///< the owner's bounded queue on the worker pool; may block. Full queue: 503 with Retry-After
  kReserved,  ///< a small lane of its own, for what must get through under load (pause, interrupt, delete)
  kInline,    ///< the I/O thread; must not block nor take long
};

struct Route {
  std::string method;
  std::string pattern;  ///< "/api/conversations/{id}", a last segment may be "{rest...}"
  std::string owner;    ///< "core" or the plugin's name; decides the queue, named in duplicate errors
  Access access = Access::kSession;
  Lane lane = Lane::kWorker;
  Handler handler;
  bool streamed = false;  ///< the handler runs when the head is there, and asks for the body; no alternatives
  /// What it says of itself in /openapi.json: an OpenAPI operation object, JSON text. Empty: only that it is
  /// there.
  std::string operation = {};
  /// Not empty: it stands beside the route of this method and path, for requests with such bodies.
  BodyRule when = {};

  /// Whether its body may be as long as the limits say. Not, and the router sets this: of a GET or HEAD, or
  /// where anybody may call and no body is declared.
  bool takes_body = true;

  /// Routes that stand beside this one, with the names of their parameters; the router's own to set.
  struct Alternative {
    const Route* route;
    std::vector<std::string> names;
  };
  std::vector<Alternative> alternatives = {};
};

/// The alternative whose rule holds for the request's body, which then gets its parameters' names; else the
/// route.
const Route& choose(const Route& route, Request& request);

/// A WebSocket endpoint. `on_open` gets a socket that is already authenticated (auth/socket_auth.hpp does
/// that).
struct SocketRoute {
  std::string pattern;
  std::string owner;
  /// Judges a request before the upgrade; a Response refuses it. Runs on an I/O thread. May be empty.
  std::function<std::optional<Response>(const Request&)> refuse;
  std::function<void(std::shared_ptr<WebSocket>, Request)> on_open;
};

/// The outcome of a lookup. At most one of route, socket, allow, redirect and bad_path says something; none:
/// 404.
struct Match {
  const Route* route = nullptr;
  const SocketRoute* socket = nullptr;  ///< a WebSocket endpoint (method GET only), where there is no route
  Pairs params = {};                    ///< decoded
  std::string allow = {};               ///< "GET, POST": the path exists, the method doesn't (405)
  std::string redirect =
      {};  ///< the raw path with its last slash added or removed, where only that one exists
  bool bad_path =
      false;  ///< an invalid escape, an encoded NUL, no UTF-8, or "." or ".." between slashes (400)
};

/// Patterns: a literal segment wins over {name}, {name} over {rest...}. {name} takes one segment that is not
/// empty, {rest...} takes what is left, which may be empty or have slashes. "%2F" stays inside its segment.
class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  /// Adds a route. An alternative may come before the route that it stands beside; without that it is not
  /// served. A second one for the same method and path is refused (conflict), naming both owners; a
  /// pattern that can't be read, or a route without handler, is invalid; so is an alternative that streams.
  Result<void> add(Route route);
  Result<void> add(SocketRoute route);

  /// Takes away what this owner has added.
  void remove(std::string_view owner);

  /// `raw_path`: as sent; segments are percent-decoded here, once. Any thread, once no more is added.
  Match match(std::string_view method, std::string_view raw_path) const;

  /// All routes but alternatives, in the order they were added.
  const std::vector<std::unique_ptr<Route>>& routes() const;
  const std::vector<std::unique_ptr<SocketRoute>>& sockets() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace collet::http
