#include "condenser.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "text_file.hpp"

namespace collet::sub_agents {
namespace {

using skill_files::FileError;

constexpr std::string_view kNone = R"({"kind":"NoOpCondenser"})";
constexpr std::array<std::string_view, 3> kKinds = {"LLMSummarizingCondenser", "NoOpCondenser",
                                                    "PipelineCondenser"};
constexpr std::array<std::string_view, 3> kDefault = {"", "default", "inherit"};
constexpr std::array<std::string_view, 6> kOff = {"none", "off", "false", "no", "disable", "disabled"};
constexpr std::array<std::string_view, 4> kSecrets = {"key", "secret", "token", "password"};
constexpr std::string_view kStars = "**********";

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& known, std::string_view word) {
  return std::find(known.begin(), known.end(), word) != known.end();
}

// "api_key", "aws_secret_access_key", but not "max_tokens".
bool is_secret(std::string_view name) {
  return std::any_of(kSecrets.begin(), kSecrets.end(), [&](auto end) { return name.ends_with(end); }) ||
         name == "aws_access_key_id" || name == "extra_headers";
}

// As deep as front matter may be.
void hide(json::Value& value) {
  if (value.IsArray())
    for (auto& item : value.GetArray()) hide(item);
  if (!value.IsObject()) return;
  for (auto& member : value.GetObject()) {
    if (is_secret(json::view(member.name)) && !member.value.IsNull())
      member.value.SetString(rapidjson::StringRef(kStars.data(), kStars.size()));
    else
      hide(member.value);
  }
}

}  // namespace

std::string shown_condenser(const json::Value* given) {
  if (given == nullptr || (given->IsBool() && given->GetBool())) return "null";
  if (given->IsBool()) return std::string(kNone);
  if (given->IsString()) {
    const auto word = skill_files::lower(skill_files::stripped(json::view(*given)));
    if (is_one_of(kDefault, word)) return "null";
    if (is_one_of(kOff, word)) return std::string(kNone);
  }
  if (!given->IsObject() || !is_one_of(kKinds, json::string_or(*given, "kind")))
    throw FileError("'condenser' must be default, none, or a mapping with a known kind");
  json::Document shown;
  shown.CopyFrom(*given, shown.GetAllocator());
  hide(shown);
  return json::dump(shown);
}

}  // namespace collet::sub_agents
