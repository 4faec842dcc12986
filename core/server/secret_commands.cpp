#include "server/secret_commands.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

#include "server/command_failure.hpp"
#include "server/config.hpp"
#include "server/master_key.hpp"
#include "storage/claims.hpp"

namespace collet::server {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLeastCharacters = 8;

Result<std::string> first_line(const std::string& file) {
  std::string line;
  if (file == "-") {
    std::getline(std::cin, line);
  } else {
    std::ifstream in(file);
    if (!in) return invalid("cannot read " + file);
    std::getline(in, line);
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line.size() < kLeastCharacters)
    return invalid("the new key must have at least " + std::to_string(kLeastCharacters) + " characters");
  return line;
}

// The new key: from a file, or made, and then on disk beside the old one.
Result<secrets::KeyRing> next_key(const Config& config, const std::string& new_key) {
  if (new_key.empty()) return secrets::KeyRing::make_next(config.state);
  const auto secret = first_line(new_key);
  if (!secret) return secret.error();
  return secrets::KeyRing::open(config.state, *secret);
}

Result<std::string> rotate(const Config& config, const std::string& new_key) {
  const fs::path state = config.state;
  const auto url = database_url(config);
  if (url.empty() && !fs::exists(state / "collet.sqlite3"))
    return not_found("there is no database in " + state.string());
  auto database = storage::Database::open(state, {.url = url});
  if (!database) return database.error();
  if ((*database)->is_shared()) {
    const auto in_use =
        (*database)->read([](storage::Session& session) { return storage::is_in_use(session); });
    if (!in_use) return in_use.error();
    if (*in_use)
      return conflict(
          "a server uses the database: stop all of them first (one that has crashed is forgotten after a "
          "minute)");
  }
  const auto old_ring = open_master_key(state, config.secret_key, **database);
  if (!old_ring) return old_ring.error();
  const auto ring = next_key(config, new_key);
  if (!ring) return ring.error();
  if (ring->id() == old_ring->id()) return invalid("the new key is the present one");
  const auto count = reseal(**database, *old_ring, *ring);
  if (!count) return count.error();
  std::string said = "sealed " + std::to_string(count->texts) + " secrets with key " + ring->id() + " (was " +
                     old_ring->id() + ")\n";
  if (count->damaged > 0)
    said += std::to_string(count->damaged) + " texts look sealed but did not open; they stay as they are\n";
  if (!new_key.empty()) return said + "start the server with the new OH_SECRET_KEY from now on\n";
  // The database has the new key's id by now: if this fails, the next start does it.
  const auto kept = secrets::KeyRing::adopt_next(state);
  if (!kept) return kept.error();
  if (!config.secret_key.empty())
    return said + "start the server without OH_SECRET_KEY from now on: the key is in " +
           (state / "secret.key").string() + "\n";
  return said + "the old key is kept for old backups: " + kept->string() + "\n";
}

}  // namespace

int rotate_secrets(const std::map<std::string, std::string>& flags, const std::string& new_key) {
  const auto config = load_config({flags, process_environment()});
  if (!config) return fail(config.error().message);
  const auto said = rotate(*config, new_key);
  if (!said) return fail(said.error().message);
  std::printf("%s", said->c_str());
  return 0;
}

}  // namespace collet::server
