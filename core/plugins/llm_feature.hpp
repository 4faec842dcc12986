// The plugin's "llm" as providers of language models.
#pragma once
#include <string>

#include "base/result.hpp"
#include "llm/provider.hpp"

namespace collet::plugins {

class Guest;

/// The queue of a plugin's model calls.
std::string model_queue(const std::string& plugin);

/// Registers the guest's providers. kInvalid: one is malformed or there already; those before it stay.
Result<void> register_providers(Guest& guest, llm::Providers& providers);

/// Asks for the end of all calls that are in the plugin.
void cancel_model_calls(Guest& guest);

}  // namespace collet::plugins
