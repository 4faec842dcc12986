#include "api/docs_api.hpp"

#include <functional>

#include "api/docs_page.hpp"
#include "api/document.hpp"
#include "api/operation.hpp"
#include "api/route_helpers.hpp"
#include "api/server_api.hpp"

namespace collet::api {
namespace {

constexpr std::string_view kTag = "API";

Operation page_operation(std::string_view name) {
  return {
      .name = name, .tag = kTag, .summary = "The API, as a page", .answer_type = "text/html; charset=utf-8"};
}

}  // namespace

Result<void> ApiDocs::add_routes(http::Router& router) {
  Routes routes(router);
  const auto open = [&](const std::string& path, const Operation& operation, const auto& answer) {
    for (const auto* method : {"GET", "HEAD"})
      routes.add(method, path, operation, http::answering(answer), http::Lane::kWorker,
                 http::Access::kPublic);
  };
  open("/openapi.json", {.name = "get_document", .tag = kTag, .summary = "This document", .others = {304}},
       [this](const http::Request& request) { return show_document(request); });
  open("/docs", page_operation("get_docs"), [this](const http::Request&) { return show_page(); });
  open("/redoc", page_operation("get_redoc"), [this](const http::Request&) { return show_page(); });
  return routes.result();
}

const std::string& ApiDocs::document() {
  std::call_once(document_made_, [this] {
    document_ = make_document(router_, kProtocolVersion, collet_version_);
    tag_ = "\"" + std::to_string(std::hash<std::string>{}(document_)) + "\"";
  });
  return document_;
}

http::Response ApiDocs::show_document(const http::Request& request) {
  const std::string& text = document();
  const bool known = request.header("if-none-match") == tag_;
  http::Response response = known ? http::Response::empty(304) : http::Response::json(text);
  response.headers = {{"etag", tag_}, {"cache-control", "no-cache"}};
  return response;
}

http::Response ApiDocs::show_page() {
  std::call_once(page_made_, [this] { page_ = make_docs_page(document()); });
  return {.content_type = "text/html; charset=utf-8",
          .body = page_,
          .headers = {{"content-security-policy", std::string(docs_page_policy())},
                      {"x-content-type-options", "nosniff"},
                      {"referrer-policy", "no-referrer"}}};
}

}  // namespace collet::api
