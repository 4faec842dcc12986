#include "http/router.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "collet/json.hpp"
#include "http/percent.hpp"

namespace collet::http {
namespace {

struct RouteEntry {
  Route* route = nullptr;
  std::vector<std::string> names;  // of its parameters; two routes may call the same place differently
};

struct SocketEntry {
  const SocketRoute* route = nullptr;
  std::vector<std::string> names;
};

// Where patterns end.
struct Leaf {
  std::vector<RouteEntry> routes;
  std::vector<RouteEntry> alternatives;
  SocketEntry socket;
};

struct Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> parameter;
  Leaf here;
  Leaf rest;
};

struct Pattern {
  std::vector<std::string> segments;  // "" stands for a parameter where `is_parameter`
  std::vector<bool> is_parameter;
  std::vector<std::string> names;
  bool has_rest = false;
};

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  segments.reserve(8);
  path.remove_prefix(1);
  for (;;) {
    const auto slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

Result<Pattern> read_pattern(const std::string& text) {
  const auto bad = [&](const char* why) { return invalid("bad route pattern '" + text + "': " + why); };
  if (text.empty() || text.front() != '/') return bad("it has to start with '/'");
  Pattern pattern;
  for (const auto segment : split(text)) {
    if (pattern.has_rest) return bad("{rest...} has to be last");
    if (segment.find_first_of("{}") == std::string_view::npos) {
      pattern.segments.emplace_back(segment);
      pattern.is_parameter.push_back(false);
      continue;
    }
    const bool braced = segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
    std::string_view name = braced ? segment.substr(1, segment.size() - 2) : std::string_view();
    if (name.size() > 3 && name.substr(name.size() - 3) == "...") {
      pattern.has_rest = true;
      name.remove_suffix(3);
    }
    if (name.empty() || name.find_first_of("{}.") != std::string_view::npos)
      return bad("a parameter is one whole segment, {name} or {name...}");
    if (std::find(pattern.names.begin(), pattern.names.end(), name) != pattern.names.end())
      return bad("a parameter's name comes twice");
    pattern.names.emplace_back(name);
    if (pattern.has_rest) continue;
    pattern.segments.emplace_back();
    pattern.is_parameter.push_back(true);
  }
  return pattern;
}

// Decoded, one may have slashes of its own: whoever takes it for a path is not to be led elsewhere.
bool has_dots(std::string_view segment) {
  for (;;) {
    const auto slash = segment.find('/');
    const auto part = segment.substr(0, slash);
    if (part == "." || part == "..") return true;
    if (slash == std::string_view::npos) return false;
    segment.remove_prefix(slash + 1);
  }
}

// A path cut into decoded segments.
class Path {
 public:
  // False: no such path can exist.
  bool read(std::string_view raw) {
    segments_ = split(raw);
    decoded_.reserve(segments_.size());
    for (auto& segment : segments_) {
      if (segment.find('%') != std::string_view::npos) {
        auto text = percent_decode(segment);
        if (!text) return false;
        decoded_.push_back(std::move(*text));
        segment = decoded_.back();
      } else if (segment.find('\0') != std::string_view::npos || !is_utf8(segment)) {
        return false;
      }
      if (has_dots(segment)) return false;
    }
    return true;
  }
  const std::vector<std::string_view>& segments() const { return segments_; }

 private:
  std::vector<std::string_view> segments_;
  std::vector<std::string> decoded_;  // reserved beforehand: views into it stay good
};

// Walks all ends of patterns that fit, best first, until `visit` says that it has found what it wants.
template <class Visit>
class Search {
 public:
  Search(const Path& path, Visit visit) : segments_(path.segments()), visit_(std::move(visit)) {}

  bool from(const Node& node, std::size_t at) {
    if (at == segments_.size()) return visit_(node.here, values_);
    if (const auto literal = node.literals.find(segments_[at]); literal != node.literals.end())
      if (from(*literal->second, at + 1)) return true;
    if (node.parameter && !segments_[at].empty()) {
      values_.emplace_back(segments_[at]);
      if (from(*node.parameter, at + 1)) return true;
      values_.pop_back();
    }
    if (node.rest.routes.empty() && node.rest.socket.route == nullptr) return false;
    values_.push_back(join(at));
    if (visit_(node.rest, values_)) return true;
    values_.pop_back();
    return false;
  }

 private:
  std::string join(std::size_t at) const {
    std::string text(segments_[at]);
    for (++at; at < segments_.size(); ++at) text.append("/").append(segments_[at]);
    return text;
  }

  const std::vector<std::string_view>& segments_;
  Visit visit_;
  std::vector<std::string> values_;
};

Pairs pair_up(const std::vector<std::string>& names, std::vector<std::string>& values) {
  Pairs pairs;
  pairs.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) pairs.emplace_back(names[i], std::move(values[i]));
  return pairs;
}

// Looks a path up; fills everything but `redirect` and `bad_path`.
Match look_up(const Node& root, std::string_view method, const Path& path) {
  Match match;
  std::set<std::string> allowed;
  auto visit = [&](const Leaf& leaf, std::vector<std::string>& values) {
    for (const auto& entry : leaf.routes) {
      if (entry.route->method == method) {
        match.route = entry.route;
        match.socket = nullptr;
        match.params = pair_up(entry.names, values);
        return true;
      }
      allowed.insert(entry.route->method);
    }
    if (leaf.socket.route != nullptr && match.socket == nullptr && method == "GET") {
      match.socket = leaf.socket.route;
      std::vector<std::string> copy = values;
      match.params = pair_up(leaf.socket.names, copy);
    }
    return false;
  };
  Search search(path, std::move(visit));
  search.from(root, 0);
  if (match.route != nullptr || match.socket != nullptr) return match;
  for (const auto& name : allowed) match.allow.append(match.allow.empty() ? "" : ", ").append(name);
  return match;
}

// Tells each route of its alternatives.
void link(Leaf& leaf) {
  for (auto& entry : leaf.routes) {
    entry.route->alternatives.clear();
    for (const auto& other : leaf.alternatives)
      if (other.route->method == entry.route->method && !entry.route->streamed)
        entry.route->alternatives.push_back({other.route, other.names});
  }
}

void forget(Leaf& leaf, std::string_view owner) {
  for (auto* entries : {&leaf.routes, &leaf.alternatives})
    entries->erase(std::remove_if(entries->begin(), entries->end(),
                                  [owner](const auto& entry) { return entry.route->owner == owner; }),
                   entries->end());
  link(leaf);
  if (leaf.socket.route != nullptr && leaf.socket.route->owner == owner) leaf.socket = {};
}

// Nodes stay: an empty one matches nothing.
void forget(Node& node, std::string_view owner) {
  forget(node.here, owner);
  forget(node.rest, owner);
  for (auto& [segment, below] : node.literals) forget(*below, owner);
  if (node.parameter) forget(*node.parameter, owner);
}

bool takes_body(const Route& route) {
  if (route.method == "GET" || route.method == "HEAD") return false;
  if (route.access != Access::kPublic) return true;
  const auto operation = json::parse(route.operation);
  return operation && json::find(*operation, "requestBody") != nullptr;
}

bool found(const Match& match) {
  return match.route != nullptr || match.socket != nullptr || !match.allow.empty();
}

}  // namespace

