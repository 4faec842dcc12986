// The API's document as a page for people: plain HTML without scripts, nothing from elsewhere.
#pragma once
#include <string>
#include <string_view>

namespace collet::api {

/// `document`: OpenAPI, JSON text as make_document() writes it. Pure.
std::string make_docs_page(std::string_view document);

/// The Content-Security-Policy for it: nothing but its own style sheet.
std::string_view docs_page_policy();

}  // namespace collet::api
