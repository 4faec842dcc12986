#include "routes.hpp"

#include "archive/archive_routes.hpp"
#include "folders/folder_routes.hpp"
#include "trajectory/trajectory_routes.hpp"
#include "transfer/transfer_routes.hpp"
#include "workspace/workspace_routes.hpp"

namespace collet::file {

void add_routes(Setup& setup) {
  add_transfer_routes(setup);
  add_folder_routes(setup);
  add_archive_routes(setup);
  add_trajectory_routes(setup);
  add_workspace_routes(setup);
}

}  // namespace collet::file
