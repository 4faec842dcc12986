#include "workspaces.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "collet/http.hpp"

namespace collet::workspaces {
namespace {

constexpr const char* kKey = "workspaces";
constexpr std::size_t kMostBytes = std::size_t{1} << 20;  // what the shared store takes

json::Document parse(const std::optional<std::string>& text) {
  auto document = text ? json::parse(*text) : std::optional(json::Document(rapidjson::kObjectType));
  if (!document || !document->IsObject()) throw std::runtime_error("the stored workspaces are damaged");
  for (const auto name : {kWorkspaces, kParents}) {
    const auto* entries = json::find(static_cast<const json::Value&>(*document), name);
    if (entries == nullptr || !entries->IsArray())
      json::set(*document, name, json::Value(rapidjson::kArrayType), document->GetAllocator());
  }
  return std::move(*document);
}

json::Value* find(json::Value& entries, std::string_view path) {
  const auto at = std::find_if(entries.Begin(), entries.End(), [&](const json::Value& entry) {
    return json::string_at(entry, "path") == path;
  });
  return at == entries.End() ? nullptr : &*at;
}

json::Value value_of(const Entry& entry, json::Allocator& allocator) {
  json::Value value(rapidjson::kObjectType);
  json::set(value, "id", entry.id, allocator);
  json::set(value, "name", entry.name, allocator);
  json::set(value, "path", entry.path, allocator);
  if (!entry.parent_path.empty()) json::set(value, "parentPath", entry.parent_path, allocator);
  return value;
}

}  // namespace

std::string Workspaces::list() const {
  const auto value = host_.shared_store().get(kKey);
  return json::dump(parse(value ? std::optional(value->text) : std::nullopt));
}

std::string Workspaces::add(std::string_view list, const std::vector<Entry>& entries) const {
  const auto stored = host_.shared_store().update(kKey, [&](const std::optional<std::string>& now) {
    auto document = parse(now);
    json::Value& all = *json::find(document, list);
    for (const auto& entry : entries)
      if (find(all, entry.path) == nullptr)
        all.PushBack(value_of(entry, document.GetAllocator()), document.GetAllocator());
    std::string text = json::dump(document);
    if (text.size() > kMostBytes)
      throw Refusal(413, "The remembered workspaces have 1 MiB together. Remove some first.");
    return std::optional(std::move(text));
  });
  return stored.value_or(std::string());
}

bool Workspaces::remove(std::string_view list, std::string_view path) const {
  struct NotThere {};
  try {
    host_.shared_store().update(kKey, [&](const std::optional<std::string>& now) {
      auto document = parse(now);
      json::Value& all = *json::find(document, list);
      json::Value* const entry = find(all, path);
      if (entry == nullptr) throw NotThere();  // nothing is written
      all.Erase(entry);
      return std::optional(json::dump(document));
    });
    return true;
  } catch (const NotThere&) {
    return false;
  }
}

}  // namespace collet::workspaces
