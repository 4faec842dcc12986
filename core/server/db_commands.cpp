#include "server/db_commands.hpp"

#include <cstdio>

#include "server/command_failure.hpp"
#include "server/config.hpp"
#include "storage/transfer.hpp"

namespace collet::server {
namespace {

template <class Act>
int with_place(const Flags& flags, Act act) {
  const auto config = load_config({flags, process_environment()});
  if (!config) return fail(config.error().message);
  return act(storage::DatabasePlace{config->state, database_url(*config)});
}

void print(const std::vector<storage::TableCount>& tables) {
  for (const auto& [table, rows] : tables)
    std::printf("  %-14s %lld\n", table.c_str(), static_cast<long long>(rows));
}

}  // namespace

int migrate_database(const Flags& flags) {
  return with_place(flags, [](const storage::DatabasePlace& place) {
    {
      // As a server does at its start.
      const auto database = storage::Database::open(place.state_dir, {.url = place.url});
      if (!database) return fail(database.error().message);
    }
    const auto checked = storage::check_database(place);
    if (!checked) return fail(checked.error().message);
    std::printf("the database has schema version %lld\n", static_cast<long long>(checked->schema));
    return 0;
  });
}

int check_database(const Flags& flags) {
  return with_place(flags, [](const storage::DatabasePlace& place) {
    const auto checked = storage::check_database(place);
    if (!checked) return fail(checked.error().message);
    std::printf("schema version %lld\n", static_cast<long long>(checked->schema));
    print(checked->tables);
    for (const auto& problem : checked->problems) std::fprintf(stderr, "collet: %s\n", problem.c_str());
    if (checked->problems.empty()) std::printf("no problem found\n");
    return checked->problems.empty() ? 0 : 1;
  });
}

int export_database(const Flags& flags, const std::string& file) {
  return with_place(flags, [&](const storage::DatabasePlace& place) {
    const auto done = storage::export_to(file, place);
    if (!done) return fail(done.error().message);
    std::printf("exported to %s:\n", file.c_str());
    print(done->tables);
    if (!done->key_id.empty())
      std::printf(
          "secrets are sealed with key %s, which is not in the file: keep OH_SECRET_KEY or secret.key too\n",
          done->key_id.c_str());
    return 0;
  });
}

int import_database(const Flags& flags, const std::string& file, bool replace) {
  return with_place(flags, [&](const storage::DatabasePlace& place) {
    const auto done = storage::import_from(file, place, replace);
    if (!done) return fail(done.error().message);
    std::printf("imported:\n");
    print(done->tables);
    if (!done->key_id.empty())
      std::printf(
          "start the server with the secret key %s (OH_SECRET_KEY, or secret.key in the state folder)\n",
          done->key_id.c_str());
    return 0;
  });
}

}  // namespace collet::server
