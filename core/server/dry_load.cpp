#include "server/dry_load.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "api/init_api.hpp"
#include "auth/session_keys.hpp"
#include "base/log.hpp"
#include "base/temporary_folder.hpp"
#include "collet/unique_fd.hpp"
#include "metrics/metrics.hpp"
#include "plugins/host.hpp"
#include "plugins/inspect.hpp"
#include "plugins/status_json.hpp"
#include "process/spawner.hpp"
#include "server/parts.hpp"
#include "server/version.hpp"

namespace collet::server {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// ---- the child
void give(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void confine() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit none = {0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);  // what a plugin prints must not get between the answer
  const auto environment = process::child_environment();
  ::clearenv();
  for (const auto& entry : environment)
    if (const auto at = entry.find('='); at != std::string::npos)
      ::setenv(entry.substr(0, at).c_str(), entry.c_str() + at + 1, 1);
}

// A server that only looks is never asked.
class NotDeferred final : public api::Initialization {
 public:
  std::optional<Status> status() const override { return std::nullopt; }
  bool admits(std::string_view) const override { return false; }
  Result<void> initialize(const json::Value&) override { return conflict("it only looks at plugins"); }
};

// Never returns: what plugins have started, and their destructors, go with the process.
[[noreturn]] void load_here(const DryLoad& wanted, const std::string& section, const fs::path& state,
                            int out) {
  confine();
  log::configure(log::Level::kError, false);
  const auto spawner = process::Spawner::launch();
  if (!spawner) {
    give(out, "!" + spawner.error().message);
    std::_Exit(0);
  }
  NotDeferred initialization;
  metrics::Metrics metrics(kVersion);
  Config config = wanted.config;
  config.state = state;
  config.database = "sqlite";
  config.secret_key.clear();
  const auto fail = [out](const Error& error) {
    give(out, "!" + error.message);
    std::_Exit(0);
  };
  auto opened = open_state(config);
  if (!opened) fail(opened.error());
  Parts parts(config, std::move(*opened), auth::SessionKeys(), **spawner, metrics);
  auto loaded = parts.add_own(config, initialization);
  plugins::PluginHost::Options options;
  options.config = section;
  options.own_directory = wanted.own_directory;
  options.state_dir = state;
  options.core_version = kVersion;
  options.create_patience = wanted.patience;
  plugins::PluginHost host(std::move(options), **spawner);
  if (loaded) loaded = host.load_all(parts.router, parts.tools, parts.providers);
  give(out, loaded ? plugins::to_json(host.status()) : "!" + loaded.error().message);
  std::_Exit(0);
}

// ---- this process
struct Outcome {
  std::string text;   ///< what the child has said
  std::string death;  ///< how it ended before it had said all; empty: it hadn't
};

std::string read_until(int fd, Clock::time_point until) {
  std::string text;
  char piece[65536];
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd waiting = {fd, POLLIN, 0};
    if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) <= 0) return text;
    const ssize_t got = ::read(fd, piece, sizeof piece);
    if (got <= 0) return text;
    text.append(piece, static_cast<std::size_t>(got));
  }
}

Result<Outcome> load_in_child(const DryLoad& wanted, const std::string& section) {
  const TemporaryFolder scratch;
  int ends[2];
  if (scratch.path().empty() || ::pipe2(ends, O_CLOEXEC) != 0)
    return unavailable("no process can be started to look at plugins: " +
                       std::generic_category().message(errno));
  const UniqueFd in(ends[0]);
  UniqueFd out(ends[1]);
  const pid_t child = ::fork();
  if (child < 0)
    return unavailable("no process can be started to look at plugins: " +
                       std::generic_category().message(errno));
  if (child == 0) load_here(wanted, section, scratch.path(), out.get());
  out.reset();
  const auto limit = 4 * wanted.patience;
  const auto until = Clock::now() + limit;
  Outcome outcome{read_until(in.get(), until), {}};
  const bool late = Clock::now() >= until;
  if (late) ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (late)
    outcome.death = "loading it takes longer than " + std::to_string(limit.count()) + " s";
  else if (WIFSIGNALED(status))
    outcome.death = std::string("loading it ends the process: ") + ::strsignal(WTERMSIG(status));
  else if (WEXITSTATUS(status) != 0 || outcome.text.empty())
    outcome.death = "loading it ends the process with status " + std::to_string(WEXITSTATUS(status));
  return outcome;
}

/// The plugins of a config that can be told apart: switched on, off, and dead.
class Attempt {
 public:
  Attempt(const DryLoad& wanted, std::vector<std::string> names)
      : wanted_(wanted), names_(std::move(names)), deaths_(names_.size()) {}

  Result<json::Document> run() {
    auto outcome = load_in_child(wanted_, config(std::nullopt));
    if (!outcome) return outcome.error();
    if (!outcome->death.empty()) {
      // Somebody has ended the process; each alone tells who.
      for (std::size_t i = 0; i < names_.size(); ++i) {
        const auto alone = load_in_child(wanted_, config(i));
        if (!alone) return alone.error();
        deaths_[i] = alone->death;
      }
      outcome = load_in_child(wanted_, config(std::nullopt));
      if (!outcome) return outcome.error();
      if (!outcome->death.empty()) return invalid("the plugins cannot be loaded together: " + outcome->death);
    }
    if (outcome->text.starts_with('!')) return invalid(outcome->text.substr(1));
    auto document = json::parse(outcome->text);
    if (!document || json::find(*document, "plugins") == nullptr)
      return internal("the child process said nothing");
    bury(*document);
    return std::move(*document);
  }

 private:
  // The config with every plugin optional, so that one refusal doesn't hide the others, and the dead ones
  // off; with `only`, all others off.
  std::string config(std::optional<std::size_t> only) const {
    auto document = *json::parse(wanted_.config.plugins);
    auto& allocator = document.GetAllocator();
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (json::find(document, names_[i]) == nullptr)
        json::set(document, names_[i], json::Value(rapidjson::kObjectType), allocator);
      json::Value& section = *json::find(document, names_[i]);
      if (!section.IsObject()) continue;
      json::set(section, "optional", json::Value(true), allocator);
      if (!deaths_[i].empty() || (only && *only != i))
        json::set(section, "enabled", json::Value(false), allocator);
    }
    return json::dump(document);
  }

  void bury(json::Document& document) const {
    for (auto& plugin : json::find(document, "plugins")->GetArray())
      for (std::size_t i = 0; i < names_.size(); ++i)
        if (!deaths_[i].empty() && json::string_at(plugin, "name") == names_[i]) {
          json::set(plugin, "state", "refused", document.GetAllocator());
          json::set(plugin, "error", deaths_[i], document.GetAllocator());
        }
  }

  const DryLoad& wanted_;
  std::vector<std::string> names_;
  std::vector<std::string> deaths_;  // by index of names_; empty: alive
};

}  // namespace

Result<json::Document> dry_load(const DryLoad& wanted) {
  const auto section = json::parse(wanted.config.plugins);
  if (!section || !section->IsObject()) return invalid("plugins must be of type object");
  std::vector<fs::path> folders;
  if (const json::Value* listed = json::find(*section, "directories"); listed != nullptr && listed->IsArray())
    for (const auto& folder : listed->GetArray())
      if (folder.IsString()) folders.emplace_back(json::view(folder));
  const auto files = plugins::discover(wanted.own_directory, folders);
  if (!files) return files.error();
  std::vector<std::string> names;
  for (const auto& file : *files) names.push_back(file.stem().string());
  return Attempt(wanted, std::move(names)).run();
}

}  // namespace collet::server
