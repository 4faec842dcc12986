// One operation of /openapi.json out of those of a route and its alternatives. Pure.
#pragma once
#include "collet/json.hpp"
#include "http/router.hpp"

namespace collet::api {

/// Adds to an operation object what an alternative to it says of itself: a body or an answer has the form of
/// either; parameters and statuses are those of both. An alternative that says nothing of its body has one of
/// the form that the operation has; one that says nothing at all has what its rule asks for.
void merge_alternative(json::Value& operation, const http::Route& alternative, json::Allocator& allocator);

}  // namespace collet::api
