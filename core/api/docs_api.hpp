// /openapi.json for programs, /docs and /redoc for people. Public.
#pragma once
#include <string>

#include "base/result.hpp"
#include "http/router.hpp"

namespace collet::api {

/// Must outlive the router.
class ApiDocs {
 public:
  explicit ApiDocs(std::string collet_version) : collet_version_(std::move(collet_version)) {}

  /// Takes the paths, so that no plugin does.
  Result<void> add_routes(http::Router& router);
  /// Writes the document and the page. Once, when the router has all routes, before any request.
  void build(const http::Router& router);

  const std::string& document() const { return document_; }

 private:
  http::Response show_document(const http::Request& request) const;
  http::Response show_page() const;

  std::string collet_version_;
  std::string document_, tag_, page_;
};

}  // namespace collet::api
