// Inside this folder only: announcements of other servers, over PostgreSQL's NOTIFY.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "storage/changes.hpp"
#include "storage/postgresql_url.hpp"

namespace collet::storage {

inline constexpr std::string_view kChannel = "collet";
/// PostgreSQL takes fewer than 8000 bytes.
inline constexpr std::size_t kMostNotified = 7000;

/// Hears what all but `own` announce. A notification is the announcing writer's id and lines of changes.
std::unique_ptr<Listener> listen_on_postgresql(PostgresqlUrl url, std::string own, ChangeHandlers handlers);

}  // namespace collet::storage
