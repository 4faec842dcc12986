// Plugin "skills": texts that agents get always, on demand or when a trigger fires, from projects, users and
// repositories; and the installed ones.
#include "collet/plugin.hpp"

#include <optional>
#include <string>

#include "collet/fields.hpp"
#include "install_setup.hpp"
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
    auto& install = install_.emplace(setup.host(), installed_skills_folder, about_skill);
    const auto& fetching = install.fetching;
    public_cache_.emplace(fetching.home / ".openhands/cache/skills", fetching.make_fetcher, fetching.warn);
    other_cache_.emplace(fetching.home / ".openhands/cache/plugins", fetching.make_fetcher, fetching.warn);
    places_.emplace(Places{fetching.home, install.installed, *public_cache_, *other_cache_,
                           fetching.make_fetcher, public_repository(Fields(setup.config()), fetching.home)});
    add_skill_routes(setup, *places_, install.fetching.workers, fetching.warn);
    install.add_routes(setup, {"skill", "Skills", "^[a-z0-9]+(-[a-z0-9]+)*$", "", {}});
  }
  void start() override { install_->start(); }
  void stop() override { install_->stop(); }

 private:
  std::optional<InstallSetup> install_;
  std::optional<RepositoryCache> public_cache_, other_cache_;
  std::optional<Places> places_;
};

}  // namespace
}  // namespace collet::skills

COLLET_PLUGIN_WITH_CONFIG(collet::skills::SkillsPlugin, "dev.collet.skills", "0.1.0",
                          "Skills of projects, users and repositories, and the installed ones",
                          collet::skill_files::kInstallConfig);
