// `collet db …`: looks after the database.
#pragma once
#include <map>
#include <string>

namespace collet::server {

using Flags = std::map<std::string, std::string>;

/// Each prints what it has done, and returns the exit status.
int migrate_database(const Flags& flags);
int check_database(const Flags& flags);
int export_database(const Flags& flags, const std::string& file);
int import_database(const Flags& flags, const std::string& file, bool replace);

}  // namespace collet::server
