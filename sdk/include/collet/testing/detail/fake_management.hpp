// What the fake host lets plugins manage. For the testing headers.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collet/abi/management.h"
#include "collet/abi/settings.h"
#include "collet/http.hpp"
#include "collet/management.hpp"

namespace collet::testing {

/// What a test puts in the place of the server's own parts. What is empty has a plain stand-in.
struct ManagedServer {
  /// The text with its secrets shown another way; else the text as it is.
  std::function<std::string(const std::string& json, SecretsAs how)> show_secrets = {};
  /// A part of the settings, completed, or a HostError; else the text as it is.
  std::function<std::string(const std::string& part, const std::string& json)> complete = {};
  /// Judges a change of the settings by a HostError; else all are taken.
  std::function<void(const std::string& change)> change_settings = {};
  /// The answer to a start; else 201 and the body as it came.
  std::function<Response(const std::string& body)> start_conversation = {};
  /// The outcome of a try; else {"ok": true}.
  std::function<std::string(const std::string& llm)> try_llm = {};
  /// What another plugin shares under a key; else nothing.
  std::function<std::optional<std::string>(const std::string& plugin, const std::string& key)>
      shared_document = {};
};

/// A user's secret as the plugin has put it.
struct ManagedSecret {
  std::string value;
  std::optional<std::string> description;
};

namespace detail {

/// Any thread.
class FakeManagement {
 public:
  using Secrets = std::map<std::string, ManagedSecret>;

  void set_server(ManagedServer server) {
    const std::lock_guard lock(mutex_);
    server_ = std::move(server);
  }
  ManagedServer server() const {
    const std::lock_guard lock(mutex_);
    return server_;
  }
  /// Keeps a note, and gives all of that kind.
  void note(std::vector<std::string> FakeManagement::*kind, std::string text) {
    const std::lock_guard lock(mutex_);
    (this->*kind).push_back(std::move(text));
  }
  std::vector<std::string> notes(std::vector<std::string> FakeManagement::*kind) const {
    const std::lock_guard lock(mutex_);
    return this->*kind;
  }
  Secrets secrets() const {
    const std::lock_guard lock(mutex_);
    return secrets_;
  }
  template <class Use>
  auto with_secrets(Use use) {
    const std::lock_guard lock(mutex_);
    return use(secrets_);
  }

  std::vector<std::string> changes, reads, starts;  // by note() only

 private:
  mutable std::mutex mutex_;
  ManagedServer server_;
  Secrets secrets_;
};

}  // namespace detail
}  // namespace collet::testing
