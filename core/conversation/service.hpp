// All conversations: start, find, search, delete; and the threads on which they run.
//
// Methods may be called from any thread but those of the service; those marked "blocks" wait for the
// database.
#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/tool.hpp"
#include "base/result.hpp"
#include "collet/json.hpp"
#include "events/event_log.hpp"
#include "llm/provider.hpp"
#include "process/spawner.hpp"
#include "secrets/sealed_box.hpp"
#include "storage/claims.hpp"
#include "storage/conversation_store.hpp"

namespace collet::conversation {

class Conversation;
class SecretAccess;

/// A validated request to start a conversation.
struct StartRequest {
  std::optional<std::string> id;  ///< UUID with dashes; made when absent
  json::Document agent;           ///< complete (agent_document.hpp)
  std::string working_dir;
  int max_iterations = 500;
  bool stuck_detection = true;
  bool autotitle = true;
  std::string confirmation_policy = R"({"kind":"NeverConfirm"})";
  std::string security_analyzer = "null";
  std::string secret_sources = "{}";
  std::string created_through;  ///< the request's Host
  std::string hook_config = "null";
  std::string client_tools = "[]";
  std::string tags = "{}";
  std::string launched_agent_profile = "null";  ///< {agent_profile_id, revision}
  bool older_form = false;                      ///< its document also says how it is as older clients read it
  std::optional<std::string> parent_id;
  std::string initial_content;  ///< content parts of the first user message; empty: none
  std::string initial_sender;
};

class ConversationService {
 public:
  struct Options {
    std::filesystem::path state_dir;
    std::size_t threads = 2;
    std::size_t max_concurrent_runs = 1000;
    storage::Claims::Options claims = {};  ///< where several servers share the database
  };
  struct Dependencies {
    storage::Database& database;
    events::EventLog& log;
    llm::Providers& providers;
    agent::ToolRegistry& tools;
    const secrets::SealedBox& box;
    process::Spawner& spawner;
    SecretAccess& secrets;
  };
  ConversationService(Options options, Dependencies dependencies);
  ~ConversationService();

  /// Starts the threads and repairs the conversations that a crash left running, but none that another server
  /// owns. Blocks.
  Result<void> start();
  /// Pauses all runs and takes no more commands; waits for the runs up to `grace`. Reading still works.
  /// Blocks.
  void pause_all(std::chrono::milliseconds grace);
  /// Ends the threads. Idempotent.
  void stop();

  /// Starts a conversation, or finds the one with the requested id. The first message is stored when this
  /// returns. Blocks. kInvalid: workspace, llm or tools cannot be used; kNotFound: parent.
  struct Started {
    std::shared_ptr<Conversation> conversation;
    bool created = false;
  };
  Result<Started> create(StartRequest request);

  /// kNotFound. Blocks when it has to be read from the database. Of a conversation that another server owns,
  /// commands end in kConflict, with words that say which; one without a live owner is taken by them. Hold it
  /// for one request only.
  Result<std::shared_ptr<Conversation>> get(const std::string& id);
  /// Ends its run, then removes it with all it has. Blocks. kNotFound; kConflict: another server owns it.
  Result<void> remove(const std::string& id);

  /// Called after each removal, on the remover's thread. Set it before the server listens.
  void on_removed(std::function<void(const std::string& id)> callback);

  struct Page {
    std::vector<std::string> documents;
    std::string next_page_id;  ///< empty: no more
  };
  Result<Page> search(const storage::ConversationQuery& query);
  Result<std::int64_t> count(const std::string& status);
  struct Load {
    std::size_t loaded = 0;                ///< conversations in memory
    std::size_t running = 0, waiting = 0;  ///< runs; `waiting` for a slot
  };
  Load load() const;
  /// All ids, UUIDs with dashes. Blocks.
  Result<std::vector<std::string>> ids();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace collet::conversation
