// /openapi.json for programs, /docs and /redoc for people. Public.
#pragma once
#include <mutex>
#include <string>

#include "base/result.hpp"
#include "http/router.hpp"

namespace collet::api {

/// Both are written once, when they are first asked for: a start doesn't wait for them.
class ApiDocs {
 public:
  /// `router` must outlive it.
  ApiDocs(const http::Router& router, std::string collet_version)
      : router_(router), collet_version_(std::move(collet_version)) {}

  /// Takes the paths, so that no plugin does. The router must not outlive this.
  Result<void> add_routes(http::Router& router);
  /// JSON text. Any thread, once the router has all routes.
  const std::string& document();

 private:
  http::Response show_document(const http::Request& request);
  http::Response show_page();

  const http::Router& router_;
  std::string collet_version_;
  std::once_flag document_made_, page_made_;
  std::string document_, tag_, page_;
};

}  // namespace collet::api
