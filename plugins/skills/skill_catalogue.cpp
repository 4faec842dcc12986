#include "skill_catalogue.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "bundle.hpp"
#include "marketplace.hpp"
#include "staging.hpp"
#include "text_file.hpp"
#include "tree_writer.hpp"

namespace collet::skills {
namespace {

namespace fs = std::filesystem;
using namespace skill_files;

constexpr std::string_view kWorkers = "WORKER_";

// Skills by name, the last one of a name in the place of the first.
class Merged {
 public:
  void add(std::vector<Skill> skills) {
    for (auto& skill : skills) {
      const auto [at, is_new] = places_.try_emplace(skill.name, all_.size());
      if (is_new)
        all_.push_back(std::move(skill));
      else
        all_[at->second] = std::move(skill);
    }
  }
  std::size_t size() const { return all_.size(); }
  std::vector<Skill> take() { return std::move(all_); }

 private:
  std::vector<Skill> all_;
  std::unordered_map<std::string, std::size_t> places_;
};

// Tells the agent of web applications that can be reached.
std::vector<Skill> exposed(const std::vector<ExposedUrl>& urls) {
  std::string lines;
  for (const auto& one : urls)
    if (one.name.starts_with(kWorkers))
      lines += "\n* " + one.url + " (port " + std::to_string(one.port) + ")";
  if (lines.empty()) return {};
  Skill skill;
  skill.name = "work_hosts";
  skill.content = "Web applications that listen on these ports can be opened by the user here:" + lines;
  return {skill};
}

std::vector<Skill> of_organisation(const Places& places, const Organisation& one, const Warn& warn) {
  const auto source = parse_source(one.url, places.home.string());
  if (source.kind != Source::Kind::kGit) throw FileError("it is no git repository");
  const Staging staging(places.home / ".openhands/cache");
  const auto content = staging.make("content");
  TreeWriter writer(content);
  places.make_fetcher().fetch(source, staging.make("history"), writer, {"skills", "microagents"});
  SkillSet skills(warn);
  skills.add_folder(content / "skills");
  skills.add_folder(content / "microagents");
  return skills.take();
}

// Where a source's files are: its own folder, or a copy of the repository. Throws FileError, FetchError.
fs::path folder_of(const Places& places, const std::string& text, const std::optional<std::string>& ref,
                   const std::optional<std::string>& folder) {
  const auto source = parse_source(text, places.home.string(), ref, folder);
  if (source.kind == Source::Kind::kLocal) return source.place;
  auto whole = source;
  whole.folder.reset();
  const auto copy = places.other_cache.get(whole, cache_name(whole));
  if (!copy.folder) throw FetchError(502, copy.failure);
  return source.folder ? *copy.folder / *source.folder : *copy.folder;
}

void add_offer(const Places& places, const Offer& offer, bool is_skill, const Warn& warn, Merged& to) {
  try {
    const auto folder = folder_of(places, offer.source, offer.ref, offer.folder);
    SkillSet skills(warn);
    SkillRules relaxed;
    relaxed.strict = false;
    if (const auto file = is_skill ? find_skill_file(folder) : std::nullopt)
      skills.add_file(*file, {}, relaxed);
    to.add(is_skill ? skills.take()
                    : bundle_skills(folder, bundle_about(folder, folder.filename().string()).name, warn));
  } catch (const std::exception& error) {
    warn("'" + offer.name + "' of a marketplace is left out: " + error.what());
  }
}

std::vector<Skill> of_marketplaces(const Places& places, const std::vector<Registration>& all,
                                   const Warn& warn) {
  Merged merged;
  for (const auto& one : all) {
    if (!one.loads_any()) continue;
    try {
      const auto marketplace = read_marketplace(folder_of(places, one.source, one.ref, one.repo_path));
      for (const auto& offer : marketplace.skills)
        if (one.loads_one(offer.name)) add_offer(places, offer, true, warn, merged);
      for (const auto& offer : marketplace.bundles)
        if (one.loads_one(offer.name)) add_offer(places, offer, false, warn, merged);
    } catch (const std::exception& error) {
      warn("the marketplace '" + one.name + "' is left out: " + error.what());
    }
  }
  return merged.take();
}

std::vector<Skill> of_user(const Places& places, const Warn& warn) {
  std::vector<fs::path> folders;
  try {
    for (const auto& one : places.installed.list())
      if (one.enabled) folders.push_back(places.installed.root() / one.name);
  } catch (const FileError& error) {
    warn(std::string("installed skills are left out: ") + error.what());
  }
  return user_skills(places.home, folders, warn);
}

// Public ones, and over them the user's.
std::vector<Skill> base_skills(const Places& places, const SkillsRequest& wanted, const Warn& warn) {
  Merged merged;
  if (wanted.load_public)
    if (const auto copy = public_copy(places.public_cache, places.repository); copy.folder)
      merged.add(public_skills(*copy.folder, wanted.marketplace_path, warn));
  if (wanted.load_user) merged.add(of_user(places, warn));
  return merged.take();
}

std::vector<Skill> of_organisations(const Places& places, const SkillsRequest& wanted, const Warn& warn) {
  Merged merged;
  if (!wanted.load_org) return {};
  for (const auto& one : wanted.organisations) {
    try {
      merged.add(of_organisation(places, one, warn));
    } catch (const std::exception& error) {
      warn("skills of the organisation '" + one.name + "' are left out: " + error.what());
    }
  }
  return merged.take();
}

}  // namespace

Loaded load_skills(const Places& places, const SkillsRequest& wanted, const Warn& warn) {
  Loaded loaded;
  Merged merged;
  const auto add = [&](std::string name, std::vector<Skill> skills) {
    loaded.sources.emplace_back(std::move(name), skills.size());
    merged.add(std::move(skills));
  };
  add("sandbox", exposed(wanted.exposed_urls));
  add("registered_marketplaces",
      wanted.load_public ? of_marketplaces(places, wanted.marketplaces, warn) : std::vector<Skill>());
  add("sdk_base", base_skills(places, wanted, warn));
  add("org", of_organisations(places, wanted, warn));
  const bool has_project = wanted.load_project && wanted.project_dir && !wanted.project_dir->empty();
  add("project", has_project ? project_skills(*wanted.project_dir, warn) : std::vector<Skill>());
  loaded.skills = merged.take();
  return loaded;
}

}  // namespace collet::skills
