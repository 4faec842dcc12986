#include "conversation/workspace.hpp"

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>

#include "base/log.hpp"

namespace collet::conversation {
namespace {

namespace fs = std::filesystem;
constexpr std::chrono::seconds kPatience{5};  // for `git init`

bool in_repository(fs::path folder) {
  std::error_code ignored;
  for (; !folder.empty(); folder = folder.parent_path()) {
    if (fs::exists(folder / ".git", ignored)) return true;
    if (folder == folder.root_path()) break;
  }
  return false;
}

}  // namespace

Result<void> prepare_workspace(const std::string& working_dir, process::Spawner& spawner) {
  std::error_code error;
  fs::create_directories(working_dir, error);
  if (error) return invalid("The workspace " + working_dir + " cannot be made: " + error.message());
  if (!fs::is_directory(working_dir, error))
    return invalid("The workspace " + working_dir + " is not a directory");
  if (in_repository(fs::canonical(working_dir, error))) return {};

  process::SpawnRequest request;
  request.argv = {"git", "init", "--quiet"};
  request.environment = process::child_environment();
  request.working_dir = working_dir;
  auto exited = std::make_shared<std::promise<int>>();
  auto status = exited->get_future();
  const auto handle = spawner.spawn(std::move(request), [exited](int code) { exited->set_value(code); });
  if (!handle) return {};  // no git here
  if (status.wait_for(kPatience) != std::future_status::ready)
    log::warning("conversation", "git init takes too long in " + working_dir);
  spawner.end(*handle, 0);
  return {};
}

}  // namespace collet::conversation
