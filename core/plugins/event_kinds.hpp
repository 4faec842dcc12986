// The kinds of events that a plugin may append: those that clients know, that say nothing to the model, and
// that claim nothing of the server's own. Pure functions.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace collet::plugins {

struct OwnEvent {
  std::string kind, source;
  std::string members;  ///< JSON object: the kind's members in order, defaults filled in, nulls left out
};

/// `event`: JSON object text with `kind`. kInvalid names what is wrong.
Result<OwnEvent> read_own_event(std::string_view event);

}  // namespace collet::plugins
