// The steps in which an older manager makes this server ready for one user, and starts a conversation.
#pragma once
#include <string>
#include <string_view>

#include "collet/host.hpp"
#include "collet/http.hpp"
#include "collet/json.hpp"

namespace collet::nested {

/// A Refusal in the older form, which the present one can read too: {"error": …, "detail": …}.
Refusal refused(int status, const std::string& text);

/// Whether it is a UUID, with or without dashes. Pure.
bool is_conversation_id(std::string_view text);

/// Any thread, once the plugin is started; blocks on the database. What the steps bring is kept in the shared
/// store, sealed. Every step but the first throws a Refusal (409) before the first.
class Bootstrap {
 public:
  /// `workspaces`: the folder for working folders, absolute; empty: one of the plugin's own.
  Bootstrap(Host& host, std::string workspaces) : host_(host), workspaces_(std::move(workspaces)) {}

  /// Step 1. Throws a Refusal (422).
  void store_settings(const json::Value& body);
  /// Step 2. Throws a Refusal (422).
  void store_providers(const json::Value& body);
  void unset_providers();
  /// Throws the Refusal (409) that there are no settings yet.
  void need_settings() const;

  /// Step 5: the answer. Throws a Refusal: what the older form doesn't know, or can't be done (422).
  Response start_conversation(const Request& request) const;

 private:
  json::Document state() const;
  template <class Change>
  void change(Change change);
  std::string working_dir(const std::string& id) const;

  Host& host_;
  const std::string workspaces_;
};

}  // namespace collet::nested
