// Checks of what clients send, with the reference's answers: 422 {"detail":[{"type","loc","msg","input"}]}.
//
// Secrets in an echoed input are redacted. Any thread; one Validation per request.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "collet/json.hpp"
#include "http/message.hpp"

namespace collet::api {

/// Calls `visit` with each of "a|b|c".
template <class Visit>
void for_each_choice(std::string_view choices, Visit visit) {
  for (std::size_t at = 0; at <= choices.size();) {
    const auto end = std::min(choices.find('|', at), choices.size());
    visit(choices.substr(at, end - at));
    at = end + 1;
  }
}
bool is_choice(std::string_view choices, std::string_view text);

/// One step on the way to what is wrong: a member's name or an index.
using Place = std::variant<std::string_view, int>;
using Places = std::vector<Place>;

class Validation {
 public:
  /// Records one mistake. `input`: what was found there, JSON; null pointer: null is shown.
  void add(std::string_view type, const Places& where, std::string_view message, const json::Value* input);

  void missing(const Places& where, const json::Value* input) {
    add("missing", where, "Field required", input);
  }
  /// "Input should be 'a', 'b' or 'c'". `choices`: "a|b|c".
  void not_one_of(std::string_view type, const Places& where, std::string_view choices,
                  const json::Value* input);
  void not_a_uuid(const Places& where, std::string_view text);

  /// Adds the mistakes of another one.
  void add(const Validation& other);

  bool ok() const { return errors_.empty(); }
  http::Response response() const;

 private:
  std::string errors_;  // JSON objects with commas between them
};

/// The body of a request as JSON, or the answer that refuses it.
struct Body {
  std::optional<json::Document> value;
  http::Response refusal;
};
/// Any JSON value. A body that is labelled as something else than JSON is refused with 415, an unlabelled one
/// is read. schema.hpp has what checks it.
Body read_json(const http::Request& request);

/// An Error as its HTTP answer: kInvalid 422, kNotFound 404, kConflict 409, kUnavailable 503, else 500 with
/// an error_id that is also in the log.
http::Response to_response(const Error& error);

}  // namespace collet::api
