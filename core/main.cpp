// The command line only: parse, build the config, run the server.
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "auth/session_keys.hpp"
#include "base/log.hpp"
#include "http/open_file_limit.hpp"
#include "plugins/inspect.hpp"
#include "process/spawner.hpp"
#include "server/audit_command.hpp"
#include "server/config.hpp"
#include "server/new_plugin.hpp"
#include "server/openapi_command.hpp"
#include "server/plugin_commands.hpp"
#include "server/secret_commands.hpp"
#include "server/server.hpp"
#include "server/version.hpp"

namespace {

using namespace collet;

int fail(const std::string& message) {
  std::fprintf(stderr, "collet: %s\n", message.c_str());
  return 1;
}

// Other programs of our user shall not read our memory, where keys are. Leak checkers have to.
void hide_memory() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  ::prctl(PR_SET_DUMPABLE, 0);
#endif
}

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

// Ends the process when its shutdown takes too long: a plugin's code, or a disk, may hold a thread for ever.
// What has been acknowledged is on the disk, and children end with this process.
class LastResort {
 public:
  explicit LastResort(std::chrono::seconds time)
      : thread_([this, time] {
          std::unique_lock lock(mutex_);
          if (over_.wait_for(lock, time, [this] { return done_; })) return;
          log::error("server", "the shutdown takes too long; ending without it");
          std::_Exit(1);
        }) {}
  ~LastResort() {
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    over_.notify_all();
    thread_.join();
  }
  LastResort(const LastResort&) = delete;
  LastResort& operator=(const LastResort&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable over_;
  bool done_ = false;
  std::thread thread_;
};

// Within the 90 s that service managers give.
constexpr std::chrono::seconds kShutdownTime{60};

void say_hello(const server::Server& running, const server::Config& config) {
  const std::string url = running.url();
  std::printf(
      "Collet %s listens on %s\n"
      "  state      %s\n"
      "  session key %s\n"
      "  try        curl %s/server_info\n"
      "  next       the quick start in README.md; the model demo/tour needs no key and no network\n",
      std::string(server::kVersion).c_str(), url.c_str(), config.state.c_str(),
      config.session_api_keys.empty() ? "none: only this user on this machine gets in"
                                      : "needed (X-Session-API-Key)",
      url.c_str());
  std::fflush(stdout);
}

int serve(const std::map<std::string, std::string>& flags) {
  // First of all, while there is one thread and nothing is open: the process that starts children.
  auto spawner = process::Spawner::launch();
  if (!spawner) return fail(spawner.error().message);
  hide_memory();
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto config = server::load_config({flags, server::process_environment()});
  if (!config) return fail(config.error().message);
  log::configure(config->log.level, config->log.json);
  http::raise_open_file_limit();

  server::Server server(*config, **spawner);
  if (const auto started = server.start(); !started) {
    fail(started.error().message);
    if (!server.stop()) std::_Exit(1);
    return 1;
  }
  say_hello(server, *config);
  int signal = 0;
  sigwait(&signals, &signal);
  log::info("server", std::string("stopping (") + (signal == SIGTERM ? "SIGTERM" : "SIGINT") + ")");
  const LastResort last_resort(kShutdownTime);
  const bool settled = server.stop();
  log::info("server", "stopped");
  if (!settled) std::_Exit(0);  // a plugin's code is still running: nothing may be torn down under it
  return 0;
}

int keygen() {
  const auto key = auth::generate_key();
  if (!key) return fail(key.error().message);
  std::printf("%s\n", key->c_str());
  return 0;
}

// `collet --port 9000` is `collet serve --port 9000`.
std::vector<std::string> with_default_command(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool names_none = arguments.empty() || arguments.front().rfind('-', 0) == 0;
  const bool asks = !arguments.empty() && (arguments.front() == "--help" || arguments.front() == "-h" ||
                                           arguments.front() == "--version");
  if (names_none && !asks) arguments.insert(arguments.begin(), "serve");
  return {arguments.rbegin(), arguments.rend()};  // CLI11 takes them reversed
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Collet, a plugin-hosting agent server", "collet"};
  app.set_version_flag("--version", std::string(server::kVersion));
  app.require_subcommand(1);

  std::map<std::string, std::string> flags;
  const auto flag = [&flags](CLI::App* command, const char* name, const char* key, const char* help) {
    command
        ->add_option_function<std::string>(
            name, [&flags, key](const std::string& value) { flags[key] = value; }, help)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  };
  const auto common = [&flag](CLI::App* command) {
    flag(command, "--config", "config", "JSON file with the configuration (docs/operations.md)");
    flag(command, "--state", "state", "Folder that holds everything the server keeps");
    flag(command, "--plugins", "plugins.directories", "More folders with plugins, separated by commas");
  };
  CLI::App* serving = app.add_subcommand("serve", "Run the server (the default command)");
  common(serving);
  flag(serving, "--host", "host", "Address to listen on (127.0.0.1)");
  flag(serving, "--port", "port", "Port to listen on (8000; 0: any free one)");
  flag(serving, "--database", "database", "Where data is kept; only sqlite, in the state folder, so far");
  flag(serving, "--log-level", "log.level", "debug, info, warning or error (info)");

  CLI::App* documenting = app.add_subcommand("openapi", "Print the API's OpenAPI document");
  flag(documenting, "--config", "config", "JSON file with the configuration (docs/operations.md)");
  flag(documenting, "--plugins", "plugins.directories", "More folders with plugins, separated by commas");
  CLI::App* making_key = app.add_subcommand("keygen", "Print a new session key");
  CLI::App* plugins = app.add_subcommand("plugins", "Look at plugins, make new ones");
  plugins->require_subcommand(1);
  CLI::App* listing = plugins->add_subcommand("list", "What would be loaded, and why not");
  common(listing);
  CLI::App* checking = plugins->add_subcommand("check", "Check plugin files");
  std::vector<std::string> files;
  checking->add_option("files", files, "Plugin files (*.so)")->required();
  common(checking);
  bool as_json = false;
  for (CLI::App* command : {listing, checking}) command->add_flag("--json", as_json, "Print JSON");
  CLI::App* making_plugin = plugins->add_subcommand("new", "Make a plugin project from the template");
  std::string new_name, new_directory;
  making_plugin->add_option("name", new_name, "The plugin's name: a-z, 0-9, '-', '_'")->required();
  making_plugin->add_option("--directory", new_directory, "The folder to make (./NAME)");

  CLI::App* auditing = app.add_subcommand("audit", "Show who read which secret in clear");
  flag(auditing, "--config", "config", "JSON file with the configuration (docs/operations.md)");
  flag(auditing, "--state", "state", "Folder that holds everything the server keeps");
  server::AuditOptions audit;
  auditing->add_flag("--json", audit.json, "One JSON object per line");
  auditing->add_option("--since", audit.since, "A time (2026-11-22T14:30), or an age (30m, 12h, 7d)");
  auditing->add_option("--limit", audit.limit, "Only the newest so many (100)")->check(CLI::PositiveNumber);

  CLI::App* secrets = app.add_subcommand("secrets", "Look after the secret key");
  secrets->require_subcommand(1);
  CLI::App* rotating =
      secrets->add_subcommand("rotate", "Seal everything with another secret key; the server must not run");
  flag(rotating, "--config", "config", "JSON file with the configuration (docs/operations.md)");
  flag(rotating, "--state", "state", "Folder that holds everything the server keeps");
  std::string new_key;
  rotating->add_option("--new-key", new_key,
                       "File whose first line is the new OH_SECRET_KEY, - for standard input (without: a new "
                       "key file)");

  try {
    app.parse(with_default_command(argc, argv));
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  if (serving->parsed()) return serve(flags);
  if (documenting->parsed()) return server::print_openapi(flags);
  if (making_key->parsed()) return keygen();
  if (rotating->parsed()) return server::rotate_secrets(flags, new_key);
  if (auditing->parsed()) return server::print_audit(flags, audit);
  if (listing->parsed()) return server::list_plugins(flags, as_json);
  if (making_plugin->parsed()) return server::new_plugin(new_name, new_directory);
  return server::check_plugins(flags, files, as_json);
}
