// Plugin "workspaces": the folders that clients offer to work in, remembered for all of a team.
#include "collet/plugin.hpp"

#include <optional>

#include "collet/problems.hpp"
#include "workspace_form.hpp"
#include "workspace_operations.hpp"
#include "workspaces.hpp"

namespace collet::workspaces {
namespace {

class WorkspacesPlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    workspaces_.emplace(setup.host());
    setup.get("/api/workspaces",
              answering([this](const Request&) { return Response::json(workspaces_->list()); }),
              operations::list());
    setup.post(
        "/api/workspaces", answering([this](const Request& request) {
          return Response::json(workspaces_->add(kWorkspaces, read_entries(request, "workspaces", true)));
        }),
        operations::add());
    setup.post("/api/workspaces/parents", answering([this](const Request& request) {
                 return Response::json(workspaces_->add(kParents, read_entries(request, "parents", false)));
               }),
               operations::add_parents());
    setup.del("/api/workspaces", answering([this](const Request& request) {
                return removed(kWorkspaces, request, "Workspace not found");
              }),
              operations::remove());
    setup.del("/api/workspaces/parents", answering([this](const Request& request) {
                return removed(kParents, request, "Workspace parent not found");
              }),
              operations::remove_parent());
  }

 private:
  Response removed(std::string_view list, const Request& request, std::string_view not_there) const {
    if (!workspaces_->remove(list, read_path(request))) return Response::error(404, not_there);
    return Response::json(R"({"deleted":true})");
  }

  std::optional<Workspaces> workspaces_;
};

}  // namespace
}  // namespace collet::workspaces

COLLET_PLUGIN(collet::workspaces::WorkspacesPlugin, "dev.collet.workspaces", "0.1.0",
              "Remembered workspaces and parents of workspaces");
