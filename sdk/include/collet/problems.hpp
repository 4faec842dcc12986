// Answers to requests that are wrong, in the form of the API: 422 {"detail": [{"type", "loc", "msg",
// "input", "ctx"}]}. Needs RapidJSON's headers.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/http.hpp"
#include "collet/json.hpp"

namespace collet {

/// Collects what is wrong with a request. One per request.
class Problems {
 public:
  /// The name of a member, or the index of an item.
  struct Step {
    Step(const char* member) : name(member) {}
    Step(std::string member) : name(std::move(member)) {}
    Step(std::string_view member) : name(member) {}
    Step(std::size_t item) : index(item) {}
    std::string name = {};
    std::optional<std::size_t> index = {};
  };
  using Place = std::vector<Step>;  ///< {"body", "items", 0, "name"}: an index is a std::size_t

  /// `input`: what was found there, JSON text; never a secret. `context`: the limits that were not kept, a
  /// JSON object's text. Either is left out where it is empty.
  void add(std::string_view type, const Place& place, std::string_view message, std::string_view input,
           std::string_view context = {}) {
    json::Writer w;
    w.object().member("type", type).key("loc").array();
    for (const auto& step : place) {
      if (step.index)
        w.value(std::uint64_t{*step.index});
      else
        w.value(step.name);
    }
    w.end().member("msg", message);
    if (!input.empty()) w.raw_member("input", input);
    if (!context.empty()) w.raw_member("ctx", context);
    add(w.end().take());
  }
  /// One that is a JSON object already.
  void add(std::string_view problem) { text_.append(text_.empty() ? "" : ",").append(problem); }
  void missing(const Place& place, std::string_view input) { add("missing", place, "Field required", input); }
  bool any() const { return !text_.empty(); }
  Response response() const { return Response::json("{\"detail\":[" + text_ + "]}", 422); }
  /// Throws a Refusal when there is anything wrong.
  void check() const {
    if (any()) throw Refusal(response());
  }

 private:
  std::string text_;
};

/// The handler, whose HostErrors become answers: what is invalid 422, a conflict 409, what is denied or not
/// there now 503, each with the host's line. All others are thrown on.
inline std::function<Response(const Request&)> answering(std::function<Response(const Request&)> handler) {
  return [handler = std::move(handler)](const Request& request) {
    try {
      return handler(request);
    } catch (const HostError& error) {
      if (error.status() == COLLET_INVALID) return Response::error(422, error.what());
      if (error.status() == COLLET_CONFLICT) return Response::error(409, error.what());
      if (error.status() == COLLET_DENIED || error.status() == COLLET_UNAVAILABLE)
        return Response::error(503, error.what());
      throw;
    }
  };
}

/// The body of a request as a JSON object. Throws a Refusal: 415 where it is labelled as something else, 422.
inline json::Document read_object(const Request& request) {
  const auto type = request.header("content-type");
  if (type && !type->empty() && type->substr(0, type->find(';')).find("json") == std::string_view::npos)
    throw Refusal(415, "The body must be JSON (Content-Type: application/json)");
  Problems problems;
  json::ParseError error;
  std::optional<json::Document> document;
  if (request.body.empty())
    problems.missing({"body"}, "null");
  else if (document = json::parse(request.body, &error); !document)
    problems.add("json_invalid", {"body", std::to_string(error.offset)}, "JSON decode error", "{}");
  else if (!document->IsObject())
    problems.add("model_attributes_type", {"body"},
                 "Input should be a valid dictionary or object to extract fields from", "\"<redacted>\"");
  problems.check();
  return std::move(*document);
}

}  // namespace collet
