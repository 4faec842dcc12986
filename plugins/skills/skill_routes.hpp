// POST /api/skills, GET /api/skills/marketplace, POST /api/skills/sync.
#pragma once
#include "collet/plugin.hpp"
#include "fetch_workers.hpp"
#include "skill_catalogue.hpp"

namespace collet::skills {

/// `places` and `workers` outlive the routes.
void add_skill_routes(Setup& setup, const Places& places, skill_files::FetchWorkers& workers,
                      const skill_files::Warn& warn);

}  // namespace collet::skills
