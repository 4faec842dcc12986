// What the parts of one running server share. Connections and sockets keep it alive, so that a Reply or a
// WebSocket may outlive the HttpServer.
#pragma once
#include <utility>  // Boost 1.74 forgets it under C++20

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "http/detail/admission.hpp"
#include "http/detail/dispatcher.hpp"
#include "http/http_server.hpp"

namespace collet::http::detail {

class Connection;
class WebSocketSession;

/// The living objects of one kind. Any thread.
template <class T>
class Registry {
 public:
  void add(const std::shared_ptr<T>& object) {
    std::lock_guard lock(mutex_);
    objects_.emplace(object.get(), object);
  }
  void remove(T* object) {
    std::lock_guard lock(mutex_);
    objects_.erase(object);
  }
  std::size_t size() const {
    std::lock_guard lock(mutex_);
    return objects_.size();
  }
  std::vector<std::shared_ptr<T>> snapshot() const {
    std::vector<std::shared_ptr<T>> all;
    std::lock_guard lock(mutex_);
    all.reserve(objects_.size());
    for (const auto& [key, weak] : objects_)
      if (auto object = weak.lock()) all.push_back(std::move(object));
    return all;
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<T*, std::weak_ptr<T>> objects_;
};

struct Core {
  Core(HttpServer::Options wanted, const Router& router, Gatekeeper& gatekeeper)
      : options(std::move(wanted)),
        admission(options.limits.connections, options.limits.connections_per_address),
        dispatcher(options, router, gatekeeper) {}

  const HttpServer::Options options;
  boost::asio::io_context io;  ///< WebSockets, answers that didn't fit into the socket at once, the clock
  Admission admission;
  Dispatcher dispatcher;
  Registry<Connection> connections;
  Registry<WebSocketSession> sockets;
  std::atomic<bool> draining{false};
  std::atomic<bool> has_freed_much{false};  ///< of a large body; the clock then gives it back to the system
};

}  // namespace collet::http::detail
