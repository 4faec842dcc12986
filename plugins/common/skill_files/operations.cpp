#include "operations.hpp"

namespace collet::skill_files::operations {
namespace {

std::string content(const std::string& schema) {
  return R"("content":{"application/json":{"schema":)" + schema + "}}";
}

}  // namespace

std::string object(std::initializer_list<Member> members) {
  std::string required, properties;
  for (const auto& [name, schema, is_required] : members) {
    const auto quoted = "\"" + std::string(name) + "\"";
    if (is_required) required += (required.empty() ? "" : ",") + quoted;
    properties += (properties.empty() ? "" : ",") + quoted + ":" + schema;
  }
  return R"({"type":"object","required":[)" + required + R"(],"properties":{)" + properties + "}}";
}

std::string list_of(const std::string& schema) { return R"({"type":"array","items":)" + schema + "}"; }

std::string switched(bool by_default) {
  return std::string(R"({"type":"boolean","default":)") + (by_default ? "true}" : "false}");
}

std::string describe(const Description& from) {
  auto text = R"({"tags":[")" + std::string(from.tag) + R"("],"operationId":")" + from.id +
              R"(","summary":")" + std::string(from.summary) + "\",";
  if (!from.body.empty()) text += R"("requestBody":{"required":true,)" + content(from.body) + "},";
  text += R"("responses":{"200":{)" + content(from.answer) + "}";
  for (std::size_t at = 0; at < from.failures.size(); at += 4)
    text += ",\"" + std::string(from.failures.substr(at, 3)) + "\":{" + content(std::string(kObject)) + "}";
  return text + "}}";
}

}  // namespace collet::skill_files::operations
