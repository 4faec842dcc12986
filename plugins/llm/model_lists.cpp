#include "model_lists.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace collet::llm_catalogue {
namespace {

// What stands before the slash of a name, or, as some clouds write it, before the dot; "gpt-4.1" has neither.
std::string_view prefix_of(std::string_view model) {
  if (const auto slash = model.find('/'); slash != std::string_view::npos) return model.substr(0, slash);
  const auto dot = model.find('.');
  if (dot == std::string_view::npos || dot + 1 == model.size()) return {};
  const char next = model[dot + 1];
  return next >= '0' && next <= '9' ? std::string_view() : model.substr(0, dot);
}

bool has(const json::Value* list, std::string_view text) {
  return list != nullptr && list->IsArray() &&
         std::any_of(list->Begin(), list->End(),
                     [&](const json::Value& item) { return item.IsString() && json::view(item) == text; });
}

}  // namespace

ModelLists::ModelLists(std::string_view table) {
  auto document = json::parse(table);
  if (document) table_ = std::move(*document);
  const auto is = [&](std::string_view name, rapidjson::Type type) {
    const auto* found = json::find(static_cast<const json::Value&>(table_), name);
    return found != nullptr && found->GetType() == type;
  };
  if (!is("providers", rapidjson::kArrayType) || !is("verified", rapidjson::kObjectType) ||
      !is("subscriptions", rapidjson::kObjectType) || !is("models", rapidjson::kObjectType))
    throw std::runtime_error("the host's list of models is none");
}

const json::Value& ModelLists::part(std::string_view name) const { return *json::find(table_, name); }

std::string ModelLists::providers() const {
  json::Writer w;
  return w.object().member("providers", part("providers")).end().take();
}

bool ModelLists::is_of(std::string_view model, const json::Value& row, std::string_view provider) const {
  return (row.IsArray() && !row.Empty() && row[0].IsString() && json::view(row[0]) == provider) ||
         (!provider.empty() && prefix_of(model) == provider) ||
         has(json::find(part("verified"), provider), model);
}

std::string ModelLists::models(const std::optional<std::string>& provider) const {
  std::vector<std::string_view> names;
  for (const auto& model : part("models").GetObject())
    if (!provider || is_of(json::view(model.name), model.value, *provider))
      names.push_back(json::view(model.name));
  std::sort(names.begin(), names.end());
  json::Writer w;
  w.object().key("models").array();
  for (const auto name : names) w.value(name);
  return w.end().end().take();
}

std::string ModelLists::verified() const {
  json::Writer w;
  return w.object().member("models", part("verified")).end().take();
}

std::string ModelLists::of_subscription(std::string_view vendor) const {
  json::Writer w;
  w.object().member("vendor", vendor).key("models");
  if (const auto* models = json::find(part("subscriptions"), vendor); models != nullptr)
    w.value(*models);
  else
    w.raw("[]");
  return w.end().take();
}

}  // namespace collet::llm_catalogue
