// The host's side of "events".
#pragma once
#include <string>

#include "collet/abi/types.h"

namespace collet::plugins {

class Guest;

/// The queue of the events that a plugin follows.
std::string event_queue(const std::string& plugin);

/// Ends the guest's follows, all of them or those of one conversation; the plugin is told of each end.
void end_follows(Guest& guest, collet_status why);
void end_follows_of(Guest& guest, const std::string& conversation);

}  // namespace collet::plugins
