#include "conversation/start_setup.hpp"

namespace collet::conversation {

Setup setup_from(const StartRequest& request, const std::string& id, const std::string& persistence_dir) {
  Setup setup;
  setup.id = id;
  setup.agent = json::dump(request.agent);
  json::Writer workspace;
  workspace.object().member("working_dir", request.working_dir).member("kind", "LocalWorkspace").end();
  setup.workspace = workspace.take();
  setup.working_dir = request.working_dir;
  setup.persistence_dir = persistence_dir;
  setup.max_iterations = request.max_iterations;
  setup.stuck_detection = request.stuck_detection;
  setup.autotitle = request.autotitle;
  setup.secret_sources = request.secret_sources;
  setup.created_through = request.created_through;
  setup.hook_config = request.hook_config;
  setup.client_tools = request.client_tools;
  setup.older_form = request.older_form;
  setup.launched_agent_profile = request.launched_agent_profile;
  setup.parent_id = request.parent_id;
  setup.created_at = now_micros();
  return setup;
}

}  // namespace collet::conversation
