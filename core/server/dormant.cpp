#include "server/dormant.hpp"

#include "api/server_api.hpp"
#include "server/version.hpp"

namespace collet::server {

Result<void> Dormant::add_routes(api::Initialization& initialization) {
  const auto ready_for_that_one_request = [] { return std::vector<std::string>(); };
  auto added =
      api::add_server_routes(router, {std::string(kVersion), tools, activity, ready_for_that_one_request});
  if (added) added = api::add_init_routes(router, initialization);
  if (added) added = api::add_dormant_routes(router, initialization);
  return added;
}

}  // namespace collet::server
