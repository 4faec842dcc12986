// Plugin "skills": texts that agents get always, on demand or when a trigger fires, from projects, users and
// repositories; and the installed ones.
#include "collet/plugin.hpp"

#include <optional>
#include <string>

#include "collet/fields.hpp"
#include "fetch_setup.hpp"
#include "installed_routes.hpp"
#include "skill_routes.hpp"
#include "text_file.hpp"

namespace collet::skills {
namespace {

namespace fs = std::filesystem;
using namespace skill_files;

About about_skill(const fs::path& folder, const std::string& name) {
  const auto file = find_skill_file(folder);
  if (!file) throw FileError("it has no SKILL.md");
  SkillRules rules;
  rules.folder_name = name;
  rules.named_as_folder = false;  // it gets a folder of its name
  const auto skill = load_skill(*file, folder, rules);
  return {skill.name, "1.0.0", skill.description.value_or("")};
}

class SkillsPlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    const Fields config(setup.config());
    fetching_.emplace(setup.host());
    const auto& fetching = *fetching_;
    installed_.emplace(installed_skills_folder(fetching.home), about_skill, fetching.warn);
    installer_.emplace(*installed_, fetching.home.string(), fetching.make_fetcher);
    public_cache_.emplace(fetching.home / ".openhands/cache/skills", fetching.make_fetcher, fetching.warn);
    other_cache_.emplace(fetching.home / ".openhands/cache/plugins", fetching.make_fetcher, fetching.warn);
    places_.emplace(Places{fetching.home, *installed_, *public_cache_, *other_cache_, fetching.make_fetcher,
                           public_repository(config, fetching.home)});
    add_skill_routes(setup, *places_, fetching_->workers, fetching.warn);
    add_installed_routes(setup, {"skill", "Skills", "^[a-z0-9]+(-[a-z0-9]+)*$", "", {}}, *installed_,
                         *installer_, fetching_->workers);
  }
  void start() override {
    installed_->clean();
    fetching_->workers.start();
  }
  void stop() override { fetching_->workers.stop(); }

 private:
  std::optional<FetchSetup> fetching_;
  std::optional<InstalledFolders> installed_;
  std::optional<Installer> installer_;
  std::optional<RepositoryCache> public_cache_, other_cache_;
  std::optional<Places> places_;
};

}  // namespace
}  // namespace collet::skills

COLLET_PLUGIN_WITH_CONFIG(collet::skills::SkillsPlugin, "dev.collet.skills", "0.1.0",
                          "Skills of projects, users and repositories, and the installed ones", R"({
  "type": "object",
  "properties": {
    "public_repository": {"type": "string"},
    "public_ref": {"type": "string"}
  }
})");
