#include "agent_profile_routes.hpp"

#include <string>

#include "collet/problems.hpp"
#include "named.hpp"
#include "operations.hpp"

namespace collet::profiles {
namespace {

Response get(const AgentProfiles& profiles, const Request& request) {
  const std::string name = name_of(request);
  json::Writer w;
  w.object().member("name", name).raw_member("profile", profiles.get(name)).end();
  return Response::json(w.take());
}

Response save(AgentProfiles& profiles, const Request& request) {
  const std::string name = name_of(request);
  profiles.save(name, read_object(request));
  return said(name, "Agent profile '" + name + "' saved", 201);
}

Response remove(AgentProfiles& profiles, const Request& request) {
  const std::string name = name_of(request);
  profiles.remove(name);
  return said(name, "Agent profile '" + name + "' deleted");
}

Response rename(AgentProfiles& profiles, const Request& request) {
  const std::string name = name_of(request);
  const std::string to = read_new_name(request);
  profiles.rename(name, to);
  return renamed("Agent profile", name, to);
}

Response activate(AgentProfiles& profiles, const Request& request) {
  const std::string id = id_of(request);
  profiles.activate(id);
  json::Writer w;
  w.object().member("id", id).member("message", "Agent profile '" + id + "' activated");
  w.member("agent_settings_applied", false).end();
  return Response::json(w.take());
}

}  // namespace

void add_agent_profile_routes(Setup& setup, AgentProfiles& profiles) {
  const std::string base = "/api/agent-profiles", one = base + "/{name}";
  const auto with = [&profiles](auto handler) {
    return answering([&profiles, handler](const Request& request) { return handler(profiles, request); });
  };
  setup.get(base, answering([&profiles](const Request&) { return Response::json(profiles.list()); }),
            operations::list_agent_profiles());
  setup.get(one, with(get), operations::get_agent_profile());
  setup.post(one, with(save), operations::save_agent_profile());
  setup.del(one, with(remove), operations::delete_agent_profile());
  setup.post(one + "/rename", with(rename), operations::rename_agent_profile());
  setup.post(base + "/{profile_id}/activate", with(activate), operations::activate_agent_profile());
  setup.post(one + "/materialize", answering([&profiles](const Request& request) {
               return Response::json(profiles.materialize(name_of(request)));
             }),
             operations::materialize_agent_profile());
  setup.alternative(
      "POST", "/api/conversations", R"({"has":["agent_profile_id"]})",
      answering([&profiles](const Request& request) { return profiles.start_conversation(request); }),
      operations::start_from_profile());
}

}  // namespace collet::profiles
