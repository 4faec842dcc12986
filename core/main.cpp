// The command line only: parse, build the config, run the server.
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "auth/session_keys.hpp"
#include "base/log.hpp"
#include "http/open_file_limit.hpp"
#include "plugins/inspect.hpp"
#include "process/spawner.hpp"
#include "server/audit_command.hpp"
#include "server/command_failure.hpp"
#include "server/config.hpp"
#include "server/config_commands.hpp"
#include "server/db_commands.hpp"
#include "server/new_plugin.hpp"
#include "server/openapi_command.hpp"
#include "server/plugin_commands.hpp"
#include "server/secret_commands.hpp"
#include "server/server.hpp"
#include "server/version.hpp"

namespace {

using namespace collet;

// Other programs of our user shall not read our memory, where keys are. Leak checkers have to.
void hide_memory() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  ::prctl(PR_SET_DUMPABLE, 0);
#endif
}

sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
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

void reload(server::Server& running, const std::map<std::string, std::string>& flags) {
  const auto config = server::load_config({flags, server::process_environment()});
  const auto reloaded = config ? running.reload(*config) : Result<void>(config.error());
  if (!reloaded) log::error("server", "SIGHUP changed nothing: " + reloaded.error().message);
}

// Waits for a signal to stop; its name.
const char* serve_until_stopped(server::Server& running, const sigset_t& signals,
                                const std::map<std::string, std::string>& flags) {
  for (;;) {
    siginfo_t info{};
    const int signal = ::sigwaitinfo(&signals, &info);
    if (signal == SIGTERM) return "SIGTERM";
    if (signal == SIGINT) return "SIGINT";
    if (signal != SIGHUP) continue;  // interrupted
    if (info.si_code == SI_KERNEL) return "SIGHUP: the terminal is gone";
    reload(running, flags);
  }
}

int serve(const std::map<std::string, std::string>& flags) {
  // First of all, while there is one thread and nothing is open: the process that starts children.
  auto spawner = process::Spawner::launch();
  if (!spawner) return server::fail(spawner.error().message);
  hide_memory();
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = awaited_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto config = server::load_config({flags, server::process_environment()});
  if (!config) return server::fail(config.error().message);
  log::configure(config->log.level, config->log.json);
  for (const auto& line : config->warnings) log::warning("config", line);
  http::raise_open_file_limit();

  server::Server server(*config, **spawner);
  if (const auto started = server.start(); !started) {
    server::fail(started.error().message);
    if (!server.stop()) std::_Exit(1);
    return 1;
  }
  say_hello(server, *config);
  log::info("server", std::string("stopping (") + serve_until_stopped(server, signals, flags) + ")");
  const LastResort last_resort(kShutdownTime);
  const bool settled = server.stop();
  log::info("server", "stopped");
  if (!settled) std::_Exit(0);  // a plugin's code is still running: nothing may be torn down under it
  return 0;
}

