// The OpenAPI 3.1 document of all routes in a router, the plugins' included.
//
// A route says of itself what it wants (http::Route::operation); the rest follows from the route: path
// parameters, authentication, an operationId, a tag, an answer, and what the server answers to bodies that
// cannot be read. Routes chosen by the body stand in the operation of the route that they stand beside.
#pragma once
#include <string>
#include <string_view>

#include "http/router.hpp"

namespace collet::api {

/// `version`: of the contract that is spoken. JSON text. Pure; about a millisecond.
std::string make_document(const http::Router& router, std::string_view version,
                          std::string_view collet_version);

}  // namespace collet::api
