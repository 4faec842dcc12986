#include "bundle_routes.hpp"

#include <unordered_set>

#include "available_bundles.hpp"
#include "body_reader.hpp"
#include "common/openapi.hpp"
#include "marketplace.hpp"
#include "storage_error.hpp"

namespace collet::bundles {
namespace {

using namespace skill_files;
using namespace openapi;

constexpr std::string_view kTag = "Plugins";

Response available(const Places& places, const Request& request, const Warn& warn) {
  const auto body = read_object(request);
  Problems problems;
  BodyReader reader(body, problems);
  const bool load_user = reader.flag("load_user", true), load_project = reader.flag("load_project", true);
  const auto project = reader.maybe_text("project_dir");
  problems.check();
  std::vector<Bundle> all;
  if (load_user) all = user_bundles(places.home, places.installed, warn);
  if (load_project && project && !project->empty())
    all = merged(std::move(all), project_bundles(*project, warn));
  json::Writer w;
  w.object().key("plugins").array();
  for (const auto& one : all) {
    w.object().member("name", one.about.name).member("version", one.about.version);
    w.member("description", one.about.description).member("path", one.folder.string());
    write_contents(w, one.folder, one.about.name, warn);
    w.end();
  }
  return Response::json(w.end().end().take());
}

void write_offer(json::Writer& w, const Offer& offer, bool is_installed, const Warn& warn) {
  w.object().member("name", offer.name).member("description", offer.description);
  w.member("source", offer.source).member("ref", offer.ref).member("repo_path", offer.folder);
  w.member("installed", is_installed);
  std::error_code error;
  if (!offer.ref && !offer.folder && std::filesystem::is_directory(offer.source, error)) {
    w.member("path", offer.source);
    write_contents(w, offer.source, offer.name, warn);
  } else {
    w.member("path", nullptr).member("skills", nullptr).member("files", nullptr);
  }
  w.end();
}

Response marketplace(const Places& places, const Warn& warn) {
  auto copy = public_copy(places.cache, places.repository);
  Marketplace offered;
  try {
    if (copy.folder) offered = read_marketplace(*copy.folder, kDefaultMarketplace);
  } catch (const FileError& error) {
    copy.failure = error.what();
  }
  std::unordered_set<std::string> installed;
  for (const auto& one : places.installed.list()) installed.insert(one.name);
  json::Writer w;
  w.object().key("plugins").array();
  for (const auto& offer : offered.bundles)
    if (offer.is_bundle) write_offer(w, offer, installed.count(offer.name) != 0, warn);
  w.end();
  if (!copy.failure.empty()) w.member("error", copy.failure);
  return Response::json(w.end().take());
}

std::string available_operation() {
  const auto body = object({{"load_user", switched(true), false},
                            {"load_project", switched(true), false},
                            {"project_dir", kMaybeText, false}});
  auto one = object(
      {{"name", kText}, {"version", kText, false}, {"description", kText, false}, {"path", kText, false}});
  one.insert(one.size() - 2, contents_schema());
  return describe({.tag = kTag,
                   .id = "get_plugins_api_plugins_post",
                   .summary = "The bundles on this machine",
                   .body = body,
                   .answer = object({{"plugins", list_of(one)}}),
                   .others = "422"});
}

std::string marketplace_operation() {
  auto one = object({{"name", kText},
                     {"description", kMaybeText},
                     {"source", kText},
                     {"ref", kMaybeText, false},
                     {"repo_path", kMaybeText, false},
                     {"installed", kYesNo},
                     {"path", kMaybeText, false}});
  one.insert(one.size() - 2, contents_schema());
  return describe({.tag = kTag,
                   .id = "get_marketplace_catalog_api_plugins_marketplace_get",
                   .summary = "The bundles that the public repository offers",
                   .answer = object({{"plugins", list_of(one)}, {"error", kText, false}}),
                   .others = "503"});
}

}  // namespace

std::string contents_schema() {
  const auto skill = object({{"name", kText}, {"description", kMaybeText, false}});
  return R"(,"skills":)" + maybe(list_of(skill)) + R"(,"files":)" + std::string(kMaybeTexts);
}

void add_bundle_routes(Setup& setup, const Places& places, FetchWorkers& workers, const Warn& warn) {
  setup.post(
      "/api/plugins",
      [&places, warn](const Request& request) {
        try {
          return available(places, request, warn);
        } catch (const StorageError& error) {
          return Response::error(error.status(), error.what());
        }
      },
      available_operation());
  setup.route(
      "GET", "/api/plugins/marketplace",
      [&places, &workers, warn](const Request&, Reply reply) {
        workers.answer(std::move(reply), [&places, warn] { return marketplace(places, warn); });
      },
      marketplace_operation());
}

}  // namespace collet::bundles
