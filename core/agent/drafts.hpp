// Makes the events of a conversation: each function gives the JSON text of one kind, with exactly the fields
// that its schema has (docs/events.md), nulls left out. Pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "events/event.hpp"
#include "llm/provider.hpp"

namespace collet::agent {

using events::Draft;

/// What links an event to its neighbours. Events form a chain (a tree after navigation): `parent_id` is the
/// newest event that is no state update; empty for the first.
struct Link {
  std::string id;
  std::string parent_id;
};

Draft system_prompt(const Link& link, std::string_view prompt, std::string_view tools_json);

/// `content`: JSON array of content parts in canonical form. source: user, agent or environment.
Draft message(const Link& link, std::string_view source, std::string_view role, std::string_view content,
              std::string_view reasoning, std::string_view llm_response_id, std::string_view sender);

struct Action {
  std::string thought;    ///< may be empty
  std::string reasoning;  ///< may be empty
  std::string action;     ///< JSON object with kind; empty: the call could not be used
  llm::ToolCall call;
  std::string llm_response_id;
  std::string summary;  ///< may be empty
};
Draft action(const Link& link, const Action& action);

/// `observation`: JSON object with kind.
Draft observation(const Link& link, std::string_view tool, std::string_view call_id,
                  std::string_view observation, std::string_view action_id);
Draft agent_error(const Link& link, std::string_view tool, std::string_view call_id, std::string_view error);
Draft user_reject(const Link& link, std::string_view tool, std::string_view call_id, std::string_view reason,
                  std::string_view action_id);
Draft conversation_error(const Link& link, const llm::Failure& failure);
Draft pause(const Link& link);
Draft interrupt(const Link& link);
/// `value`: JSON text.
Draft state_update(const Link& link, std::string_view key, std::string_view value);

/// An event of another part of the program. `members`: JSON object of the kind's own members.
Draft other(const Link& link, std::string_view kind, std::string_view source, std::string_view members);

/// A frame that is never stored: a whole event with id and timestamp.
std::string state_update_frame(std::string_view key, std::string_view value);
std::string server_error_frame(std::string_view code, std::string_view detail);
std::string streaming_delta_frame(std::string_view text, std::string_view reasoning);

/// [{"cache_prompt":false,"type":"text","text":…}], or [] for an empty text.
std::string text_content(std::string_view text);

/// The members of `object` (JSON text) with "kind" as the last one.
std::string with_kind(std::string_view object, std::string_view kind);

}  // namespace collet::agent
