// Plugin "git": what has changed in a workspace, read by libgit2 inside the process. No program is started.
#include "collet/plugin.hpp"

#include <atomic>

#include "git_handles.hpp"
#include "repositories.hpp"
#include "routes.hpp"

namespace collet::git {
namespace {

class GitPlugin final : public Plugin {
 public:
  void setup(Setup& setup) override { add_routes(setup, repositories_, stopping_); }
  void start() override { stopping_ = false; }
  void stop() override {
    stopping_ = true;
    repositories_.forget();
  }

 private:
  Library library_;
  Repositories repositories_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace
}  // namespace collet::git

COLLET_PLUGIN(collet::git::GitPlugin, "dev.collet.git", "0.1.0",
              "Changes, diffs and commits of repositories");
