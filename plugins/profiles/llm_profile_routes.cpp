#include "llm_profile_routes.hpp"

#include <string>

#include "collet/problems.hpp"
#include "expose.hpp"
#include "llm_form.hpp"
#include "named.hpp"
#include "operations.hpp"

namespace collet::profiles {
namespace {

Response get(Host& host, const LlmProfiles& profiles, const Request& request) {
  const std::string name = name_of(request);
  const auto wanted = wanted_secrets(request);
  auto profile = profiles.find(name);
  if (!profile) throw Refusal(404, "Profile '" + name + "' not found");
  std::string config = json::dump(profile->llm);
  if (wanted) {
    host.management().record_read(request, "profile " + name,
                                  *wanted == SecretsAs::kPlain
                                      ? "GET /api/profiles/{name}, X-Expose-Secrets: plaintext"
                                      : "GET /api/profiles/{name}, X-Expose-Secrets: encrypted");
    if (*wanted == SecretsAs::kEncrypted)
      config = host.management().show_secrets(config, SecretsAs::kEncrypted);
  } else {
    auto shown = json::parse(host.management().show_secrets(config, SecretsAs::kStars));
    json::find(*shown, "api_key")->SetNull();  // api_key_set says it
    config = json::dump(*shown);
  }
  json::Writer w;
  w.object().member("name", name).raw_member("config", config);
  w.member("api_key_set", profile->api_key_set).end();
  return Response::json(w.take());
}

Response save(Host& host, LlmProfiles& profiles, const Request& request) {
  const std::string name = name_of(request);
  const auto body = read_object(request);
  const auto llm = read_llm(host, body);
  const auto* include = json::find(static_cast<const json::Value&>(body), "include_secrets");
  Problems problems;
  if (include != nullptr && !include->IsBool())
    problems.add("bool_type", {"body", "include_secrets"}, "Input should be a valid boolean",
                 json::dump(*include));
  problems.check();
  profiles.save(name, llm, include == nullptr || include->GetBool());
  return said(name, "Profile '" + name + "' saved", 201);
}

Response rename(LlmProfiles& profiles, const Request& request) {
  const std::string name = name_of(request);
  const std::string to = read_new_name(request);
  profiles.rename(name, to);
  return renamed("Profile", name, to);
}

Response activate(LlmProfiles& profiles, const Request& request) {
  const std::string name = name_of(request);
  profiles.activate(name);
  json::Writer w;
  w.object().member("name", name);
  w.member("message", "Profile '" + name + "' activated and applied to current settings");
  w.member("llm_applied", true).end();
  return Response::json(w.take());
}

}  // namespace

void add_llm_profile_routes(Setup& setup, LlmProfiles& profiles) {
  Host& host = setup.host();
  const std::string base = "/api/profiles", one = base + "/{name}";
  setup.get(base, answering([&profiles](const Request&) { return Response::json(profiles.list()); }),
            operations::list_profiles());
  setup.get(one,
            answering([&host, &profiles](const Request& request) { return get(host, profiles, request); }),
            operations::get_profile());
  setup.post(one,
             answering([&host, &profiles](const Request& request) { return save(host, profiles, request); }),
             operations::save_profile());
  setup.del(one, answering([&profiles](const Request& request) {
              const std::string name = name_of(request);
              profiles.remove(name);
              return said(name, "Profile '" + name + "' deleted");
            }),
            operations::delete_profile());
  setup.post(one + "/validate", answering([&host, &profiles](const Request& request) {
               const std::string name = name_of(request);
               return Response::json(profiles.validate(name, read_llm(host, read_object(request))));
             }),
             operations::validate_profile());
  setup.post(one + "/rename",
             answering([&profiles](const Request& request) { return rename(profiles, request); }),
             operations::rename_profile());
  setup.post(one + "/activate",
             answering([&profiles](const Request& request) { return activate(profiles, request); }),
             operations::activate_profile());
  setup.alternative("PATCH", "/api/settings", R"({"has":["active_profile"]})",
                    answering([&host, &profiles](const Request& request) {
                      profiles.change_settings(read_object(request));
                      return Response::json(host.settings().document());
                    }),
                    operations::name_active_profile());
}

}  // namespace collet::profiles
