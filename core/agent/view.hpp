// The conversation as the model sees it: the chat messages (OpenAI form) that follow from the events. Built
// event by event, live or from the log through the same path, so a step costs the same however long the
// history is.
//
// Not thread-safe: owned by one conversation.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "collet/json.hpp"
#include "events/event.hpp"

namespace collet::agent {

/// An action without an answer yet: it waits for its tool, or for the user to confirm it.
struct OpenAction {
  std::string id;  ///< of the ActionEvent
  std::string tool;
  std::string call_id;
  std::string action;  ///< JSON object with kind; empty: the call was unusable
};

class View {
 public:
  /// Texts longer than this are cut in the middle before the model gets them (`llm.max_message_chars`).
  /// Without `images` the model gets none (`llm.disable_vision`).
  explicit View(std::size_t max_message_chars = 30'000, bool images = true)
      : max_message_chars_(max_message_chars), images_(images) {}

  /// Takes in the next event of the log. Kinds that say nothing to a model are skipped, unknown ones too.
  void apply(const events::Event& event);

  /// The messages so far: a JSON array. Answers to tool calls stand directly behind the calls, whatever came
  /// between them; neighbouring user messages are one message. Images of results stand behind the
  /// results, as a user's: endpoints take them in no other message.
  std::string messages() const;

  /// Whether a system prompt has been seen.
  bool has_system_prompt() const { return has_system_prompt_; }
  /// Whether the last thing said (by user or tools) still waits for the model.
  bool awaits_model() const { return awaits_model_; }
  /// In the order the model gave them.
  const std::vector<OpenAction>& open_actions() const { return open_; }

 private:
  void apply_message(const json::Value& event);
  void apply_action(const json::Value& event);
  void apply_answer(const json::Value& event, std::string text);
  std::vector<OpenAction>::const_iterator answered_by(const json::Value& answer,
                                                      std::string_view call_id) const;
  void add_user_parts(const json::Value& content);
  void add_images(std::string& parts, const json::Value& part) const;
  void add_result_images(const json::Value& event);
  void close_assistant();
  void close_user();
  void close_calls();
  void add(std::string message);
  std::string shortened(std::string_view text) const;

  std::size_t max_message_chars_;
  bool images_;
  std::string closed_;          // finished messages, with a comma between them
  std::string user_parts_;      // of the user message that is still growing
  std::string deferred_parts_;  // what users said while tool calls were open
  std::string response_id_;     // of the assistant message that is still growing
  std::string thought_;
  std::string calls_;             // its tool calls, with a comma between them
  std::vector<OpenAction> open_;  // tool calls without an answer yet
  bool has_system_prompt_ = false;
  bool awaits_model_ = false;
};

}  // namespace collet::agent
