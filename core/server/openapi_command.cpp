#include "server/openapi_command.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/log.hpp"
#include "process/spawner.hpp"
#include "server/server.hpp"

namespace collet::server {
namespace {

int fail(const std::string& message) {
  std::fprintf(stderr, "collet: %s\n", message.c_str());
  return 1;
}

// The server that only describes itself keeps its state here.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code ignored;
    std::string path = (std::filesystem::temp_directory_path(ignored) / "collet-XXXXXX").string();
    if (::mkdtemp(path.data()) != nullptr) path_ = path;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  /// Empty: it could not be made.
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

int print_openapi(const std::map<std::string, std::string>& flags) {
  auto spawner = process::Spawner::launch();
  if (!spawner) return fail(spawner.error().message);
  auto config = load_config({flags, process_environment()});
  if (!config) return fail(config.error().message);
  log::configure(log::Level::kWarning, config->log.json);
  const TemporaryFolder folder;
  if (folder.path().empty()) return fail("no temporary folder can be made");
  config->state = folder.path();
  Server server(*config, **spawner);
  const auto document = server.describe();
  if (!document) return fail(document.error().message);
  std::printf("%s\n", document->c_str());
  return 0;
}

}  // namespace collet::server
