// What a conversation is from its start on. Pure.
#pragma once
#include <string>

#include "conversation/service.hpp"
#include "conversation/state.hpp"

namespace collet::conversation {

/// `request` has been validated.
Setup setup_from(const StartRequest& request, const std::string& id, const std::string& persistence_dir);

}  // namespace collet::conversation
