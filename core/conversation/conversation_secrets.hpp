// The secrets of one conversation: gives commands the values that they name, and hides all values that are
// known. docs/secrets.md states the rules.
//
// Thread-safe. Shared by the conversation, its runs, and the plugins' mask streams, which may outlive it.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/worker_pool.hpp"
#include "collet/json.hpp"
#include "secrets/masker.hpp"

namespace collet::conversation {

/// Gives secrets their values; implemented where the store, the network and the audit log are. Any thread.
class SecretAccess {
 public:
  virtual ~SecretAccess() = default;
  using Value = std::function<void(Result<std::string>)>;
  /// `source`: {"kind": "StaticSecret", …} or {"kind": "LookupSecret", …}. `created_through`: the Host of the
  /// request that started the conversation. May wait for the database, never for another server. `done` once,
  /// perhaps before this returns, else from a thread that it must not block.
  virtual void value_of(const json::Value& source, const std::string& conversation,
                        const std::string& created_through, Value done) = 0;
  /// Records that a command of the conversation gets this secret. On an error it must not. Never blocks;
  /// `done` as above.
  using Recorded = std::function<void(Result<void>)>;
  virtual void record_use(const std::string& conversation, const std::string& name, Recorded done) = 0;
};

/// Names and values for a command.
using Environment = std::vector<std::pair<std::string, std::string>>;

class ConversationSecrets : public std::enable_shared_from_this<ConversationSecrets> {
 public:
  /// A source that could not be read is not asked again for hiding before this time is over.
  static constexpr std::chrono::seconds kRetryAfter{60};

  /// `access` and `pool` outlive everything that is asked of this object.
  ConversationSecrets(std::string conversation, SecretAccess& access, WorkerPool& pool)
      : conversation_(std::move(conversation)), access_(access), pool_(pool) {}

  /// Takes the place of the sources so far. Static values are known from now on; values that were known stay
  /// hidden.
  void set(const std::string& sources_json, std::string created_through);
  /// Hides every secret of a document (an agent's keys) that is long enough not to be a common word.
  void hide_secrets_of(const std::string& document_json);

  /// All `done` are called once: at once, or from a thread that they must not block.
  using Ready = std::function<void(Environment)>;

  /// Reads the values that are not known yet, all at the same time, so that they are hidden.
  void refresh(std::function<void()> done);
  /// The values for a tool's call with these arguments (JSON): of the secrets whose names stand in a text of
  /// them as whole words, in upper or lower case, and can be names of variables. What cannot be read is left
  /// out and logged. No command may have them yet: record_use.
  void values_for(std::string_view arguments, Ready done);
  /// Records that a command gets these values; `done` gets those of which it is recorded. Not when the server
  /// has stopped.
  void record_use(Environment values, Ready done);

  std::shared_ptr<const secrets::Masker> masker() const;

 private:
  struct Source {
    json::Document json;
    std::optional<std::chrono::steady_clock::time_point> failed;
    bool known = false;
  };

  void learn(std::string_view value);                             // with the lock; then rebuild
  std::vector<std::string> named_in(std::string_view arguments);  // with the lock
  void rebuild();                                                 // without

  void read(const std::string& name, SecretAccess::Value done);
  void keep(const std::string& name, Source& source, const Result<std::string>& value);
  bool fits_variable(const std::string& name, const Result<std::string>& value) const;
  void warn(const std::string& message) const;

  const std::string conversation_;
  SecretAccess& access_;
  WorkerPool& pool_;
  mutable std::mutex mutex_;  // guards all below; not held while anything is read
  std::map<std::string, std::shared_ptr<Source>> sources_;
  std::string created_through_;
  std::set<std::string> values_;                // all that were ever known
  std::set<std::string, std::less<>> told_of_;  // names that can be no variables
  std::size_t hidden_ = 0;                      // so many of them masker_ hides
  std::shared_ptr<const secrets::Masker> masker_ = std::make_shared<secrets::Masker>();
};

}  // namespace collet::conversation
