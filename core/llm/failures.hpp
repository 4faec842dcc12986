// What can go wrong with one attempt, in the terms of the wire (ConversationErrorEvent) and of the retry
// loop.
//
// All functions are pure. Texts quote the endpoint's own words, cut to a sensible length and made valid
// UTF-8; they still have to go through redact() before they leave this folder.
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

}  // namespace collet::llm
