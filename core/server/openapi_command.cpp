#include "server/openapi_command.hpp"

#include <cstdio>

#include "base/log.hpp"
#include "base/temporary_folder.hpp"
#include "process/spawner.hpp"
#include "server/command_failure.hpp"
#include "server/server.hpp"

namespace collet::server {
namespace {}  // namespace

int print_openapi(const std::map<std::string, std::string>& flags) {
  auto spawner = process::Spawner::launch();
  if (!spawner) return fail(spawner.error().message);
  auto config = load_config({flags, process_environment()});
  if (!config) return fail(config.error().message);
  log::configure(log::Level::kWarning, config->log.json);
  const TemporaryFolder folder;  // where the server that only describes itself keeps its state
  if (folder.path().empty()) return fail("no temporary folder can be made");
  config->state = folder.path();
  config->database = "sqlite";
  Server server(*config, **spawner);
  const auto document = server.describe();
  if (!document) return fail(document.error().message);
  std::printf("%s\n", document->c_str());
  return 0;
}

}  // namespace collet::server
