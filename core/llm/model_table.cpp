#include "llm/model_table.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "collet/json.hpp"

namespace collet::llm {
namespace {

struct Entry {
  std::string provider;
  std::optional<Prices> prices;
};
using Entries = std::map<std::string, Entry, std::less<>>;

// Those that sell models of others under these names, at their makers' prices.
constexpr std::array<std::string_view, 4> kRouters = {"litellm_proxy", "openhands", "azure", "openai_like"};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

// Columns of an entry in the file.
enum Column : rapidjson::SizeType { kProvider, kInputTokens, kOutputTokens, kInput, kOutput, kRead, kWrite };

std::optional<Prices> prices_in(const json::Value& row) {
  constexpr double kTokens = 1e6;
  if (!row[kInput].IsNumber() || !row[kOutput].IsNumber()) return std::nullopt;
  const auto price = [&](Column column, double fallback) {
    return row[column].IsNumber() ? row[column].GetDouble() / kTokens : fallback;
  };
  const double input = price(kInput, 0);
  return Prices{input, price(kOutput, 0), price(kRead, input), price(kWrite, input)};
}

Entries read_table() {
  Entries entries;
  const auto document = json::parse(model_table());
  for (const auto& model : json::find(*document, "models")->GetObject())
    entries.emplace(lower(json::view(model.name)),
                    Entry{std::string(json::view(model.value[kProvider])), prices_in(model.value)});
  return entries;
}

}  // namespace

std::optional<Prices> prices_of(std::string_view model) {
  static const Entries entries = read_table();
  const std::string name = lower(model);
  std::string_view rest = name;
  if (const auto found = entries.find(rest); found != entries.end()) return found->second.prices;
  while (true) {
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto provider = rest.substr(0, slash);
    rest.remove_prefix(slash + 1);
    const bool router = std::find(kRouters.begin(), kRouters.end(), provider) != kRouters.end();
    const auto found = entries.find(rest);
    if (found != entries.end() && (router || found->second.provider == provider)) return found->second.prices;
    if (!router) return std::nullopt;
  }
}

}  // namespace collet::llm