const Route& choose(const Route& route, Request& request) {
  for (const auto& [other, names] : route.alternatives) {
    if (!other->when.holds(request.body)) continue;
    for (std::size_t i = 0; i < names.size() && i < request.params.size(); ++i)
      request.params[i].first = names[i];
    return *other;
  }
  return route;
}

struct Router::Impl {
  Node root;
  std::vector<std::unique_ptr<Route>> routes, alternatives;
  std::vector<std::unique_ptr<SocketRoute>> sockets;

  Leaf& leaf(const Pattern& pattern) {
    Node* node = &root;
    for (std::size_t i = 0; i < pattern.segments.size(); ++i) {
      auto& next = pattern.is_parameter[i] ? node->parameter : node->literals[pattern.segments[i]];
      if (!next) next = std::make_unique<Node>();
      node = next.get();
    }
    return pattern.has_rest ? node->rest : node->here;
  }
};

Router::Router() : impl_(std::make_unique<Impl>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

Result<void> Router::add(Route route) {
  auto pattern = read_pattern(route.pattern);
  if (!pattern) return pattern.error();
  if (route.method.empty() || !route.handler)
    return invalid("route '" + route.pattern + "' of '" + route.owner + "' has no method or no handler");
  if (route.streamed && !route.when.empty())
    return invalid("route '" + route.pattern + "' of '" + route.owner +
                   "' cannot be chosen by a body that it streams");
  route.takes_body = takes_body(route);
  Leaf& leaf = impl_->leaf(*pattern);
  if (!route.when.empty()) {
    impl_->alternatives.push_back(std::make_unique<Route>(std::move(route)));
    leaf.alternatives.push_back({impl_->alternatives.back().get(), std::move(pattern->names)});
    link(leaf);
    return {};
  }
  for (const auto& other : leaf.routes)
    if (other.route->method == route.method)
      return conflict(route.method + " " + route.pattern + " of '" + route.owner + "' is taken by " +
                      other.route->pattern + " of '" + other.route->owner + "'");
  impl_->routes.push_back(std::make_unique<Route>(std::move(route)));
  leaf.routes.push_back({impl_->routes.back().get(), std::move(pattern->names)});
  link(leaf);
  return {};
}

Result<void> Router::add(SocketRoute route) {
  auto pattern = read_pattern(route.pattern);
  if (!pattern) return pattern.error();
  if (!route.on_open)
    return invalid("socket '" + route.pattern + "' of '" + route.owner + "' has no handler");
  Leaf& leaf = impl_->leaf(*pattern);
  if (leaf.socket.route != nullptr)
    return conflict("socket " + route.pattern + " of '" + route.owner + "' is taken by " +
                    leaf.socket.route->pattern + " of '" + leaf.socket.route->owner + "'");
  impl_->sockets.push_back(std::make_unique<SocketRoute>(std::move(route)));
  leaf.socket = {impl_->sockets.back().get(), std::move(pattern->names)};
  return {};
}

void Router::remove(std::string_view owner) {
  const auto is_owned = [owner](const auto& one) { return one->owner == owner; };
  forget(impl_->root, owner);
  for (auto* routes : {&impl_->routes, &impl_->alternatives})
    routes->erase(std::remove_if(routes->begin(), routes->end(), is_owned), routes->end());
  impl_->sockets.erase(std::remove_if(impl_->sockets.begin(), impl_->sockets.end(), is_owned),
                       impl_->sockets.end());
}

Match Router::match(std::string_view method, std::string_view raw_path) const {
  Path path;
  if (raw_path.empty() || raw_path.front() != '/' || !path.read(raw_path)) return Match{.bad_path = true};
  Match match = look_up(impl_->root, method, path);
  if (found(match) || raw_path == "/") return match;
  std::string other(raw_path);
  if (other.back() == '/') {
    other.pop_back();
  } else {
    other.push_back('/');
  }
  Path other_path;
  if (other_path.read(other) && found(look_up(impl_->root, method, other_path)))
    match.redirect = std::move(other);
  return match;
}

const std::vector<std::unique_ptr<Route>>& Router::routes() const { return impl_->routes; }
const std::vector<std::unique_ptr<SocketRoute>>& Router::sockets() const { return impl_->sockets; }

}  // namespace collet::http
