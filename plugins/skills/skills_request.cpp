#include "skills_request.hpp"

#include <algorithm>

#include "body_reader.hpp"
#include "marketplace.hpp"

namespace collet::skills {
namespace {

using skill_files::BodyReader;

constexpr std::size_t kMostRepositories = 16, kMostUrls = 100;

Problems::Place item_of(const Problems::Place& list, std::size_t index) {
  auto place = list;
  place.push_back(std::to_string(index));
  return place;
}

// Calls `read` with a reader of each object in a list.
template <class Read>
void each(const json::Value* list, const Problems::Place& place, std::size_t most, Problems& problems,
          Read read) {
  if (list == nullptr) return;
  if (list->Size() > most)
    problems.add("too_long", place, "List should have at most " + std::to_string(most) + " items",
                 "\"<redacted>\"");
  for (rapidjson::SizeType i = 0; i < std::min<std::size_t>(list->Size(), most); ++i) {
    const auto at = item_of(place, i);
    if ((*list)[i].IsObject()) {
      BodyReader reader((*list)[i], problems, at);
      read(reader, (*list)[i]);
    } else {
      problems.add("model_attributes_type", at,
                   "Input should be a valid dictionary or object to extract fields from", "\"<redacted>\"");
    }
  }
}

Organisation read_organisation(BodyReader& reader) {
  reader.required_text("repository");
  reader.required_text("provider");
  Organisation one;
  one.url = reader.required_text("org_repo_url", true);
  one.name = reader.required_text("org_name");
  return one;
}

void read_auto_load(const json::Value& item, const Problems::Place& place, Problems& problems,
                    Registration& one) {
  const auto* value = json::find(item, "auto_load");
  if (value == nullptr) return;
  if (value->IsBool()) {
    one.loads_all = value->GetBool();
    return;
  }
  const bool fits = value->IsArray() && std::all_of(value->Begin(), value->End(),
                                                    [](const auto& name) { return name.IsString(); });
  if (!fits) {
    problems.add("bool_type", place, "Input should be a valid boolean, or a list of names",
                 json::dump(*value));
    return;
  }
  for (const auto& name : value->GetArray()) one.loads.emplace_back(json::view(name));
}

Registration read_registration(BodyReader& reader, const json::Value& item, Problems& problems) {
  Registration one;
  one.name = reader.required_text("name");
  one.source = reader.required_text("source", true);
  one.ref = reader.maybe_text("ref");
  one.repo_path = reader.maybe_text("repo_path");
  read_auto_load(item, reader.at("auto_load"), problems, one);
  return one;
}

ExposedUrl read_url(BodyReader& reader, const json::Value& item, Problems& problems) {
  ExposedUrl one;
  one.name = reader.required_text("name");
  one.url = reader.required_text("url");
  const auto* port = json::find(item, "port");
  if (port == nullptr)
    problems.missing(reader.at("port"), json::dump(item));
  else if (!port->IsInt64())
    problems.add("int_type", reader.at("port"), "Input should be a valid integer", json::dump(*port));
  else
    one.port = port->GetInt64();
  return one;
}

void read_organisations(BodyReader& reader, Problems& problems, SkillsRequest& wanted) {
  const auto* list = reader.maybe_list("org_configs");
  each(list, reader.at("org_configs"), kMostRepositories, problems,
       [&](BodyReader& one, const json::Value&) { wanted.organisations.push_back(read_organisation(one)); });
  const auto* single = reader.maybe_object("org_config");
  if (single == nullptr) return;
  BodyReader one(*single, problems, reader.at("org_config"));
  auto read = read_organisation(one);
  if (list == nullptr || list->Empty()) wanted.organisations.push_back(std::move(read));
}

void read_urls(BodyReader& reader, Problems& problems, SkillsRequest& wanted) {
  const auto* sandbox = reader.maybe_object("sandbox_config");
  if (sandbox == nullptr) return;
  BodyReader inner(*sandbox, problems, reader.at("sandbox_config"));
  each(inner.maybe_list("exposed_urls"), inner.at("exposed_urls"), kMostUrls, problems,
       [&](BodyReader& one, const json::Value& item) {
         wanted.exposed_urls.push_back(read_url(one, item, problems));
       });
}

}  // namespace

bool Registration::loads_one(const std::string& wanted) const {
  return loads_all || std::find(loads.begin(), loads.end(), wanted) != loads.end();
}

SkillsRequest read_skills_request(const Request& request) {
  const auto body = read_object(request);
  Problems problems;
  BodyReader reader(body, problems);
  SkillsRequest wanted;
  wanted.load_public = reader.flag("load_public", true);
  wanted.load_user = reader.flag("load_user", true);
  wanted.load_project = reader.flag("load_project", true);
  wanted.load_org = reader.flag("load_org", true);
  wanted.marketplace_path = reader.maybe_text("marketplace_path");
  if (json::find(body, "marketplace_path") == nullptr)
    wanted.marketplace_path = skill_files::kDefaultMarketplace;
  wanted.project_dir = reader.maybe_text("project_dir");
  each(reader.maybe_list("registered_marketplaces"), reader.at("registered_marketplaces"), kMostRepositories,
       problems, [&](BodyReader& one, const json::Value& item) {
         wanted.marketplaces.push_back(read_registration(one, item, problems));
       });
  read_organisations(reader, problems, wanted);
  read_urls(reader, problems, wanted);
  problems.check();
  return wanted;
}

}  // namespace collet::skills
