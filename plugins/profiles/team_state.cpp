#include "team_state.hpp"

#include <algorithm>
#include <stdexcept>

#include "collet/http.hpp"

namespace collet::profiles {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;  // what the shared store takes
constexpr std::size_t kMostEntryBytes = std::size_t{64} << 10;

}  // namespace

json::Document TeamState::parse(const std::optional<std::string>& text) {
  auto state = text ? json::parse(*text) : std::optional(json::Document(rapidjson::kObjectType));
  if (!state || !state->IsObject()) throw std::runtime_error("the stored profiles are damaged");
  for (const auto name : {kLlmProfiles, kAgentProfiles, kConnections}) {
    const auto* entries = json::find(static_cast<const json::Value&>(*state), name);
    if (entries == nullptr || !entries->IsObject())
      json::set(*state, name, json::Value(rapidjson::kObjectType), state->GetAllocator());
  }
  return std::move(*state);
}

json::Document TeamState::read() const {
  const auto value = host_.shared_store().get(kStateKey);
  return parse(value ? std::optional(value->text) : std::nullopt);
}

void TeamState::change(const Change& change) const {
  host_.shared_store().update(kStateKey, [&](const std::optional<std::string>& now) {
    auto state = parse(now);
    change(state);
    std::string text = json::dump(state);
    if (text.size() > kMostBytes)
      throw Refusal(
          413, "Profiles and provider connections have 1 MiB together. Delete some, or make them smaller.");
    return std::optional(std::move(text));
  });
}

void put_entry(json::Document& state, std::string_view part_name, std::string_view key, json::Value entry,
               std::size_t most, const std::string& full, const std::string& what) {
  json::Value& entries = part(state, part_name);
  if (json::find(entries, key) == nullptr && entries.MemberCount() >= most) throw Refusal(409, full);
  if (json::dump(entry).size() > kMostEntryBytes) throw Refusal(413, what + " has more than 64 KiB");
  json::set(entries, key, std::move(entry), state.GetAllocator());
}

std::vector<std::string> sorted_keys(const json::Value& entries) {
  std::vector<std::string> keys;
  for (const auto& entry : entries.GetObject()) keys.emplace_back(json::view(entry.name));
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace collet::profiles
