// /api/secrets: users' secrets in the older form.
#pragma once
#include "bootstrap.hpp"
#include "collet/plugin.hpp"

namespace collet::nested {

/// `bootstrap` must outlive the plugin's instance.
void add_secret_routes(Setup& setup, const Bootstrap& bootstrap);

}  // namespace collet::nested
