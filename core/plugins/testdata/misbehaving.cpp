// A plugin made without the SDK's nets. The config says where it throws over the boundary or never returns:
// {"where":"create", "how":"throw"}; "how":"hang" is for ever; with "odd" it throws words that are no text of
// one line, with "say" it fails with them. Its route makes the tool answer after all, twice. With
// "where":"calls" the tool and the model block until one of them is cancelled.
#include <fcntl.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>

#include "collet/abi.h"

namespace {

struct Own {};

constexpr char kOddWords[] = "odd\xff words\n2026-01-01 [info] forged\x1b[31m";

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
  if (config.find("\"how\":\"odd\"") != std::string::npos) throw std::runtime_error(kOddWords);
  if (config.find("\"how\":\"exit\"") != std::string::npos) std::exit(0);
  if (config.find("\"how\":\"hang\"") != std::string::npos)
    for (;;) ::pause();
}

// Whether it fails there, with words.
bool says(const char* where, collet_sink error) {
  if (!is_at(where) || config.find("\"how\":\"say\"") == std::string::npos) return false;
  error.write(error.context, {kOddWords, std::strlen(kOddWords)});
  return true;
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
  if (is_at("tool")) {  // it says why, in odd words
    return reply.finish(reply.context, reply.handle, COLLET_INTERNAL, text(kOddWords));
  }
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
collet_status create(const collet_host*, collet_str section, collet_sink error, collet_plugin** plugin) {
  config.assign(section.data, section.size);
  at("create");
  if (says("create", error)) return COLLET_INTERNAL;
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
collet_status start(collet_plugin*, collet_sink error) {
  at("start");
  if (says("start", error)) return COLLET_INTERNAL;
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
        "how":{"enum":["throw","hang","block","odd","say","exit"]}}})",
    &create,
    &destroy,
    &feature,
    &start,
    &stop};
}