int keygen() {
  const auto key = auth::generate_key();
  if (!key) return server::fail(key.error().message);
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

// What the command line says.
struct CommandLine {
  std::map<std::string, std::string> flags;  // by the key of the configuration that they set
  std::vector<std::string> files;
  bool as_json = false;
  std::string plugin, directory, new_key;
  server::AuditOptions audit;
  std::string file;
  bool replace = false;
  std::function<int()> run;  // the command that was given
};

CLI::App* add_command(CLI::App* parent, const char* name, const char* help, CommandLine& line,
                      std::function<int()> run) {
  CLI::App* command = parent->add_subcommand(name, help);
  command->callback([&line, run = std::move(run)] { line.run = run; });
  return command;
}

void add_flag(CLI::App* command, CommandLine& line, const char* name, const char* key, const char* help) {
  command
      ->add_option_function<std::string>(
          name, [&line, key](const std::string& value) { line.flags[key] = value; }, help)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}
void add_config(CLI::App* command, CommandLine& line) {
  add_flag(command, line, "--config", "config", "JSON file with the configuration (docs/operations.md)");
}
void add_state(CLI::App* command, CommandLine& line) {
  add_flag(command, line, "--state", "state", "Folder that holds everything the server keeps");
}
void add_database(CLI::App* command, CommandLine& line) {
  add_flag(
      command, line, "--database", "database",
      "Where data is kept: sqlite, in the state folder (the default), or postgresql://user@host/database; a "
      "password belongs in COLLET_DATABASE or the configuration, where other users can't see it");
}
void add_plugin_folders(CLI::App* command, CommandLine& line) {
  add_flag(command, line, "--plugins", "plugins.directories",
           "More folders with plugins, separated by commas");
}
void add_common(CLI::App* command, CommandLine& line) {
  add_config(command, line);
  add_state(command, line);
  add_plugin_folders(command, line);
}

void add_serve_flags(CLI::App* command, CommandLine& line) {
  add_common(command, line);
  add_flag(command, line, "--host", "host", "Address to listen on (127.0.0.1)");
  add_flag(command, line, "--port", "port", "Port to listen on (8000; 0: any free one)");
  add_database(command, line);
  add_flag(command, line, "--log-level", "log.level", "debug, info, warning or error (info)");
}

void add_server_commands(CLI::App& app, CommandLine& line) {
  CLI::App* serving = add_command(&app, "serve", "Run the server (the default command)", line,
                                  [&line] { return serve(line.flags); });
  add_serve_flags(serving, line);

  CLI::App* documenting = add_command(&app, "openapi", "Print the API's OpenAPI document", line,
                                      [&line] { return server::print_openapi(line.flags); });
  add_config(documenting, line);
  add_plugin_folders(documenting, line);
  add_command(&app, "keygen", "Print a new session key", line, keygen);
}

void add_config_commands(CLI::App& app, CommandLine& line) {
  CLI::App* config = app.add_subcommand("config", "Look at the configuration");
  config->require_subcommand(1);
  CLI::App* showing = add_command(config, "show", "Each key, its value and where that comes from", line,
                                  [&line] { return server::show_config(line.flags, line.as_json); });
  showing->add_flag("--json", line.as_json, "Print JSON");
  CLI::App* checking =
      add_command(config, "check", "Whether a server would take it, plugins' sections included", line,
                  [&line] { return server::check_config(line.flags); });
  for (CLI::App* command : {showing, checking}) add_serve_flags(command, line);
}

void add_plugin_commands(CLI::App& app, CommandLine& line) {
  CLI::App* plugins = app.add_subcommand("plugins", "Look at plugins, make new ones");
  plugins->require_subcommand(1);
  CLI::App* listing = add_command(plugins, "list", "What would be loaded, and why not", line,
                                  [&line] { return server::list_plugins(line.flags, line.as_json); });
  add_common(listing, line);
  CLI::App* checking = add_command(plugins, "check", "Check plugin files", line, [&line] {
    return server::check_plugins(line.flags, line.files, line.as_json);
  });
  checking->add_option("files", line.files, "Plugin files (*.so)")->required();
  add_common(checking, line);
  for (CLI::App* command : {listing, checking}) command->add_flag("--json", line.as_json, "Print JSON");
  CLI::App* making = add_command(plugins, "new", "Make a plugin project from the template", line,
                                 [&line] { return server::new_plugin(line.plugin, line.directory); });
  making->add_option("name", line.plugin, "The plugin's name: a-z, 0-9, '-', '_'")->required();
  making->add_option("--directory", line.directory, "The folder to make (./NAME)");
}

void add_secret_commands(CLI::App& app, CommandLine& line) {
  CLI::App* auditing = add_command(&app, "audit", "Show who read which secret in clear", line,
                                   [&line] { return server::print_audit(line.flags, line.audit); });
  add_config(auditing, line);
  add_state(auditing, line);
  add_database(auditing, line);
  auditing->add_flag("--json", line.audit.json, "One JSON object per line");
  auditing->add_option("--since", line.audit.since, "A time (2026-11-22T14:30), or an age (30m, 12h, 7d)");
  auditing->add_option("--limit", line.audit.limit, "Only the newest so many (100)")
      ->check(CLI::PositiveNumber);

  CLI::App* secrets = app.add_subcommand("secrets", "Look after the secret key");
  secrets->require_subcommand(1);
  CLI::App* rotating =
      add_command(secrets, "rotate", "Seal everything with another secret key; the server must not run", line,
                  [&line] { return server::rotate_secrets(line.flags, line.new_key); });
  add_config(rotating, line);
  add_state(rotating, line);
  add_database(rotating, line);
  rotating->add_option("--new-key", line.new_key,
                       "File whose first line is the new OH_SECRET_KEY, - for standard input (without: a new "
                       "key file)");
}

void add_database_commands(CLI::App& app, CommandLine& line) {
  CLI::App* database = app.add_subcommand("db", "Look after the database");
  database->require_subcommand(1);
  CLI::App* migrating =
      add_command(database, "migrate", "Make the schema or bring it up to date, as each start does", line,
                  [&line] { return server::migrate_database(line.flags); });
  CLI::App* checking = add_command(database, "check", "Look whether everything is there and fits together",
                                   line, [&line] { return server::check_database(line.flags); });
  CLI::App* exporting =
      add_command(database, "export", "Write all data to a file, also while servers run; secrets stay sealed",
                  line, [&line] { return server::export_database(line.flags, line.file); });
  CLI::App* importing =
      add_command(database, "import", "Fill a database from such a file; no server may run", line,
                  [&line] { return server::import_database(line.flags, line.file, line.replace); });
  exporting->add_option("file", line.file, "The file to make")->required();
  importing->add_option("file", line.file, "The file to read")->required();
  importing->add_flag("--replace", line.replace, "Remove what the database holds so far");
  for (CLI::App* command : {migrating, checking, exporting, importing}) {
    add_config(command, line);
    add_state(command, line);
    add_database(command, line);
  }
}

// Of a word in the place of a command that there is not: a line that names it and those that there are.
// Empty: all is well.
std::string unknown_command(const CLI::App& app, const std::vector<std::string>& reversed) {
  std::string path = "collet";
  const CLI::App* at = &app;
  for (auto word = reversed.rbegin(); word != reversed.rend() && word->rfind('-', 0) != 0; ++word) {
    if (at->get_require_subcommand_min() == 0) return {};  // its own arguments
    const CLI::App* found = nullptr;
    std::string known;
    for (const CLI::App* one : at->get_subcommands(nullptr)) {
      known += (known.empty() ? "" : ", ") + one->get_name();
      if (one->get_name() == *word) found = one;
    }
    if (found == nullptr) return path + ": there is no command '" + *word + "'; there are: " + known;
    path += " " + *word;
    at = found;
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Collet, a plugin-hosting agent server", "collet"};
  app.set_version_flag("--version", std::string(server::kVersion));
  app.require_subcommand(1);
  CommandLine line;
  add_server_commands(app, line);
  add_config_commands(app, line);
  add_plugin_commands(app, line);
  add_secret_commands(app, line);
  add_database_commands(app, line);
  auto words = with_default_command(argc, argv);
  if (const auto wrong = unknown_command(app, words); !wrong.empty()) {
    std::fprintf(stderr, "%s\n", wrong.c_str());
    return 2;
  }
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  return line.run();
}
