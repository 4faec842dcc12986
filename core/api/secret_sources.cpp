#include "api/secret_sources.hpp"

#include "base/printable.hpp"
#include "outbound/url.hpp"

namespace collet::api {
namespace {

constexpr std::size_t kLongestName = 256;  // bytes

Places inside(const Places& where, std::string_view name) {
  Places places = where;
  places.emplace_back(name);
  return places;
}

bool is_static(const json::Value& source) {
  return source.IsString() ||
         (source.IsObject() && json::string_or(source, "kind", "StaticSecret") == "StaticSecret");
}

void check_text(const json::Value& object, std::string_view key, const Places& where,
                Validation& validation) {
  const json::Value* value = json::find(object, key);
  if (value != nullptr && !value->IsString())
    validation.add("string_type", inside(where, key), "Input should be a valid string", value);
}

// A path on this server, or what the client for other servers calls. A password in it would be shown.
bool is_lookup_url(std::string_view text) {
  if (text.starts_with('/')) return !text.starts_with("//");
  const auto url = outbound::parse_url(text);
  return url && !url->has_user;
}

void check_lookup(const json::Value& source, const Places& where, Validation& validation) {
  const json::Value* url = json::find(source, "url");
  if (url == nullptr) validation.missing(inside(where, "url"), &source);
  check_text(source, "url", where, validation);
  if (url != nullptr && url->IsString() && !is_lookup_url(json::view(*url)))
    validation.add("value_error", inside(where, "url"),
                   "Value error, expected a path, or an http or https URL without user and password", url);
  const json::Value* headers = json::find(source, "headers");
  if (headers == nullptr || headers->IsNull()) return;
  const Places there = inside(where, "headers");
  if (!headers->IsObject())
    return validation.add("dict_type", there, "Input should be a valid dictionary", headers);
  for (const auto& header : headers->GetObject())
    check_text(*headers, json::view(header.name), there, validation);
}

// It stands in the log and in what the agent is told.
void check_name(const Places& where, Validation& validation) {
  const auto* name = where.empty() ? nullptr : std::get_if<std::string_view>(&where.back());
  if (name == nullptr || (name->size() <= kLongestName && printable(*name) == *name)) return;
  validation.add("value_error", Places(where.begin(), where.end() - 1),
                 "Value error, a secret's name must have no control characters, and 256 bytes at most",
                 nullptr);
}

}  // namespace

void check_secret_source(const json::Value& source, const Places& where, Validation& validation) {
  check_name(where, validation);
  if (source.IsString()) return;
  if (is_static(source)) {
    const json::Value* value = json::find(source, "value");  // null: none
    if (value == nullptr || value->IsNull()) return;
    return check_text(source, "value", where, validation);
  }
  if (source.IsObject() && json::string_or(source, "kind") == "LookupSecret")
    return check_lookup(source, where, validation);
  validation.add("value_error", where,
                 "Value error, expected a text, or an object of the kind 'StaticSecret' or 'LookupSecret'",
                 &source);
}

std::string secret_sources(const json::Value& secrets) {
  json::Writer w;
  w.object();
  for (const auto& member : secrets.GetObject()) {
    const json::Value& source = member.value;
    w.key(json::view(member.name)).object().member("description", json::string_at(source, "description"));
    if (is_static(source)) {
      w.member("value", source.IsString() ? json::view(source) : json::string_at(source, "value"));
    } else {
      w.member("url", json::string_at(source, "url"));
      const json::Value* headers = json::find(source, "headers");
      if (headers != nullptr && headers->IsObject()) w.member("headers", *headers);
    }
    w.member("kind", is_static(source) ? "StaticSecret" : "LookupSecret").end();
  }
  return w.end().take();
}

}  // namespace collet::api
