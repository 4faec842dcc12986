#include "common/openapi.hpp"

namespace collet::openapi {
namespace {

std::string content(const std::string& schema) {
  return R"("content":{"application/json":{"schema":)" + schema + "}}";
}

std::string quoted(std::string_view plain) { return "\"" + std::string(plain) + "\""; }

}  // namespace

std::string object(std::initializer_list<Member> members) {
  std::string required, properties;
  for (const auto& [name, schema, is_required] : members) {
    if (is_required) required += (required.empty() ? "" : ",") + quoted(name);
    properties += (properties.empty() ? "" : ",") + quoted(name) + ":" + schema;
  }
  if (!required.empty()) required = R"("required":[)" + required + "],";
  return R"({"type":"object",)" + required + R"("properties":{)" + properties + "}}";
}

std::string list_of(std::string_view schema) {
  return R"({"type":"array","items":)" + std::string(schema) + "}";
}

std::string maybe(std::string_view schema) {
  return R"({"anyOf":[)" + std::string(schema) + R"(,{"type":"null"}]})";
}

std::string switched(bool by_default) {
  return std::string(R"({"type":"boolean","default":)") + (by_default ? "true}" : "false}");
}

std::string in_path(std::string_view name, std::string_view schema) {
  return R"({"name":)" + quoted(name) + R"(,"in":"path","required":true,"schema":)" + std::string(schema) +
         "}";
}

std::string describe(const Operation& from) {
  std::string text = R"({"tags":[)" + quoted(from.tag) + R"(],"operationId":)" + quoted(from.id) +
                     R"(,"summary":)" + quoted(from.summary);
  if (!from.parameters.empty()) text += R"(,"parameters":[)" + from.parameters + "]";
  if (!from.body.empty()) text += R"(,"requestBody":{"required":true,)" + content(from.body) + "}";
  text += R"(,"responses":{")" + std::to_string(from.status) + "\":{" + content(from.answer) + "}";
  for (std::size_t at = 0; at < from.others.size(); at += 4) {
    const auto status = from.others.substr(at, 3);
    text += "," + quoted(status) + ":{" + (status < "400" ? content(from.answer) : "") + "}";
  }
  return text + "}}";
}

}  // namespace collet::openapi
