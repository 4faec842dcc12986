// /api/settings/secrets: list, put, get and delete the secrets that users keep on the server.
#pragma once
#include "api/plain_reads.hpp"
#include "http/router.hpp"
#include "settings/secret_store.hpp"

namespace collet::api {

/// `store` must outlive the router.
Result<void> add_secret_routes(http::Router& router, settings::SecretStore& store, const PlainReads& reads);

}  // namespace collet::api
