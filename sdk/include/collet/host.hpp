// The host's features as a plugin uses them.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "collet/abi/catalogue.h"
#include "collet/abi/config.h"
#include "collet/abi/conversations.h"
#include "collet/abi/host.h"
#include "collet/abi/log.h"
#include "collet/detail/text.hpp"
#include "collet/events.hpp"
#include "collet/http_client.hpp"
#include "collet/management.hpp"
#include "collet/masking.hpp"
#include "collet/process.hpp"
#include "collet/settings.hpp"
#include "collet/shared_store.hpp"
#include "collet/socket.hpp"
#include "collet/store.hpp"

namespace collet {

/// The server's log, with the plugin's name on each line. Any thread. Never pass a secret.
class Log {
 public:
  Log(const collet_host* host, const collet_log* table) : host_(host), table_(table) {}
  void debug(std::string_view text) const { write(COLLET_LOG_DEBUG, text); }
  void info(std::string_view text) const { write(COLLET_LOG_INFO, text); }
  void warning(std::string_view text) const { write(COLLET_LOG_WARNING, text); }
  void error(std::string_view text) const { write(COLLET_LOG_ERROR, text); }

 private:
  void write(int level, std::string_view text) const { table_->write(host_, level, detail::to_str(text)); }

  const collet_host* host_;
  const collet_log* table_;
};

/// The server's conversations. Any thread, once started; may block. Throws HostError: COLLET_NOT_FOUND where
/// there is no such conversation.
class Conversations {
 public:
  Conversations(const collet_host* host, const collet_conversations* table) : host_(host), table_(table) {}

  /// One conversation as the HTTP interface shows it, JSON.
  std::string get(std::string_view id) const {
    std::string result;
    detail::check(table_->get(host_, detail::to_str(id), detail::into(result)), result);
    return result;
  }
  /// All ids.
  std::vector<std::string> list() const {
    std::string error;
    std::vector<std::string> ids;
    detail::check(table_->list(host_, detail::into(ids), detail::into(error)), error);
    return ids;
  }
  /// `message_json`: {role, content, run}.
  void send_message(std::string_view id, std::string_view message_json) {
    std::string error;
    detail::check(
        table_->send_message(host_, detail::to_str(id), detail::to_str(message_json), detail::into(error)),
        error);
  }
  /// Starts the agent. COLLET_CONFLICT: it runs already.
  void run(std::string_view id) { act(table_->run, id); }
  /// Pauses it; a step under way is finished and recorded.
  void pause(std::string_view id) { act(table_->pause, id); }

 private:
  void act(collet_status (*action)(const collet_host*, collet_str, collet_sink), std::string_view id) {
    std::string error;
    detail::check(action(host_, detail::to_str(id), detail::into(error)), error);
  }

  const collet_host* host_;
  const collet_conversations* table_;
};

/// What is loaded. Any thread, once started.
class Catalogue {
 public:
  Catalogue(const collet_host* host, const collet_catalogue* table) : host_(host), table_(table) {}

  /// JSON array in registration order: [{"name","plugin","version","listed",…}] (collet/abi/catalogue.h).
  std::string tools() const {
    std::string result;
    detail::check(table_->tools(host_, detail::into(result)), result);
    return result;
  }
  /// What the server knows of language models: JSON object (collet/abi/catalogue.h).
  std::string models() const {
    if (table_->struct_size < offsetof(collet_catalogue, models) + sizeof table_->models)
      throw HostError(COLLET_NOT_FOUND, "the host has no list of models");
    std::string result;
    detail::check(table_->models(host_, detail::into(result)), result);
    return result;
  }

 private:
  const collet_host* host_;
  const collet_catalogue* table_;
};

/// The way to the host's features; lives as long as the plugin. A feature that the host doesn't have throws
/// HostError (COLLET_NOT_FOUND) when it is asked for. Any thread.
class Host {
 public:
  explicit Host(const collet_host* host) : host_(host) {}
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  bool has(const char* feature) const { return host_->feature(host_, feature) != nullptr; }
  Log log() const { return {host_, table<collet_log>(COLLET_FEATURE_LOG)}; }
  Store store() const { return {host_, table<collet_store>(COLLET_FEATURE_STORE)}; }
  SharedStore shared_store() const {
    return {host_, table<collet_shared_store>(COLLET_FEATURE_SHARED_STORE)};
  }
  Processes processes() const { return {host_, table<collet_process>(COLLET_FEATURE_PROCESS)}; }
  Conversations conversations() const {
    return {host_, table<collet_conversations>(COLLET_FEATURE_CONVERSATIONS)};
  }
  Management management() const { return {host_, table<collet_management>(COLLET_FEATURE_MANAGEMENT)}; }
  Masking masking() const { return {host_, table<collet_masking>(COLLET_FEATURE_MASKING)}; }
  Catalogue catalogue() const { return {host_, table<collet_catalogue>(COLLET_FEATURE_CATALOGUE)}; }
  Events events() const { return {host_, table<collet_events>(COLLET_FEATURE_EVENTS)}; }
  HttpClient http_client() const { return {host_, table<collet_http_client>(COLLET_FEATURE_HTTP_CLIENT)}; }
  Settings settings() const { return {host_, table<collet_settings>(COLLET_FEATURE_SETTINGS)}; }
  Secrets secrets() const { return {host_, table<collet_secrets>(COLLET_FEATURE_SECRETS)}; }
  Sessions sessions() const { return {host_, table<collet_sessions>(COLLET_FEATURE_SESSIONS)}; }
  /// A folder for the plugin's own files, absolute, kept over restarts.
  std::string state_dir() const {
    std::string path;
    detail::check(table<collet_config>(COLLET_FEATURE_CONFIG)->state_dir(host_, detail::into(path)), path);
    return path;
  }

 private:
  template <class Table>
  const Table* table(const char* name) const {
    const void* found = host_->feature(host_, name);
    if (found == nullptr) throw HostError(COLLET_NOT_FOUND, std::string("the host has no feature ") + name);
    return static_cast<const Table*>(found);
  }

  const collet_host* host_;
};

}  // namespace collet
