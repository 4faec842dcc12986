// A plugin's instance and what it says that it offers. For the testing headers.
#pragma once
#include <dlfcn.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/abi/entry.h"
#include "collet/abi/llm.h"
#include "collet/abi/routes.h"
#include "collet/abi/sockets.h"
#include "collet/abi/tools.h"
#include "collet/http.hpp"
#include "collet/testing/detail/target.hpp"
#include "collet/testing/fake_host.hpp"
#include "collet/tool.hpp"

namespace collet::testing::detail {

/// The entry symbol of a plugin's file, which stays loaded.
inline const collet_entry& load_entry(const std::string& file) {
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) throw std::runtime_error(::dlerror());
  const void* entry = ::dlsym(library, COLLET_ENTRY_SYMBOL);
  if (entry == nullptr) throw std::runtime_error(file + " has no symbol " COLLET_ENTRY_SYMBOL);
  return *static_cast<const collet_entry*>(entry);
}

/// Created, not yet destroyed. One thread; the plugin's own functions are called by who uses this.
class LoadedPlugin {
 public:
  struct FoundRoute {
    std::uint32_t index = 0;
    Pairs params = {};
  };

  LoadedPlugin(FakeHost& host, const collet_entry& its) : entry(its) {
    if (entry.magic != COLLET_ENTRY_MAGIC || entry.abi_major != COLLET_ABI_MAJOR ||
        entry.struct_size < sizeof(collet_entry))
      throw std::runtime_error("the entry symbol is of another contract");
    std::string words;
    const auto config = collet::detail::to_str(host.config());
    if (entry.create(&host.table(), config, collet::detail::into(words), &instance) != COLLET_OK)
      throw std::runtime_error("create failed: " + words);
    routes = table<collet_routes>(COLLET_FEATURE_ROUTES);
    tools = table<collet_tools>(COLLET_FEATURE_TOOLS);
    llm = table<collet_llm>(COLLET_FEATURE_LLM);
    sockets = table<collet_sockets>(COLLET_FEATURE_SOCKETS);
    if (routes != nullptr) routes->list(instance, this, add_route);
    if (tools != nullptr) tools->list(instance, &tool_list, add_tool);
    if (sockets != nullptr) sockets->list(instance, &socket_list, add_socket);
    if (llm != nullptr) llm->list(instance, &provider_list, add_provider);
  }
  LoadedPlugin(const LoadedPlugin&) = delete;
  LoadedPlugin& operator=(const LoadedPlugin&) = delete;
  ~LoadedPlugin() { entry.destroy(instance); }

  /// Of the routes that match, the most literal one. `path` is not decoded yet.
  std::optional<FoundRoute> find_route(std::string_view method, std::string_view path) const {
    std::optional<FoundRoute> best;
    for (std::uint32_t i = 0; i < route_list.size(); ++i) {
      const auto& [known, pattern] = route_list[i];
      auto params = known == method ? match(pattern, path) : std::nullopt;
      if (params && (!best || weight(pattern) > weight(route_list[best->index].second)))
        best = FoundRoute{i, std::move(*params)};
    }
    return best;
  }
  std::optional<FoundRoute> find_socket(std::string_view path) const {
    for (std::uint32_t i = 0; i < socket_list.size(); ++i)
      if (auto params = match(socket_list[i], path)) return FoundRoute{i, std::move(*params)};
    return std::nullopt;
  }
  std::uint32_t find_tool(std::string_view name) const {
    for (std::uint32_t i = 0; i < tool_list.size(); ++i)
      if (tool_list[i].name == name) return i;
    throw std::runtime_error("the plugin has no tool " + std::string(name));
  }
  std::uint32_t find_provider(std::string_view name) const {
    for (std::uint32_t i = 0; i < provider_list.size(); ++i)
      if (provider_list[i] == name) return i;
    throw std::runtime_error("the plugin has no model provider " + std::string(name));
  }

  const collet_entry& entry;
  collet_plugin* instance = nullptr;
  const collet_routes* routes = nullptr;
  const collet_tools* tools = nullptr;
  const collet_llm* llm = nullptr;
  const collet_sockets* sockets = nullptr;
  Pairs route_list;  // method, pattern
  struct RouteTraits {
    bool streamed = false;
    Access access = Access::kSession;
  };
  std::vector<RouteTraits> route_traits;  // of each
  std::vector<ToolInfo> tool_list;
  std::vector<std::string> provider_list, socket_list;

 private:
  template <class Table>
  const Table* table(const char* name) const {
    return static_cast<const Table*>(entry.feature(instance, name));
  }
  static void add_route(void* context, const collet_route* route) {
    auto& self = *static_cast<LoadedPlugin*>(context);
    self.route_list.emplace_back(collet::detail::to_string(route->method),
                                 collet::detail::to_string(route->pattern));
    self.route_traits.emplace_back();
    if (route->struct_size < sizeof(collet_route)) return;
    self.route_traits.back() = {route->body == COLLET_BODY_STREAMED, static_cast<Access>(route->access)};
  }
  static void add_tool(void* list, const collet_tool_info* info) {
    using collet::detail::to_string;
    static_cast<std::vector<ToolInfo>*>(list)->push_back(
        {to_string(info->name), to_string(info->description), to_string(info->parameters),
         to_string(info->action_kind), to_string(info->observation_kind), to_string(info->tool_kind),
         to_string(info->annotations), to_string(info->title), info->listed != 0,
         info->takes_environment != 0});
  }
  static void add_socket(void* list, const collet_endpoint* endpoint) {
    static_cast<std::vector<std::string>*>(list)->push_back(collet::detail::to_string(endpoint->pattern));
  }
  static void add_provider(void* list, const collet_llm_info* info) {
    static_cast<std::vector<std::string>*>(list)->push_back(collet::detail::to_string(info->name));
  }
};

}  // namespace collet::testing::detail
