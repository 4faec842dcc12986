#include "skill_routes.hpp"

#include <algorithm>
#include <unordered_set>

#include "collet/problems.hpp"
#include "common/openapi.hpp"
#include "marketplace.hpp"
#include "text_file.hpp"

namespace collet::skills {
namespace {

using namespace skill_files;
using namespace openapi;

constexpr std::string_view kTag = "Skills";

// Whether it has to wait for nobody but the disk.
bool is_quick(const SkillsRequest& wanted) {
  return !wanted.load_public && (!wanted.load_org || wanted.organisations.empty());
}

Response answer(const Places& places, const SkillsRequest& wanted, const Warn& warn) {
  const auto loaded = load_skills(places, wanted, warn);
  json::Writer w;
  w.object().key("skills").array();
  for (const auto& skill : loaded.skills) write(w, skill);
  w.end().key("sources").object();
  for (const auto& [name, count] : loaded.sources) w.member(name, static_cast<std::uint64_t>(count));
  return Response::json(w.end().end().take());
}

// Bundles count before skills of the same name.
std::vector<Offer> offers_of(const std::filesystem::path& folder) {
  auto marketplace = read_marketplace(folder, kDefaultMarketplace);
  auto all = std::move(marketplace.bundles);
  std::unordered_set<std::string> names;
  for (const auto& offer : all) names.insert(offer.name);
  for (auto& offer : marketplace.skills)
    if (names.insert(offer.name).second) all.push_back(std::move(offer));
  return all;
}

Response marketplace(const Places& places) {
  const auto copy = public_copy(places.public_cache, places.repository);
  auto why = copy.failure;
  std::vector<Offer> offers;
  try {
    if (copy.folder) offers = offers_of(*copy.folder);
  } catch (const FileError& error) {
    why = error.what();
  }
  std::unordered_set<std::string> installed;
  for (const auto& one : places.installed.list()) installed.insert(one.name);
  json::Writer w;
  w.object().key("skills").array();
  for (const auto& offer : offers) {
    w.object().member("name", offer.name).member("description", offer.description);
    w.member("source", source_text(offer)).member("installed", installed.count(offer.name) != 0).end();
  }
  w.end();
  if (!why.empty()) w.member("error", why);
  return Response::json(w.end().take());
}

Response sync(const Places& places) {
  const auto copy = public_copy(places.public_cache, places.repository, true);
  json::Writer w;
  if (copy.failure.empty())
    w.object().member("status", "success").member("message", "Skills repository synced successfully");
  else
    w.object()
        .member("status", "error")
        .member("message", "Failed to sync skills repository")
        .member("error", copy.failure);
  return Response::json(w.end().take());
}

std::string skill_schema() {
  return object({{"name", kText},
                 {"type", R"({"type":"string","enum":["repo","knowledge","agentskills"]})"},
                 {"content", kText},
                 {"triggers", kTexts, false},
                 {"source", kMaybeText, false},
                 {"description", kMaybeText, false},
                 {"is_agentskills_format", switched(false), false},
                 {"disable_model_invocation", switched(false), false}});
}

std::string load_operation() {
  const auto organisation =
      object({{"repository", kText}, {"provider", kText}, {"org_repo_url", kText}, {"org_name", kText}});
  const auto url = object({{"name", kText}, {"url", kText}, {"port", R"({"type":"integer"})"}});
  const auto registration =
      object({{"name", kText},
              {"source", kText},
              {"ref", kMaybeText, false},
              {"repo_path", kMaybeText, false},
              {"auto_load",
               R"({"anyOf":[{"type":"boolean"},)" + std::string(kTexts) + R"(],"default":false})", false}});
  const auto body = object(
      {{"load_public", switched(true), false},
       {"load_user", switched(true), false},
       {"load_project", switched(true), false},
       {"load_org", switched(true), false},
       {"marketplace_path",
        R"({"anyOf":[{"type":"string"},{"type":"null"}],"default":"marketplaces/default.json"})", false},
       {"registered_marketplaces", maybe(list_of(registration)), false},
       {"project_dir", kMaybeText, false},
       {"org_configs", maybe(list_of(organisation)), false},
       {"org_config", R"({"anyOf":[)" + organisation + R"(,{"type":"null"}],"deprecated":true})", false},
       {"sandbox_config", maybe(object({{"exposed_urls", list_of(url), false}})), false}});
  return describe(
      {.tag = kTag,
       .id = "get_skills_api_skills_post",
       .summary = "The skills that a conversation would get",
       .body = body,
       .answer =
           object({{"skills", list_of(skill_schema())},
                   {"sources", R"({"type":"object","additionalProperties":{"type":"integer"}})", false}}),
       .others = "422,503"});
}

std::string marketplace_operation() {
  const auto offer =
      object({{"name", kText}, {"description", kMaybeText}, {"source", kText}, {"installed", kYesNo}});
  return describe({.tag = kTag,
                   .id = "get_marketplace_catalog_api_skills_marketplace_get",
                   .summary = "What the public repository offers",
                   .answer = object({{"skills", list_of(offer)}, {"error", kText, false}}),
                   .others = "503"});
}

std::string sync_operation() {
  return describe({.tag = kTag,
                   .id = "sync_skills_api_skills_sync_post",
                   .summary = "Fetch the public repository now",
                   .answer = object({{"status", R"({"type":"string","enum":["success","error"]})"},
                                     {"message", kText},
                                     {"error", kText, false}}),
                   .others = "503"});
}

}  // namespace

void add_skill_routes(Setup& setup, const Places& places, FetchWorkers& workers, const Warn& warn) {
  setup.route(
      "POST", "/api/skills",
      [&places, &workers, warn](const Request& request, Reply reply) {
        try {
          auto wanted = read_skills_request(request);
          if (is_quick(wanted))
            reply.send(answer(places, wanted, warn));
          else
            workers.answer(std::move(reply),
                           [&places, warn, wanted] { return answer(places, wanted, warn); });
        } catch (const Refusal& refusal) {
          reply.send(refusal.response());
        }
      },
      load_operation());
  setup.route(
      "GET", "/api/skills/marketplace",
      [&places, &workers](const Request&, Reply reply) {
        workers.answer(std::move(reply), [&places] { return marketplace(places); });
      },
      marketplace_operation());
  setup.route(
      "POST", "/api/skills/sync",
      [&places, &workers](const Request&, Reply reply) {
        workers.answer(std::move(reply), [&places] { return sync(places); });
      },
      sync_operation());
}

}  // namespace collet::skills
