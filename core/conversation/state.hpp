// What a conversation is, apart from its events: how it was set up and where it stands; and its JSON forms.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "collet/json.hpp"
#include "conversation/status.hpp"
#include "llm/usage.hpp"
#include "secrets/sealed_box.hpp"
#include "storage/conversation_row.hpp"

namespace collet::conversation {

/// Fixed when the conversation starts. Shared, never changed. JSON texts are complete documents.
struct Setup {
  std::string id;         ///< UUID with dashes
  std::string agent;      ///< complete agent document, secrets in clear: never shown as it is
  std::string workspace;  ///< {"working_dir": …, "kind": "LocalWorkspace"}
  std::string working_dir;
  std::string persistence_dir;
  int max_iterations = 500;
  bool stuck_detection = true;
  bool autotitle = true;              ///< ask the model for a title after the first message
  std::string secret_sources = "{}";  ///< as given; values in clear
  std::string created_through;        ///< Host of the request that started it; for lookups of our own secrets
  std::string hook_config = "null";
  std::string client_tools = "[]";
  std::string launched_agent_profile = "null";
  bool older_form = false;  ///< the document has `status` and `runtime_status`, for older clients
  std::optional<std::string> parent_id;
  Micros created_at = 0;

  /// Derived by make_setup.
  std::string shown_agent;  ///< nulls shown, the model's keys null
  std::string live_agent;   ///< nulls left out, secrets as stars
  std::string shown_secrets, live_secrets;
  std::string shown_hook_config, shown_client_tools;
  std::string sealed;  ///< {"agent", "secret_sources", "hook_config", "client_tools"} as they are stored
  const secrets::SealedBox* box = nullptr;
};
/// `box` outlives the setup: what may still change is sealed with it, too.
std::shared_ptr<const Setup> make_setup(Setup setup, const secrets::SealedBox& box);

/// Secret sources with those of `update` added or put in the place of theirs. Both JSON objects {NAME:
/// source}. A static value of "**********", as sources are shown, leaves what is there; where there is
/// nothing it is null, as a blank one is.
std::string merge_sources(const std::string& sources, const std::string& update);

/// Changes while the conversation lives. Cheap to copy.
struct State {
  std::shared_ptr<const Setup> setup;
  Status status = Status::kIdle;
  std::string confirmation_policy = R"({"kind":"NeverConfirm"})";  ///< secrets in clear, as in the setup
  std::string security_analyzer = "null";
  std::string last_user_message_id, leaf_event_id;  ///< empty: none
  std::optional<std::string> title;
  std::string tags = "{}";
  Micros updated_at = 0;

  bool confirms_always() const;
};

/// As GET and POST answer it: nulls shown, the model's keys null.
std::string document(const State& state, const llm::UsageLedger& usage);
/// As a full_state update has it: nulls left out, secrets as stars.
std::string full_state(const State& state, const llm::UsageLedger& usage);

/// To and from the stored row. Secrets are sealed in the row for the conversation's id.
storage::ConversationRow to_row(const State& state, const llm::UsageLedger& usage);
struct Loaded {
  State state;
  llm::UsageLedger usage;
};
Result<Loaded> from_row(const storage::ConversationRow& row, const secrets::SealedBox& box);

}  // namespace collet::conversation
