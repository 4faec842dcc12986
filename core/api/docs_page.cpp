#include "api/docs_page.hpp"

#include <map>
#include <vector>

#include "collet/json.hpp"

namespace collet::api {
namespace {

// Its SHA-256 stands in the policy below; a test compares them.
constexpr std::string_view kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1c2024;"
    "background:#fff}"
    "h1{margin-bottom:0}h2{margin:2rem 0 .5rem;border-bottom:1px solid #d0d4d9}h4{margin:.8rem 0 .2rem}"
    "code{font:13px ui-monospace,monospace}a{color:#0b5cad}"
    "details{border:1px solid #d0d4d9;border-radius:4px;margin:.3rem 0;padding:.3rem .7rem}"
    "summary{cursor:pointer}summary b{display:inline-block;min-width:4.2rem;font:700 13px "
    "ui-monospace,monospace}"
    "table{border-collapse:collapse}td{padding:.15rem .9rem .15rem 0;vertical-align:top}"
    ".about{color:#5b6570}"
    "@media(prefers-color-scheme:dark){body{color:#e4e7ea;background:#16191d}a{color:#7db7f0}"
    "h2,details{border-color:#3a4149}.about{color:#9aa4af}}";
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'sha256-eBhklvqZcnvX1jv0KlWz0U9PqEkyZplNZfafEwNR1Hc='; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string code(std::string_view text) { return "<code>" + escaped(text) + "</code>"; }

std::string about(const json::Value& described) {
  const auto text = json::string_at(described, "description");
  return text ? "<span class=\"about\">" + escaped(*text) + "</span>" : "";
}

std::string type_of(const json::Value& schema);

std::string join_types(const json::Value& schemas, std::string_view between) {
  std::string out;
  if (!schemas.IsArray()) return out;
  for (const auto& one : schemas.GetArray()) {
    if (!out.empty()) out += between;
    out += type_of(one);
  }
  return out;
}

// "integer > 0, <= 100"
std::string plain_type(const json::Value& schema) {
  const json::Value* type = json::find(schema, "type");
  std::string out = type == nullptr    ? "anything"
                    : type->IsString() ? escaped(json::view(*type))
                                       : escaped(json::dump(*type));
  if (const auto format = json::string_at(schema, "format")) out += " (" + escaped(*format) + ")";
  static constexpr std::pair<std::string_view, std::string_view> kBounds[] = {
      {"minimum", " &ge; "},          {"exclusiveMinimum", " &gt; "}, {"maximum", " &le; "},
      {"exclusiveMaximum", " &lt; "}, {"minLength", " &ge; "},        {"maxLength", " &le; "}};
  for (const auto& [key, sign] : kBounds)
    if (const json::Value* bound = json::find(schema, key); bound != nullptr)
      out.append(sign).append(escaped(json::dump(*bound)));
  return out;
}

std::string type_of(const json::Value& schema) {
  if (const auto reference = json::string_at(schema, "$ref")) {
    const std::string name = escaped(reference->substr(reference->rfind('/') + 1));
    return "<a href=\"#schema-" + name + "\">" + name + "</a>";
  }
  for (const auto* key : {"anyOf", "oneOf"})
    if (const json::Value* forms = json::find(schema, key); forms != nullptr)
      return join_types(*forms, " or ");
  if (const json::Value* all = json::find(schema, "allOf"); all != nullptr) return join_types(*all, " and ");
  if (const json::Value* fixed = json::find(schema, "const"); fixed != nullptr)
    return code(json::dump(*fixed));
  if (const json::Value* choices = json::find(schema, "enum"); choices != nullptr && choices->IsArray()) {
    std::string out;
    for (const auto& one : choices->GetArray())
      out += (out.empty() ? "" : " or ") + code(one.IsString() ? json::view(one) : json::dump(one));
    return out;
  }
  if (const json::Value* items = json::find(schema, "items"); items != nullptr)
    return "array of " + type_of(*items);
  if (const json::Value* values = json::find(schema, "additionalProperties");
      values != nullptr && values->IsObject())
    return "object of " + type_of(*values);
  return plain_type(schema);
}

std::string row(std::string_view name, std::string_view where, const json::Value& schema,
                const json::Value& described, bool required) {
  std::string out = "<tr><td>" + code(name) + "</td>";
  if (!where.empty()) out += "<td>" + escaped(where) + "</td>";
  out += "<td>" + type_of(schema);
  if (const json::Value* initial = json::find(schema, "default"); initial != nullptr)
    out += " = " + code(json::dump(*initial));
  return out + "</td><td>" + (required ? "required " : "") + about(described) + "</td></tr>";
}

bool lists(const json::Value& schema, std::string_view name) {
  const json::Value* required = json::find(schema, "required");
  if (required == nullptr || !required->IsArray()) return false;
  for (const auto& one : required->GetArray())
    if (one.IsString() && json::view(one) == name) return true;
  return false;
}

std::string schema_body(const json::Value& schema) {
  const json::Value* properties = json::find(schema, "properties");
  if (properties == nullptr || !properties->IsObject()) return "<p>" + type_of(schema) + "</p>";
  std::string out = "<table>";
  for (const auto& member : properties->GetObject()) {
    const auto name = json::view(member.name);
    out += row(name, "", member.value, member.value, lists(schema, name));
  }
  return out + "</table>";
}

std::string content_of(const json::Value& described) {
  const json::Value* content = json::find(described, "content");
  if (content == nullptr || !content->IsObject()) return {};
  std::string out;
  for (const auto& one : content->GetObject()) {
    out += "<p>" + code(json::view(one.name));
    if (const json::Value* schema = json::find(one.value, "schema"); schema != nullptr)
      out += json::find(*schema, "properties") == nullptr ? " " + type_of(*schema) + "</p>"
                                                          : "</p>" + schema_body(*schema);
    else
      out += "</p>";
  }
  return out;
}

std::string operation_body(const json::Value& operation) {
  std::string out;
  if (json::find(operation, "description") != nullptr) out += "<p>" + about(operation) + "</p>";
  static const json::Value kNothing(rapidjson::kObjectType);
  if (const json::Value* parameters = json::find(operation, "parameters");
      parameters != nullptr && parameters->Size() > 0) {
    out += "<h4>Parameters</h4><table>";
    for (const auto& one : parameters->GetArray()) {
      const json::Value* schema = json::find(one, "schema");
      const json::Value& shown = schema == nullptr ? kNothing : *schema;
      out += row(json::string_or(one, "name"), json::string_or(one, "in"), shown,
                 json::find(one, "description") != nullptr ? one : shown,
                 json::bool_at(one, "required").value_or(false));
    }
    out += "</table>";
  }
  if (const json::Value* body = json::find(operation, "requestBody"); body != nullptr)
    out += "<h4>Body</h4>" + content_of(*body);
  out += "<h4>Answers</h4>";
  for (const auto& one : json::find(operation, "responses")->GetObject())
    out += "<p>" + code(json::view(one.name)) + " " + about(one.value) + "</p>" + content_of(one.value);
  return out;
}

std::string operation_details(std::string_view method, std::string_view path, const json::Value& operation) {
  std::string upper(method);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return "<details><summary><b>" + escaped(upper) + "</b> " + code(path) + " <span class=\"about\">" +
         escaped(json::string_or(operation, "summary")) + "</span></summary>" + operation_body(operation) +
         "</details>\n";
}

}  // namespace

std::string_view docs_page_policy() { return kPolicy; }

std::string make_docs_page(std::string_view text) {
  const auto document = json::parse(text);
  // Sections in the order of the routes.
  std::vector<std::string> order;
  std::map<std::string, std::string> sections;
  for (const auto& path : json::find(*document, "paths")->GetObject())
    for (const auto& one : path.value.GetObject()) {
      const json::Value& tags = *json::find(one.value, "tags");
      const std::string tag = tags.Empty() ? "" : std::string(json::view(tags[0]));
      if (!sections.contains(tag)) order.push_back(tag);
      sections[tag] += operation_details(json::view(one.name), json::view(path.name), one.value);
    }
  const json::Value& info = *json::find(*document, "info");
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Collet: API</title>"
      "<meta name=\"viewport\" content=\"width=device-width\"><style>" +
      std::string(kStyle) + "</style></head><body><h1>Collet</h1><p>" + about(info) +
      " The same for programs: <a href=\"openapi.json\">openapi.json</a>.</p>\n";
  for (const auto& tag : order) out += "<h2>" + escaped(tag) + "</h2>\n" + sections[tag];
  out += "<h2>Schemas</h2>\n";
  for (const auto& one : json::at(*document, {"components", "schemas"})->GetObject()) {
    const std::string name = escaped(json::view(one.name));
    out += "<details id=\"schema-" + name + "\"><summary>" + code(name) + " " + about(one.value) +
           "</summary>" + schema_body(one.value) + "</details>\n";
  }
  return out + "</body></html>\n";
}

}  // namespace collet::api
