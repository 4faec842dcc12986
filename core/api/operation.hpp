// What a route of the core says of itself: its parameters, its body, its answers. The same declarations read
// what clients send and are what /openapi.json shows. Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/schema.hpp"
#include "base/time.hpp"
#include "http/message.hpp"

namespace collet::api {

struct Parameter {
  enum class In { kQuery, kHeader, kPath };
  std::string_view name;
  Schema schema = text();
  In in = In::kQuery;
  bool required = false;
};

struct Operation {
  std::string_view name;  ///< "search_events"; the operationId is made of it, the path and the method
  std::string_view tag;
  std::string_view summary;
  std::vector<Parameter> parameters = {};
  const Schema* body = nullptr;    ///< must live as long as the program
  const Schema* answer = nullptr;  ///< of its success; null: any
  int status = 200;                ///< of its success
  std::string_view answer_type = "application/json";
  std::vector<int> others = {};  ///< beside 401 and those about bodies: 404, 409, …; or 200, the same answer
  std::string_view key = {};     ///< a security scheme of its own, of a public route
};

/// An OpenAPI operation object, JSON text.
std::string describe(const Operation& operation, std::string_view method, std::string_view pattern);

/// "Not found", …
std::string_view meaning_of(int status);

// Read the query parameter as its schema says: its default where it is absent. Mistakes go to `validation`.
std::int64_t read_integer(const http::Request& request, const Parameter& parameter, Validation& validation);
/// A text, or one of the schema's choices. Absent, without a default: empty.
std::string read_text(const http::Request& request, const Parameter& parameter, Validation& validation);
std::optional<Micros> read_moment(const http::Request& request, const Parameter& parameter,
                                  Validation& validation);
bool read_yes_no(const http::Request& request, const Parameter& parameter, Validation& validation);
/// A list of UUIDs: the name repeated, at least once.
std::vector<std::string> read_uuids(const http::Request& request, const Parameter& parameter,
                                    Validation& validation);

}  // namespace collet::api
