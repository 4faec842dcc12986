#include <cmath>
#include <limits>
#include <string_view>
#include <type_traits>

#include "collet/web_address.hpp"
#include "llm/provider.hpp"
#include "outbound/url.hpp"

namespace collet::llm {
namespace {

constexpr std::string_view kDefaultModel = "gpt-5.5";
constexpr std::string_view kDefaultEffort = "high";

// Reads members one by one into a Config and keeps the first thing that is wrong. Absent and null members
// leave the default.
class MemberReader {
 public:
  explicit MemberReader(const json::Value& object) : object_(object) {}

  void string(std::string_view key, std::string& out) {
    const auto* value = present(key);
    if (value == nullptr) return;
    if (!value->IsString()) return fail(key, "a string");
    out = json::view(*value);
  }
  void boolean(std::string_view key, bool& out) {
    const auto* value = present(key);
    if (value == nullptr) return;
    if (!value->IsBool()) return fail(key, "true or false");
    out = value->GetBool();
  }
  template <class Number>  // double or std::optional<double>
  void number(std::string_view key, Number& out, double most = std::numeric_limits<double>::max()) {
    const auto* value = present(key);
    if (value == nullptr) return;
    if (value->IsNumber() && value->GetDouble() >= 0 && value->GetDouble() <= most) {
      out = value->GetDouble();
    } else {
      fail(key, most <= 1 ? "a number from 0 to 1" : "a number of 0 or more");
    }
  }
  template <class Integer>  // int or std::optional<std::int64_t>
  void integer(std::string_view key, Integer& out, std::int64_t least) {
    const auto* value = present(key);
    if (value == nullptr) return;
    using Whole = std::conditional_t<std::is_same_v<Integer, int>, int, std::int64_t>;
    const auto whole = as_integer(*value);
    if (whole && *whole >= least && *whole <= std::numeric_limits<Whole>::max()) {
      out = static_cast<Whole>(*whole);
    } else {
      fail(key, "a whole number of " + std::to_string(least) + " or more");
    }
  }
  void headers(std::string_view key, std::vector<std::pair<std::string, std::string>>& out) {
    const auto* value = present(key);
    if (value == nullptr) return;
    if (!value->IsObject()) return fail(key, "an object of strings");
    for (const auto& member : value->GetObject()) {
      if (!member.value.IsString()) return fail(key, "an object of strings");
      out.emplace_back(json::view(member.name), json::view(member.value));
    }
  }
  void object(std::string_view key, std::string& out) {
    const auto* value = present(key);
    if (value == nullptr) return;
    if (!value->IsObject()) return fail(key, "an object");
    out = json::dump(*value);
  }

  bool has(std::string_view key) const { return json::find(object_, key) != nullptr; }
  const std::optional<Error>& error() const { return error_; }

 private:
  const json::Value* present(std::string_view key) const {
    if (error_) return nullptr;
    const auto* value = json::find(object_, key);
    return value == nullptr || value->IsNull() ? nullptr : value;
  }
  // 40.0 is a whole number too: some clients write every number with a fraction.
  static std::optional<std::int64_t> as_integer(const json::Value& value) {
    if (value.IsInt64()) return value.GetInt64();
    if (!value.IsDouble()) return std::nullopt;
    const double number = value.GetDouble();
    if (std::trunc(number) != number || std::abs(number) > 1e15) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  void fail(std::string_view key, std::string_view wanted) {
    error_ = invalid("llm." + std::string(key) + " must be " + std::string(wanted));
  }

  const json::Value& object_;
  std::optional<Error> error_;
};

}  // namespace

Result<Config> Config::from_json(const json::Value& llm) {
  if (!llm.IsObject()) return invalid("llm must be an object");
  MemberReader read(llm);
  Config config;
  std::string ollama_base_url;
  config.model = kDefaultModel;
  if (!read.has("reasoning_effort")) config.reasoning_effort = kDefaultEffort;  // null: none on purpose
  read.string("model", config.model);
  read.string("api_key", config.api_key);
  read.string("base_url", config.base_url);
  read.string("ollama_base_url", ollama_base_url);
  read.string("usage_id", config.usage_id);
  read.integer("num_retries", config.num_retries, 0);
  read.number("retry_multiplier", config.retry_multiplier);
  read.number("retry_min_wait", config.retry_min_wait);
  read.number("retry_max_wait", config.retry_max_wait);
  read.number("timeout", config.timeout);
  read.number("temperature", config.temperature);
  read.number("top_p", config.top_p, 1);
  read.integer("top_k", config.top_k, 0);
  read.integer("max_output_tokens", config.max_output_tokens, 1);
  read.integer("seed", config.seed, std::numeric_limits<std::int64_t>::min());
  read.number("input_cost_per_token", config.input_cost_per_token);
  read.number("output_cost_per_token", config.output_cost_per_token);
  read.string("reasoning_effort", config.reasoning_effort);
  read.boolean("stream", config.stream);
  read.headers("extra_headers", config.extra_headers);
  read.object("litellm_extra_body", config.extra_body);
  if (read.error()) return *read.error();
  if (config.base_url.empty() && config.model.starts_with("ollama")) config.base_url = ollama_base_url;
  return config;
}

Result<void> Config::check_addresses(const json::Value& llm) {
  for (const auto name : {"base_url", "ollama_base_url", "aws_bedrock_runtime_endpoint"}) {
    const auto url = json::string_at(llm, name);
    if (!url || url->empty()) continue;
    if (has_url_user(*url))
      return invalid("llm." + std::string(name) +
                     " is shown to everybody: it must have no user or password in it, use llm.api_key");
    if (std::string_view(name).ends_with("base_url") && !(is_base_url(*url) && outbound::parse_url(*url)))
      return invalid("llm." + std::string(name) + " must be an http or https URL");
  }
  return {};
}

}  // namespace collet::llm
