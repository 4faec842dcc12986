// The C++ face of a plugin:
//
//   class Weather final : public collet::Plugin {
//    public:
//     void setup(collet::Setup& setup) override {
//       setup.get("/api/weather/{city}", [](const collet::Request& request) {
//         return collet::Response::json(forecast(request.param("city")));
//       });
//     }
//   };
//   COLLET_PLUGIN(Weather, "org.example.weather", "1.0.0", "Weather forecasts for agents");
//
// Handlers and tools run on several threads at once. What they throw is caught: 500, or the call's failure.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "collet/abi/entry.h"
#include "collet/detail/instance.hpp"
#include "collet/host.hpp"
#include "collet/http.hpp"
#include "collet/llm.hpp"
#include "collet/socket.hpp"
#include "collet/streams.hpp"
#include "collet/tool.hpp"

namespace collet {

class Setup;

class Plugin {
 public:
  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  virtual ~Plugin() = default;

  /// Says what the plugin offers. Reads its config; starts nothing. Called once, on a thread of the host's;
  /// what it throws refuses the plugin.
  virtual void setup(Setup& setup) = 0;
  /// Begins work: threads, connections. Until it returns, the plugin's routes answer 503; what it throws
  /// keeps them so.
  virtual void start() {}
  /// Ends work. Called only after start() has returned; the host may be used until it returns.
  virtual void stop() {}
};

/// More about the route that was just set up: setup.get(…).access(Access::kPublic).
class RouteSetup {
 public:
  explicit RouteSetup(detail::RouteEntry& entry) : entry_(entry) {}
  void access(Access access) { entry_.access = access; }

 private:
  detail::RouteEntry& entry_;
};

/// Takes what a plugin offers. Good only during Plugin::setup.
class Setup {
 public:
  explicit Setup(detail::Instance& instance) : instance_(instance) {}

  /// Lives as long as the plugin.
  Host& host() { return instance_.host; }
  /// The plugin's own section of the config: JSON object text, checked against its schema.
  std::string_view config() const { return instance_.config; }

  /// Routes whose handler answers at once. It may block: it runs on the plugin's own bounded queue. What it
  /// throws is answered: a Refusal with what it holds, an InputError with 400, all else with 500.
  /// `operation`: what /openapi.json shows of the route, see collet_route in collet/abi/routes.h.
  using Answer = std::function<Response(const Request&)>;
  RouteSetup head(std::string pattern, Answer handler, std::string operation = {}) {
    return answer("HEAD", std::move(pattern), std::move(handler), std::move(operation));
  }
  RouteSetup get(std::string pattern, Answer handler, std::string operation = {}) {
    return answer("GET", std::move(pattern), std::move(handler), std::move(operation));
  }
  RouteSetup post(std::string pattern, Answer handler, std::string operation = {}) {
    return answer("POST", std::move(pattern), std::move(handler), std::move(operation));
  }
  RouteSetup put(std::string pattern, Answer handler, std::string operation = {}) {
    return answer("PUT", std::move(pattern), std::move(handler), std::move(operation));
  }
  RouteSetup patch(std::string pattern, Answer handler, std::string operation = {}) {
    return answer("PATCH", std::move(pattern), std::move(handler), std::move(operation));
  }
  RouteSetup del(std::string pattern, Answer handler, std::string operation = {}) {
    return answer("DELETE", std::move(pattern), std::move(handler), std::move(operation));
  }
  /// A route that is answered now or later, from any thread. Same queue; must return soon. What it throws is
  /// answered with 500, an InputError too: the reply has gone with the handler.
  RouteSetup route(std::string method, std::string pattern, std::function<void(Request, Reply)> handler,
                   std::string operation = {}) {
    instance_.routes.push_back({.method = std::move(method),
                                .pattern = std::move(pattern),
                                .handler = std::move(handler),
                                .operation = std::move(operation)});
    return RouteSetup(instance_.routes.back());
  }
  /// A route whose bodies are taken in pieces, of any length. `receiver` makes, on the same queue, what takes
  /// the body of one request, whose `body` is empty; what it throws is answered as that of a handler, before
  /// the body is read.
  RouteSetup stream(std::string method, std::string pattern, detail::ReceiverFactory receiver,
                    std::string operation = {}) {
    instance_.routes.push_back({.method = std::move(method),
                                .pattern = std::move(pattern),
                                .receiver = std::move(receiver),
                                .operation = std::move(operation)});
    return RouteSetup(instance_.routes.back());
  }
  /// Serves, beside the route of this method and path that the server or another plugin has, the requests
  /// whose body is as `when` says: JSON text {"has", "any", "lacks"}, see collet_route in
  /// collet/abi/routes.h, which also says what its `operation` may be.
  void alternative(std::string method, std::string pattern, std::string when, Answer handler,
                   std::string operation = {}) {
    answer(std::move(method), std::move(pattern), std::move(handler), std::move(operation));
    instance_.routes.back().when = std::move(when);
  }

