// A plugin made without the SDK's nets. The config says where it throws over the boundary or never returns:
// {"where":"create", "how":"throw"}; "how":"hang" is for ever. Its route makes the tool answer after all,
// twice. With "where":"calls" the tool and the model block until one of them is cancelled.
#include <fcntl.h>
#include <unistd.h>

#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string>

#include "collet/abi.h"

namespace {

struct Own {};

std::string config;
std::mutex mutex;
std::condition_variable released;
bool is_released = false;  // guarded by mutex
collet_tool_reply kept;    // of the last call of the tool, which answers nothing; guarded by mutex

void finish_kept(const char* observation) {
  const std::lock_guard lock(mutex);
  if (kept.finish == nullptr) return;
  const collet_str words{observation, std::strlen(observation)};
  kept.finish(kept.context, kept.handle, COLLET_OK, words);
}

bool is_at(const char* where) {
  return config.find("\"where\":\"" + std::string(where) + "\"") != std::string::npos;
}

void at(const char* where) {
  if (!is_at(where)) return;
  if (config.find("\"how\":\"throw\"") != std::string::npos) throw Own{};
  for (;;) ::pause();
}

// The file that the config names, so that a test sees that the plugin was stopped.
void leave_mark() {
  const std::string key = "\"mark\":\"";
  const auto at = config.find(key);
  if (at == std::string::npos) return;
  const auto begin = at + key.size();
  const std::string file = config.substr(begin, config.find('"', begin) - begin);
  if (const int made = ::open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600); made >= 0) ::close(made);
}

void block() {
  std::unique_lock lock(mutex);
  released.wait(lock, [] { return is_released; });
}

void release() {
  const std::lock_guard lock(mutex);
  is_released = true;
  released.notify_all();
}

collet_str text(const char* words) { return {words, std::strlen(words)}; }

// ---- routes
void list_routes(collet_plugin*, void* context, void (*add)(void*, const collet_route*)) {
  at("list");
  collet_route route{};
  route.struct_size = sizeof route;
  route.method = text("GET");
  route.pattern = text("/api/misbehaving");
  add(context, &route);
}
void handle(collet_plugin*, std::uint32_t, const collet_request*, collet_reply reply) {
  at("handle");
  for (int i = 0; i < 2; ++i) finish_kept(R"({"late":true})");
  collet_response response{};
  response.struct_size = sizeof response;
  response.status = 200;
  response.content_type = text("application/json");
  response.body = text("{}");
  reply.send(reply.context, reply.handle, &response);
}
constexpr collet_routes kRoutes{sizeof(collet_routes), list_routes, handle};

// ---- tools
void list_tools(collet_plugin*, void* context, void (*add)(void*, const collet_tool_info*)) {
  collet_tool_info tool{};
  tool.struct_size = sizeof tool;
  tool.name = text("misbehaving_tool");
  tool.parameters = text(R"({"type":"object"})");
  add(context, &tool);
}
void start_tool(collet_plugin*, std::uint32_t, const collet_tool_call*, collet_tool_reply reply) {
  at("tool");
  {
    const std::lock_guard lock(mutex);
    kept = reply;
  }
  if (is_at("calls")) block();
}
void cancel_tool(collet_plugin*, std::uint32_t, collet_str, collet_str) {
  at("cancel");
  if (is_at("nowhere")) return;  // not even now
  finish_kept(R"({"cancelled":true})");
  release();
}
void close_conversation(collet_plugin*, std::uint32_t, collet_str) {}
constexpr collet_tools kTools{sizeof(collet_tools), list_tools, start_tool, cancel_tool, close_conversation};

// ---- models
void list_models(collet_plugin*, void* context, void (*add)(void*, const collet_llm_info*)) {
  const collet_llm_info provider{sizeof(collet_llm_info), text("misbehaving"), text("[]")};
  add(context, &provider);
}
void start_model(collet_plugin*, std::uint32_t, collet_str, collet_llm_reply reply) {
  if (is_at("calls")) block();
  reply.finish(reply.context, reply.handle, 400, text("released"));
}
void cancel_model(collet_plugin*, std::uint32_t, collet_handle) { release(); }
constexpr collet_llm kModels{sizeof(collet_llm), list_models, start_model, cancel_model};

// ---- life
collet_status create(const collet_host*, collet_str section, collet_sink, collet_plugin** plugin) {
  config.assign(section.data, section.size);
  at("create");
  *plugin = reinterpret_cast<collet_plugin*>(&config);
  return COLLET_OK;
}
void destroy(collet_plugin*) { at("destroy"); }
const void* feature(collet_plugin*, const char* name) {
  at("feature");
  if (std::strcmp(name, COLLET_FEATURE_ROUTES) == 0) return &kRoutes;
  if (std::strcmp(name, COLLET_FEATURE_TOOLS) == 0) return &kTools;
  return std::strcmp(name, COLLET_FEATURE_LLM) == 0 ? &kModels : nullptr;
}
collet_status start(collet_plugin*, collet_sink) {
  at("start");
  return COLLET_OK;
}
void stop(collet_plugin*) {
  leave_mark();
  at("stop");
}

}  // namespace

extern "C" {
__attribute__((visibility("default"))) extern const collet_entry collet_plugin_entry;
const collet_entry collet_plugin_entry = {
    COLLET_ENTRY_MAGIC,
    sizeof(collet_entry),
    COLLET_ABI_MAJOR,
    COLLET_ABI_MINOR,
    "org.example.misbehaving",
    "1",
    "Throws, or never returns",
    "",
    R"({"type":"object","properties":{"where":{"type":"string"},"mark":{"type":"string"},
        "how":{"enum":["throw","hang","block"]}}})",
    &create,
    &destroy,
    &feature,
    &start,
    &stop};
}
