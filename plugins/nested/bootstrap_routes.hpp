// The routes of the older bootstrap, but those of secrets; and what older managers ask of a conversation.
#pragma once
#include "bootstrap.hpp"
#include "collet/plugin.hpp"

namespace collet::nested {

/// `bootstrap` must outlive the plugin's instance.
void add_bootstrap_routes(Setup& setup, Bootstrap& bootstrap);

}  // namespace collet::nested
