// What can go wrong with one attempt, in the terms of the wire (ConversationErrorEvent) and of the retry
// loop.
//
// All functions are pure. Texts quote the endpoint's own words as they came, up to 64 KiB of them: a secret
// that is cut, or whose control characters are gone, would be found by nobody. They go through redact()
// before they leave this folder, and through shown_detail() when whoever shows them has hidden its own
// secrets too.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "collet/json.hpp"
#include "llm/provider.hpp"
#include "llm/transport.hpp"

namespace collet::llm {

struct AttemptFailure {
  Failure failure;
  bool retry = false;                 ///< worth another attempt without anyone doing anything
  std::optional<double> retry_after;  ///< seconds that the endpoint asked us to wait
};

/// An answer whose status is not 2xx.
AttemptFailure status_failure(int status, std::string_view body, std::optional<double> retry_after = {});
/// The `error` member of an answer or stream that began with status 200; its own code decides.
AttemptFailure error_member_failure(const json::Value& error);
/// No whole answer arrived.
AttemptFailure transfer_failure(TransferError error, std::string_view message);
/// An answer with status 200 that is no chat completion; `what` says what is wrong with it.
AttemptFailure malformed_failure(std::string_view what);
/// The settings cannot work: no attempt was made.
AttemptFailure settings_failure(std::string detail);
AttemptFailure missing_key_failure(std::string_view provider);

/// The failure with every appearance of the key and of extra headers' values masked.
Failure redact(Failure failure, const Config& config);
/// A failure's detail, with all secrets hidden, as people get it: valid UTF-8 of a sensible length.
std::string shown_detail(std::string_view masked);

}  // namespace collet::llm