  /// A WebSocket endpoint. Its sessions are reached through host().sessions().
  void socket(std::string pattern, std::unique_ptr<SocketEndpoint> endpoint, SocketOptions options = {}) {
    instance_.sockets.push_back({std::move(pattern), std::move(options), std::move(endpoint)});
  }

  void tool(std::unique_ptr<Tool> tool) { instance_.tools.push_back(std::move(tool)); }
  void llm(std::unique_ptr<LlmProvider> provider) {
    auto entry = std::make_unique<detail::LlmEntry>();
    entry->provider = std::move(provider);
    instance_.providers.push_back(std::move(entry));
  }

 private:
  RouteSetup answer(std::string method, std::string pattern, Answer handler, std::string operation) {
    return route(
        std::move(method), std::move(pattern),
        [handler = std::move(handler)](const Request& request, Reply reply) {
          try {
            reply.send(handler(request));
          } catch (const Refusal& refusal) {
            reply.send(refusal.response());
          } catch (const InputError& error) {
            reply.send(Response::error(400, error.what()));
          }
        },
        std::move(operation));
  }

  detail::Instance& instance_;
};

namespace detail {

template <class Type>
collet_status create(const collet_host* host, collet_str config, collet_sink error,
                     collet_plugin** plugin) noexcept {
  try {
    auto made = std::make_unique<Instance>(host);
    made->config = to_string(config);
    made->plugin = std::make_shared<Type>();
    Setup setup(*made);
    made->plugin->setup(setup);
    *plugin = reinterpret_cast<collet_plugin*>(made.release());
    return COLLET_OK;
  } catch (...) {
    give(error, current_error());
    return COLLET_INTERNAL;
  }
}

inline void destroy(collet_plugin* plugin) noexcept {
  const std::unique_ptr<Instance> owned(reinterpret_cast<Instance*>(plugin));
}

inline collet_status start(collet_plugin* plugin, collet_sink error) noexcept {
  try {
    instance(plugin).plugin->start();
    return COLLET_OK;
  } catch (...) {
    give(error, current_error());
    return COLLET_INTERNAL;
  }
}

inline void stop(collet_plugin* plugin) noexcept {
  try {
    instance(plugin).plugin->stop();
  } catch (...) {
    log_error(instance(plugin), "stop() threw: " + current_error());
  }
}

}  // namespace detail
}  // namespace collet

#if defined(__clang__)
#define COLLET_DETAIL_COMPILER "clang " __clang_version__
#else
#define COLLET_DETAIL_COMPILER "g++ " __VERSION__
#endif

/// Exports the plugin `Type` (default constructible). `config_schema_json`: see collet/abi/entry.h.
#define COLLET_PLUGIN_WITH_CONFIG(Type, id, version, description, config_schema_json)   \
  extern "C" {                                                                          \
  __attribute__((visibility("default"))) extern const collet_entry collet_plugin_entry; \
  const collet_entry collet_plugin_entry = {COLLET_ENTRY_MAGIC,                         \
                                            sizeof(collet_entry),                       \
                                            COLLET_ABI_MAJOR,                           \
                                            COLLET_ABI_MINOR,                           \
                                            id,                                         \
                                            version,                                    \
                                            description,                                \
                                            COLLET_DETAIL_COMPILER,                     \
                                            config_schema_json,                         \
                                            &::collet::detail::create<Type>,            \
                                            &::collet::detail::destroy,                 \
                                            &::collet::detail::feature,                 \
                                            &::collet::detail::start,                   \
                                            &::collet::detail::stop};                   \
  }                                                                                     \
  static_assert(true, "takes the semicolon")

/// The same for a plugin without config keys of its own.
#define COLLET_PLUGIN(Type, id, version, description) \
  COLLET_PLUGIN_WITH_CONFIG(Type, id, version, description, "")
