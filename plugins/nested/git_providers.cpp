#include "git_providers.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "collet/problems.hpp"

namespace collet::nested {
namespace {

struct Provider {
  std::string_view name, variable, people;
};
// enterprise_sso signs people in; its token is for no command.
constexpr Provider kProviders[] = {{"github", "GITHUB_TOKEN", "GitHub"},
                                   {"gitlab", "GITLAB_TOKEN", "GitLab"},
                                   {"bitbucket", "BITBUCKET_TOKEN", "Bitbucket"},
                                   {"enterprise_sso", "", ""}};

const Provider* find(std::string_view name) {
  const auto found = std::find_if(std::begin(kProviders), std::end(kProviders),
                                  [name](const Provider& one) { return one.name == name; });
  return found == std::end(kProviders) ? nullptr : found;
}

const json::Value* given(const json::Value& object, std::string_view name) {
  const auto* value = json::find(object, name);
  return value != nullptr && !value->IsNull() ? value : nullptr;
}

// The first of these members that is there.
std::pair<std::string, const json::Value*> filter_of(const json::Value& provider) {
  for (const auto* name : {"repositories", "repository_filter", "repository"})
    if (const auto* value = given(provider, name); value != nullptr) return {name, value};
  return {};
}

class Reader {
 public:
  void provider(std::string_view name, const json::Value& from, const Problems::Place& place) {
    if (find(name) == nullptr)
      return problems.add("enum", place,
                          "Input should be 'github', 'gitlab', 'bitbucket' or 'enterprise_sso'",
                          collet::detail::json_quoted(name));
    if (!from.IsObject())
      return problems.add("dict_type", place, "Input should be a valid dictionary", "\"<redacted>\"");
    auto& allocator = result.GetAllocator();
    json::Value one(rapidjson::kObjectType);
    for (const auto* member : {"token", "user_id", "host"}) {
      const auto* value = given(from, member);
      if (value != nullptr && !value->IsString())
        problems.add("string_type", at(place, member), "Input should be a valid string", "\"<redacted>\"");
      else
        json::set(one, member, value == nullptr ? json::Value() : json::copy(*value, allocator), allocator);
    }
    const auto [member, filter] = filter_of(from);
    json::set(one, "repositories", filter == nullptr ? json::Value() : patterns(*filter, at(place, member)),
              allocator);
    json::set(result, name, std::move(one), allocator);
  }

  Problems problems;
  json::Document result{rapidjson::kObjectType};

 private:
  static Problems::Place at(Problems::Place place, std::string_view member) {
    place.emplace_back(member);
    return place;
  }
  json::Value patterns(const json::Value& filter, const Problems::Place& place) {
    auto& allocator = result.GetAllocator();
    json::Value list(rapidjson::kArrayType);
    if (filter.IsString()) {
      list.PushBack(json::copy(filter, allocator), allocator);
      return list;
    }
    const bool fine =
        filter.IsArray() &&
        std::all_of(filter.Begin(), filter.End(), [](const json::Value& item) { return item.IsString(); });
    if (fine) return json::copy(filter, allocator);
    problems.add("list_type", place, "Input should be a valid list of strings", json::dump(filter));
    return list;
  }
};

bool lets(const json::Value& provider, const std::string& repository) {
  const auto* patterns = given(provider, "repositories");
  if (patterns == nullptr || repository.empty()) return true;
  return std::any_of(patterns->Begin(), patterns->End(), [&](const json::Value& pattern) {
    return fits(std::string(json::view(pattern)), repository);
  });
}

}  // namespace

json::Document read_providers(const json::Value& body) {
  Reader reader;
  const auto* tokens = given(body, "provider_tokens");
  const auto* list = given(body, "providers");
  if (tokens != nullptr && !tokens->IsObject())
    reader.problems.add("dict_type", {"body", "provider_tokens"}, "Input should be a valid dictionary",
                        "\"<redacted>\"");
  if (list != nullptr && !list->IsArray())
    reader.problems.add("list_type", {"body", "providers"}, "Input should be a valid list", "\"<redacted>\"");
  reader.problems.check();
  if (tokens != nullptr)
    for (const auto& member : tokens->GetObject())
      reader.provider(json::view(member.name), member.value,
                      {"body", "provider_tokens", std::string(json::view(member.name))});
  std::size_t number = 0;
  for (auto one = list == nullptr ? nullptr : list->Begin(); list != nullptr && one != list->End(); ++one) {
    const Problems::Place place = {"body", "providers", std::to_string(number++)};
    if (const auto type = json::string_at(*one, "type"))
      reader.provider(*type, *one, place);
    else
      reader.problems.missing({place[0], place[1], place[2], "type"}, "\"<redacted>\"");
  }
  reader.problems.check();
  return std::move(reader.result);
}

json::Document merged_providers(const json::Value& given_providers, const json::Value& stored) {
  json::Document merged;
  auto& allocator = merged.GetAllocator();
  merged.CopyFrom(given_providers, allocator);
  for (auto& member : merged.GetObject()) {
    const auto* before = json::find(stored, json::view(member.name));
    if (json::string_or(member.value, "token").empty() && before != nullptr)
      json::set(member.value, "token", json::copy(*json::find(*before, "token"), allocator), allocator);
  }
  return merged;
}

json::Value token_secrets(const json::Value& providers, const std::string& repository,
                          json::Allocator& allocator) {
  json::Value secrets(rapidjson::kObjectType);
  for (const Provider& known : kProviders) {
    const auto* provider = json::find(providers, known.name);
    if (provider == nullptr || known.variable.empty() || !lets(*provider, repository)) continue;
    const auto token = json::string_or(*provider, "token");
    if (token.empty()) continue;
    const auto host = json::string_or(*provider, "host");
    json::Value secret(rapidjson::kObjectType);
    json::set(secret, "kind", std::string_view("StaticSecret"), allocator);
    json::set(secret, "value", token, allocator);
    json::set(secret, "description",
              "token for " + std::string(known.people) + (host.empty() ? "" : " at " + host), allocator);
    json::set(secrets, known.variable, std::move(secret), allocator);
  }
  return secrets;
}

bool fits(const std::string& pattern, const std::string& repository) {
  return ::fnmatch(pattern.c_str(), repository.c_str(), FNM_CASEFOLD) == 0;
}

}  // namespace collet::nested
