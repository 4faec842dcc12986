#include "pty/pty_reader.hpp"

#include <unistd.h>

#include <filesystem>

#include "collet/fields.hpp"
#include "collet/problems.hpp"
#include "system/signal_names.hpp"

namespace collet::bash {
namespace {

constexpr std::int64_t kMostRows = 1000, kMostColumns = 2000;
constexpr std::size_t kMostWords = 256;

std::vector<std::string> shell() { return {::access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh"}; }

bool is_clean(const json::Value& value) {
  return value.IsString() && json::view(value).find('\0') == std::string_view::npos;
}

void read_command(const json::Value& value, std::vector<std::string>& command, Problems& problems) {
  const Problems::Place place = {"body", "command"};
  if (!value.IsArray())
    return problems.add("list_type", place, "Input should be a valid list", json::dump(value));
  if (value.Empty() || value.Size() > kMostWords)
    return problems.add(value.Empty() ? "too_short" : "too_long", place,
                        "List should have 1 to " + std::to_string(kMostWords) + " items", "");
  command.clear();
  for (const auto& word : value.GetArray()) {
    if (!is_clean(word) || (command.empty() && word.GetStringLength() == 0))
      return problems.add("string_type", {"body", "command", std::to_string(command.size())},
                          "Input should be a valid string", json::dump(word));
    command.emplace_back(json::view(word));
  }
}

// Values are not echoed: they may be secrets.
void read_environment(const json::Value& value, std::map<std::string, std::string>& environment,
                      Problems& problems) {
  const Problems::Place place = {"body", "environment"};
  if (!value.IsObject())
    return problems.add("dict_type", place, "Input should be a valid dictionary", "\"<redacted>\"");
  for (const auto& [name, text] : value.GetObject()) {
    const auto word = json::view(name);
    if (word.empty() || word.find('=') != std::string_view::npos || !is_clean(name) || !is_clean(text))
      return problems.add("string_type", {"body", "environment", std::string(word)},
                          "Names and values should be strings, without NUL, and names without '='",
                          "\"<redacted>\"");
    environment[std::string(word)] = json::view(text);
  }
}

void read_size(const json::Value& object, const char* name, std::int64_t most, int& size,
               Problems& problems) {
  const auto* value = json::find(object, name);
  if (value == nullptr || value->IsNull()) return;
  const bool good = value->IsInt64() && value->GetInt64() >= 1 && value->GetInt64() <= most;
  if (good)
    size = static_cast<int>(value->GetInt64());
  else
    problems.add(value->IsInt64() ? "less_than_equal" : "int_type", {"body", name},
                 "Input should be an integer from 1 to " + std::to_string(most), json::dump(*value));
}

int size_of(const Fields& fields, std::string_view name, std::int64_t most) {
  const auto size = fields.whole(name);
  if (size < 1 || size > most)
    throw InputError("'" + std::string(name) + "' must be from 1 to " + std::to_string(most));
  return static_cast<int>(size);
}

}  // namespace

PtyRequest read_pty_request(const Request& request, const std::string& default_dir) {
  PtyRequest asked;
  asked.command = shell();
  asked.cwd = default_dir;
  if (request.body.empty()) return asked;
  const auto body = read_object(request);
  Problems problems;
  const auto given = [&](const char* name) {
    const auto* value = json::find(body, name);
    return value != nullptr && !value->IsNull() ? value : nullptr;
  };
  if (const auto* command = given("command")) read_command(*command, asked.command, problems);
  if (const auto* environment = given("environment"))
    read_environment(*environment, asked.environment, problems);
  if (const auto* cwd = given("cwd")) {
    if (is_clean(*cwd))
      asked.cwd = (std::filesystem::path(default_dir) / json::view(*cwd)).string();
    else
      problems.add("string_type", {"body", "cwd"}, "Input should be a valid string", json::dump(*cwd));
  }
  read_size(body, "rows", kMostRows, asked.rows, problems);
  read_size(body, "columns", kMostColumns, asked.columns, problems);
  problems.check();
  return asked;
}

PtyMessage read_pty_message(std::string_view text) {
  const Fields fields(text);
  const auto type = fields.text("type");
  if (type == "input") return PtyInput{fields.text("data")};
  if (type == "resize")
    return PtyResize{size_of(fields, "rows", kMostRows), size_of(fields, "columns", kMostColumns)};
  if (type != "signal") throw InputError("'type' must be 'input', 'resize' or 'signal'");
  const auto number = signal_number(fields.text("name"));
  if (!number) throw InputError("'name' must be one of " + known_signals());
  return PtySignal{*number};
}

}  // namespace collet::bash
