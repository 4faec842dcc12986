// The host's side of "http_client".
#pragma once
#include <string>

namespace collet::plugins {

class Guest;

/// The queue of the ends of a plugin's requests.
std::string http_queue(const std::string& plugin);

/// Ends all requests of the guest; the plugin is told of each end.
void cancel_http_calls(Guest& guest);

}  // namespace collet::plugins
