#include "llm_form.hpp"

#include <array>
#include <string_view>

#include "collet/problems.hpp"
#include "collet/web_address.hpp"

namespace collet::profiles {
namespace {

constexpr std::string_view kStars = "**********";
constexpr std::array<std::string_view, 4> kSecrets = {"api_key", "aws_access_key_id", "aws_secret_access_key",
                                                      "aws_session_token"};
// Shown as stars where there is a password in one.
constexpr std::array<std::string_view, 3> kAddresses = {"base_url", "ollama_base_url",
                                                        "aws_bedrock_runtime_endpoint"};
constexpr std::string_view kHeaders = "extra_headers";

bool is_stars(const json::Value& value) { return value.IsString() && json::view(value) == kStars; }

// What the host finds wrong in the llm, at its place in the body.
Problems in_body(std::string_view found) {
  Problems problems;
  const auto list = json::parse(found);
  if (!list || !list->IsArray()) return problems;
  for (const auto& one : list->GetArray()) {
    json::Document moved;
    auto& allocator = moved.GetAllocator();
    moved.CopyFrom(one, allocator);
    json::Value place(rapidjson::kArrayType);
    place.PushBack("body", allocator).PushBack("llm", allocator);
    for (const auto& step : json::find(one, "loc")->GetArray())
      place.PushBack(json::copy(step, allocator), allocator);
    json::set(moved, "loc", std::move(place), allocator);
    problems.add(json::dump(moved));
  }
  return problems;
}

}  // namespace

json::Document read_llm(Host& host, const json::Value& body) {
  const json::Value* llm = json::find(body, "llm");
  Problems problems;
  if (llm == nullptr)
    problems.missing({"body", "llm"}, "{}");
  else if (!llm->IsObject())
    problems.add("model_type", {"body", "llm"}, "Input should be a valid dictionary or instance of LLM",
                 "\"<redacted>\"");
  else if (json::string_or(*llm, "model").empty())
    problems.add("value_error", {"body", "llm"}, "Value error, model must be specified in LLM",
                 llm->MemberCount() == 0 ? "{}" : "\"<redacted>\"");
  problems.check();
  try {
    const auto plain = host.management().show_secrets(json::dump(*llm), SecretsAs::kPlain);
    return std::move(*json::parse(host.settings().complete("llm", plain)));
  } catch (const HostError& error) {
    if (error.status() == COLLET_INVALID) in_body(error.what()).check();
    throw;
  }
}

void keep_secrets(json::Value& llm, const json::Value* known, json::Allocator& allocator) {
  const auto keep = [&](json::Value& value, const json::Value* before) {
    if (!is_stars(value)) return;
    if (before != nullptr && before->IsString())
      value.CopyFrom(*before, allocator);
    else
      value.SetNull();
  };
  const auto keep_member = [&](std::string_view name) {
    if (auto* value = json::find(llm, name); value != nullptr)
      keep(*value, known == nullptr ? nullptr : json::find(*known, name));
  };
  for (const auto name : kSecrets) keep_member(name);
  for (const auto name : kAddresses) keep_member(name);
  auto* headers = json::find(llm, kHeaders);
  const auto* known_headers = known == nullptr ? nullptr : json::find(*known, kHeaders);
  if (headers == nullptr || !headers->IsObject()) return;
  for (auto& header : headers->GetObject())
    keep(header.value,
         known_headers == nullptr ? nullptr : json::find(*known_headers, json::view(header.name)));
}

void drop_secrets(json::Value& llm) {
  for (const auto name : kSecrets)
    if (auto* value = json::find(llm, name); value != nullptr) value->SetNull();
  if (auto* headers = json::find(llm, kHeaders); headers != nullptr) headers->SetNull();
}

std::optional<std::string> shown_address(const json::Value& llm) {
  const auto url = json::string_at(llm, "base_url");
  if (!url) return std::nullopt;
  return std::string(has_url_user(*url) ? kStars : *url);
}

bool has_key(const json::Value& llm) {
  const auto key = json::string_or(llm, "api_key");
  return key.find_first_not_of(" \t\r\n") != std::string::npos;
}

}  // namespace collet::profiles
