// The plugin's "routes" as routes of the server.
#pragma once
#include "base/result.hpp"
#include "collet/abi/routes.h"
#include "http/router.hpp"
#include "plugins/boundary.hpp"

namespace collet::plugins {

class Guest;

/// A request as the boundary shows it; good as long as the request is.
class RequestView {
 public:
  explicit RequestView(const http::Request& request, collet_body stream = {})
      : query_(request.query),
        headers_(request.headers),
        params_(request.params),
        view_{sizeof(collet_request),
              detail::to_str(request.method),
              detail::to_str(request.path),
              detail::to_str(request.body),
              query_.get(),
              headers_.get(),
              params_.get(),
              stream} {}
  RequestView(const RequestView&) = delete;
  RequestView& operator=(const RequestView&) = delete;
  const collet_request& get() const { return view_; }

 private:
  const detail::PairsView query_, headers_, params_;
  const collet_request view_;
};

/// Registers the guest's routes, owned by its name, on its own queue. They answer 503 while it is not
/// started. kInvalid: a route is malformed or there already; those before it stay.
Result<void> register_routes(Guest& guest, http::Router& router);

}  // namespace collet::plugins
