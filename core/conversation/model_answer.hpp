// Brings what a model answers into the form in which it is kept: nothing of it may show a secret, and each of
// its calls has an id of its own. Pure functions.
#pragma once
#include <string>
#include <vector>

#include "agent/drafts.hpp"
#include "agent/tool_definitions.hpp"
#include "llm/provider.hpp"
#include "secrets/masker.hpp"

namespace collet::conversation {

/// Hides secrets in its texts. An id that holds one is replaced, and so is a call's id that is empty or that
/// a call before it has. Names and arguments of calls stay as they are: take_call hides in them.
void hide_secrets(llm::Response& response, const secrets::Masker& masker);

/// A tool call that the model has made.
struct TakenCall {
  agent::Action action;     ///< secrets hidden; without its action when the call is of no use
  std::string error;        ///< not empty: it is of no use, and why; a sentence for the model
  std::string real_action;  ///< what the tool is to get where `action` holds kHidden; else empty
};
/// `call` of a response that hide_secrets was given; the caller adds what the response says beside it.
TakenCall take_call(const llm::ToolCall& call, const agent::Toolbox& tools, const secrets::Masker& masker);

}  // namespace collet::conversation
