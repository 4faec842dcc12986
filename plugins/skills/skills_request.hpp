// The body of POST /api/skills.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "collet/http.hpp"

namespace collet::skills {

struct ExposedUrl {
  std::string name, url;
  std::int64_t port = 0;
};

/// A repository of an organisation, its address perhaps with user and password.
struct Organisation {
  std::string url, name;
};

struct Registration {
  std::string name, source;
  std::optional<std::string> ref = {}, repo_path = {};
  bool loads_all = false;
  std::vector<std::string> loads = {};  ///< where it doesn't load all

  bool loads_any() const { return loads_all || !loads.empty(); }
  bool loads_one(const std::string& name) const;
};

struct SkillsRequest {
  bool load_public = true, load_user = true, load_project = true, load_org = true;
  std::optional<std::string> marketplace_path, project_dir;
  std::vector<Registration> marketplaces;
  std::vector<Organisation> organisations;
  std::vector<ExposedUrl> exposed_urls;
};

/// Throws a Refusal (422). No address of an organisation is shown in it.
SkillsRequest read_skills_request(const Request& request);

}  // namespace collet::skills
