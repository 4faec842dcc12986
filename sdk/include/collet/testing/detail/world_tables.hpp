// The fake host's tables for what lies behind it, and the way to all tables. For the testing headers.
#pragma once
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/abi/masking.h"
#include "collet/testing/detail/host_parts.hpp"
#include "collet/testing/detail/management_tables.hpp"
#include "collet/testing/detail/utf8_check.hpp"

namespace collet::testing::detail {

inline FakeWorld& world(const collet_host* host) { return parts(host).world; }

// ---- conversations
inline collet_status conversation_get(const collet_host* host, collet_str id, collet_sink sink) noexcept {
  return world(host).with(id, sink, [&](const FakeWorld::Conversation& found) {
    collet::detail::give(sink, found.document);
    return COLLET_OK;
  });
}
inline collet_status conversation_list(const collet_host* host, collet_sink each, collet_sink) noexcept {
  for (const auto& id : world(host).ids()) collet::detail::give(each, id);
  return COLLET_OK;
}
inline collet_status conversation_send(const collet_host* host, collet_str id, collet_str message,
                                       collet_sink error) noexcept {
  return world(host).with(id, error, [&](const FakeWorld::Conversation&) {
    world(host).note({collet::detail::to_string(id), collet::detail::to_string(message)});
    return COLLET_OK;
  });
}
inline collet_status command(const collet_host* host, const char* word, collet_str id,
                             collet_sink error) noexcept {
  return world(host).with(id, error, [&](const FakeWorld::Conversation&) {
    world(host).note(word + collet::detail::to_string(id));
    return COLLET_OK;
  });
}
inline collet_status conversation_run(const collet_host* host, collet_str id, collet_sink error) noexcept {
  return command(host, "run ", id, error);
}
inline collet_status conversation_pause(const collet_host* host, collet_str id, collet_sink error) noexcept {
  return command(host, "pause ", id, error);
}

// ---- events
inline collet_status events_read(const collet_host* host, collet_str id, int64_t after_seq, int32_t limit,
                                 void* context, collet_on_event each, collet_sink error) noexcept {
  std::vector<std::string> events;
  const auto status = world(host).with(id, error, [&](const FakeWorld::Conversation& found) {
    events = found.events;
    return COLLET_OK;
  });
  const int64_t most = after_seq + (limit <= 0 ? 100 : limit);
  for (int64_t seq = after_seq + 1; seq <= static_cast<int64_t>(events.size()) && seq <= most; ++seq)
    each(context, seq, collet::detail::to_str(events[static_cast<std::size_t>(seq - 1)]));
  return status;
}
inline collet_status events_last_seq(const collet_host* host, collet_str id, int64_t* seq,
                                     collet_sink error) noexcept {
  return world(host).with(id, error, [&](const FakeWorld::Conversation& found) {
    *seq = static_cast<int64_t>(found.events.size());
    return COLLET_OK;
  });
}
inline collet_status events_follow(const collet_host* host, collet_str id, int64_t after_seq,
                                   const collet_follower* follower, collet_handle* follow,
                                   collet_sink error) noexcept {
  return world(host).with(id, error, [&](const FakeWorld::Conversation&) {
    *follow = world(host).follow(id, after_seq, *follower);
    return COLLET_OK;
  });
}
inline void events_cancel(const collet_host* host, collet_handle follow) noexcept {
  world(host).cancel(follow);
}
inline collet_status events_append(const collet_host* host, collet_str id, collet_str event,
                                   collet_sink sink) noexcept {
  if (!is_json_object(collet::detail::to_view(event)))
    return refuse(sink, COLLET_INVALID, "the event is no JSON object");
  return world(host).with(id, sink, [&](const FakeWorld::Conversation& found) {
    world(host).add_event(collet::detail::to_string(id), collet::detail::to_string(event));
    collet::detail::give(sink, "event-" + std::to_string(found.events.size()));
    return COLLET_OK;
  });
}

// ---- settings, secrets
inline collet_status settings_document(const collet_host* host, collet_sink sink) noexcept {
  collet::detail::give(sink, world(host).settings());
  return COLLET_OK;
}
inline collet_status secrets_names(const collet_host* host, collet_sink each, collet_sink) noexcept {
  for (const auto& [name, value] : world(host).secrets()) collet::detail::give(each, name);
  return COLLET_OK;
}
inline collet_status secrets_value(const collet_host* host, collet_str name, collet_sink sink) noexcept {
  const auto secrets = world(host).secrets();
  const auto found = secrets.find(collet::detail::to_string(name));
  if (found == secrets.end())
    return refuse(sink, COLLET_DENIED, "the config does not name this secret for the plugin");
  collet::detail::give(sink, found->second);
  return COLLET_OK;
}

// ---- masking: every conversation has the secrets of the test
inline collet_status mask_open(const collet_host* host, collet_str, collet_handle* stream,
                               collet_sink) noexcept {
  *stream = parts(host).masks.open();
  return COLLET_OK;
}
inline collet_status mask_push(const collet_host* host, collet_handle stream, collet_str piece, int32_t last,
                               collet_sink masked) noexcept {
  const auto shown =
      parts(host).masks.push(stream, collet::detail::to_view(piece), last != 0, world(host).secrets());
  if (!shown) return COLLET_NOT_FOUND;
  collet::detail::give(masked, *shown);
  return COLLET_OK;
}
inline void mask_close(const collet_host* host, collet_handle stream) noexcept {
  parts(host).masks.close(stream);
}

// ---- HTTP: answered before start returns, which the contract allows
inline collet_status http_start(const collet_host* host, const collet_http_request* request, void* context,
                                collet_on_http_response done, collet_handle* handle,
                                collet_sink error) noexcept {
  const auto answer = world(host).answer();
  if (!answer) return refuse(error, COLLET_UNAVAILABLE, "this test answers no HTTP requests");
  *handle = 1;
  const auto result = answer(
      {collet::detail::to_string(request->method), collet::detail::to_string(request->url),
       collet::detail::to_pairs(request->headers), collet::detail::to_string(request->body),
       std::chrono::milliseconds(request->timeout_ms), request->max_redirects, request->max_response_bytes});
  const collet::detail::PairsView headers(result.response.headers);
  const collet_http_response out{sizeof(collet_http_response), result.response.status, headers.get(),
                                 collet::detail::to_str(result.response.body)};
  done(context, result.status, result.status == COLLET_OK ? &out : nullptr,
       collet::detail::to_str(result.error));
  return COLLET_OK;
}
inline void http_cancel(const collet_host*, collet_handle) noexcept {}

// ---- sockets
inline collet_status sessions_send(const collet_host* host, collet_handle session, int32_t binary,
                                   collet_str data) noexcept {
  if (binary == 0 && !is_utf8(collet::detail::to_view(data))) return COLLET_INVALID;
  return parts(host).sessions.send(session, binary != 0, data);
}
inline void sessions_broadcast(const collet_host* host, const collet_handle* sessions, size_t count,
                               int32_t binary, collet_str data, collet_status* results) noexcept {
  for (size_t i = 0; i < count; ++i) {
    const auto result = sessions_send(host, sessions[i], binary, data);
    if (results != nullptr) results[i] = result;
  }
}
inline collet_status sessions_close(const collet_host* host, collet_handle session, int32_t code,
                                    collet_str reason) noexcept {
  if (code == 1005 || code == 1006) return COLLET_INVALID;  // only the client's end is called so
  if (!is_utf8(collet::detail::to_view(reason))) return COLLET_INVALID;
  return parts(host).sessions.close(session, code);
}
inline collet_status sessions_budget(const collet_host*, collet_handle, uint64_t* queued,
                                     uint64_t* limit) noexcept {
  if (queued != nullptr) *queued = 0;
  if (limit != nullptr) *limit = 4 << 20;
  return COLLET_OK;
}

inline const collet_sessions kSessions{sizeof(collet_sessions), sessions_send, sessions_broadcast,
                                       sessions_close, sessions_budget};
inline const collet_conversations kConversations{sizeof(collet_conversations),
                                                 conversation_get,
                                                 conversation_list,
                                                 conversation_send,
                                                 conversation_run,
                                                 conversation_pause};
inline const collet_events kEvents{sizeof(collet_events), events_read,   events_last_seq,
                                   events_follow,         events_cancel, events_append};
inline const collet_settings kSettings{sizeof(collet_settings), settings_document, settings_complete};
inline const collet_secrets kSecrets{sizeof(collet_secrets), secrets_names, secrets_value};
inline const collet_masking kMasking{sizeof(collet_masking), mask_open, mask_push, mask_close};
inline const collet_http_client kHttpClient{sizeof(collet_http_client), http_start, http_cancel};

/// collet_host::feature.
inline const void* find_feature(const collet_host* host, const char* name) noexcept {
  static constexpr collet_log kLog{sizeof(collet_log), log_write};
  static constexpr collet_config kConfig{sizeof(collet_config), config_section, config_state_dir};
  static constexpr collet_catalogue kCatalogue{sizeof(collet_catalogue), catalogue_tools, catalogue_models};
  static constexpr collet_store kStore{
      sizeof(collet_store), store_put, store_get,     store_erase,      store_keys,      log_open, log_close,
      log_append,           log_read,  log_erase_all, log_erase_before, log_append_later};
  static constexpr collet_shared_store kSharedStore{sizeof(collet_shared_store), shared_get, shared_put,
                                                    shared_erase, shared_keys};
  static constexpr collet_process kProcess{
      sizeof(collet_process), process_spawn, process_signal, process_end, process_pid, process_release};
  static const std::pair<std::string_view, const void*> kFeatures[] = {
      {COLLET_FEATURE_LOG, &kLog},
      {COLLET_FEATURE_CONFIG, &kConfig},
      {COLLET_FEATURE_CATALOGUE, &kCatalogue},
      {COLLET_FEATURE_CONVERSATIONS, &kConversations},
      {COLLET_FEATURE_EVENTS, &kEvents},
      {COLLET_FEATURE_SESSIONS, &kSessions},
      {COLLET_FEATURE_SETTINGS, &kSettings},
      {COLLET_FEATURE_SECRETS, &kSecrets},
      {COLLET_FEATURE_HTTP_CLIENT, &kHttpClient},
      {COLLET_FEATURE_MASKING, &kMasking},
      {COLLET_FEATURE_MANAGEMENT, &kManagement},
      {COLLET_FEATURE_STORE, &kStore},
      {COLLET_FEATURE_SHARED_STORE, &kSharedStore},
      {COLLET_FEATURE_PROCESS, &kProcess}};
  const auto& self = parts(host);
  const std::lock_guard lock(self.mutex);
  for (const auto& missing : self.missing)
    if (missing == name) return nullptr;
  for (const auto& [known, table] : kFeatures)
    if (known == name) return table;
  return nullptr;
}

}  // namespace collet::testing::detail
