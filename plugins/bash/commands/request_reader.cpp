#include "commands/request_reader.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "collet/json.hpp"

namespace collet::bash {
namespace {

constexpr std::size_t kMaxIds = 100;

// Collects what is wrong, in the form of the API's validation answers.
class Problems {
 public:
  Problems() { writer_.object().key("detail").array(); }

  // `input` and `context` are JSON texts; an empty context is left out.
  void add(std::string_view type, const std::vector<std::string>& location, std::string_view message,
           std::string_view input, std::string_view context = {}) {
    any_ = true;
    writer_.object().member("type", type).key("loc").array();
    for (const auto& step : location) writer_.value(step);
    writer_.end().member("msg", message).raw_member("input", input);
    if (!context.empty()) writer_.raw_member("ctx", context);
    writer_.end();
  }
  bool any() const { return any_; }
  Response answer() {
    writer_.end().end();
    return Response::json(writer_.take(), 422);
  }

 private:
  json::Writer writer_;
  bool any_ = false;
};

std::string quoted(std::string_view text) {
  json::Writer w;
  w.value(text);
  return w.take();
}

// The body as JSON; without a value the problem is noted.
std::optional<json::Document> read_body(std::string_view body, Problems& problems) {
  if (body.empty()) {
    problems.add("missing", {"body"}, "Field required", "null");
    return std::nullopt;
  }
  json::ParseError error;
  auto parsed = json::parse(body, &error);
  if (!parsed)
    problems.add("json_invalid", {"body", std::to_string(error.offset)}, "JSON decode error", "{}",
                 R"({"error":)" + quoted(error.message) + "}");
  return parsed;
}

template <class Number>
std::optional<Number> to_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// As the reference takes integers: 5, 5.0, "5", true.
std::optional<std::int64_t> read_integer(const json::Value& value, Problems& problems,
                                         const std::vector<std::string>& location) {
  if (value.IsInt64()) return value.GetInt64();
  if (value.IsBool()) return value.GetBool() ? 1 : 0;
  if (value.IsString()) {
    if (const auto number = to_number<std::int64_t>(json::view(value))) return number;
    problems.add("int_parsing", location,
                 "Input should be a valid integer, unable to parse string as an integer", json::dump(value));
    return std::nullopt;
  }
  if (value.IsNumber()) {
    const double number = value.GetDouble();
    if (number == std::floor(number) && std::abs(number) < 9e15) return static_cast<std::int64_t>(number);
    problems.add("int_from_float", location,
                 "Input should be a valid integer, got a number with a fractional part", json::dump(value));
    return std::nullopt;
  }
  problems.add("int_type", location, "Input should be a valid integer", json::dump(value));
  return std::nullopt;
}

// One query parameter of the search into `search`.
void read_parameter(const std::string& name, const std::string& value, EventSearch& search,
                    Problems& problems) {
  const std::vector<std::string> location = {"query", name};
  const std::string input = quoted(value);
  const auto integer = [&]() {
    const auto number = to_number<std::int64_t>(value);
    if (!number)
      problems.add("int_parsing", location,
                   "Input should be a valid integer, unable to parse string as an integer", input);
    return number;
  };
  const auto moment = [&]() {
    const auto at = parse_timestamp(value);
    if (!at)
      problems.add("datetime_from_date_parsing", location, "Input should be a valid datetime or date", input);
    return at;
  };
  if (name == "kind__eq") {
    search.kind = value;
    if (value != "BashCommand" && value != "BashOutput")
      problems.add("literal_error", location, "Input should be 'BashCommand' or 'BashOutput'", input,
                   R"({"expected":"'BashCommand' or 'BashOutput'"})");
  } else if (name == "command_id__eq") {
    search.command_id = parse_id(value);
    if (!search.command_id) problems.add("uuid_parsing", location, "Input should be a valid UUID", input);
  } else if (name == "timestamp__gte") {
    search.timestamp_gte = moment();
  } else if (name == "timestamp__lt") {
    search.timestamp_lt = moment();
  } else if (name == "order__gt") {
    search.order_gt = integer();
  } else if (name == "sort_order") {
    search.newest_first = value == "TIMESTAMP_DESC";
    if (value != "TIMESTAMP" && value != "TIMESTAMP_DESC")
      problems.add("enum", location, "Input should be 'TIMESTAMP' or 'TIMESTAMP_DESC'", input,
                   R"({"expected":"'TIMESTAMP' or 'TIMESTAMP_DESC'"})");
  } else if (name == "page_id") {
    search.page_id = value;
  } else if (name == "limit") {
    const auto limit = integer();
    if (limit && *limit <= 0)
      problems.add("greater_than", location, "Input should be greater than 0", input, R"({"gt":0})");
    if (limit && *limit > 100)
      problems.add("less_than_equal", location, "Input should be less than or equal to 100", input,
                   R"({"le":100})");
    if (limit && *limit > 0 && *limit <= 100) search.limit = static_cast<int>(*limit);
  }
}

}  // namespace

Read<CommandRequest> read_command(std::string_view body) {
  Problems problems;
  const auto parsed = read_body(body, problems);
  if (!parsed) return problems.answer();
  if (!parsed->IsObject()) {
    problems.add("model_attributes_type", {"body"},
                 "Input should be a valid dictionary or object to extract fields from", json::dump(*parsed));
    return problems.answer();
  }
  CommandRequest request;
  const auto text = [&](const json::Value& value, const std::string& name) -> std::string {
    if (value.IsString() && json::view(value).find('\0') == std::string_view::npos)
      return std::string(json::view(value));
    problems.add(value.IsString() ? "value_error" : "string_type", {"body", name},
                 value.IsString() ? "Input must not hold NUL characters" : "Input should be a valid string",
                 json::dump(value));
    return {};
  };
  if (const auto* command = json::find(*parsed, "command"); command != nullptr) {
    request.command = text(*command, "command");
  } else {
    problems.add("missing", {"body", "command"}, "Field required", json::dump(*parsed));
  }
  if (const auto* cwd = json::find(*parsed, "cwd"); cwd != nullptr && !cwd->IsNull())
    request.cwd = text(*cwd, "cwd");
  if (const auto* timeout = json::find(*parsed, "timeout"); timeout != nullptr)
    request.timeout = read_integer(*timeout, problems, {"body", "timeout"}).value_or(0);
  if (problems.any()) return problems.answer();
  return request;
}

SocketProblem socket_problem(const Response& problem) {
  const auto parsed = json::parse(problem.body);
  const auto* list = parsed ? json::find(*parsed, "detail") : nullptr;
  if (list == nullptr || !list->IsArray() || list->Empty())
    return {"ValidationError", "The command is wrong."};
  const json::Value& first = (*list)[0];
  const json::Value& place = *json::find(first, "loc");
  if (json::string_or(first, "type") == "json_invalid")
    return {"JSONDecodeError", json::string_or(*json::find(first, "ctx"), "error")};
  if (json::string_or(first, "type") == "missing" && place.Size() == 1)
    return {"JSONDecodeError", "The message is empty."};
  const auto count = std::to_string(list->Size());
  SocketProblem answer{
      "ValidationError",
      count + (list->Size() == 1 ? " validation error" : " validation errors") + " for ExecuteBashRequest"};
  for (const auto& one : list->GetArray()) {
    const json::Value& steps = *json::find(one, "loc");
    if (steps.Size() > 1) answer.detail.append("\n").append(json::view(steps[1]));
    answer.detail += "\n  " + json::string_or(one, "msg") + " [type=" + json::string_or(one, "type") + "]";
  }
  return answer;
}

Read<EventSearch> read_search(const Pairs& query) {
  Problems problems;
  EventSearch search;
  for (const auto& [name, value] : query) read_parameter(name, value, search, problems);
  if (problems.any()) return problems.answer();
  return search;
}

Read<std::vector<std::string>> read_ids(std::string_view body) {
  Problems problems;
  const auto parsed = read_body(body, problems);
  if (!parsed) return problems.answer();
  if (!parsed->IsArray()) {
    problems.add("list_type", {"body"}, "Input should be a valid list", json::dump(*parsed));
    return problems.answer();
  }
  if (parsed->Size() > kMaxIds) {
    problems.add("too_long", {"body"}, "List should have at most 100 items", "null", R"({"max_length":100})");
    return problems.answer();
  }
  std::vector<std::string> ids;
  for (const auto& id : parsed->GetArray()) {
    if (!id.IsString())
      problems.add("string_type", {"body", std::to_string(ids.size())}, "Input should be a valid string",
                   json::dump(id));
    ids.push_back(id.IsString() ? std::string(json::view(id)) : std::string());
  }
  if (problems.any()) return problems.answer();
  return ids;
}

}  // namespace collet::bash
