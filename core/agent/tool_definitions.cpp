#include "agent/tool_definitions.hpp"

namespace collet::agent {
namespace {

constexpr std::string_view kRisk =
    R"({"type":"string","description":"How risky this call is: LOW changes nothing outside the workspace, MEDIUM )"
    R"(changes the workspace in ways that matter, HIGH can leak data or damage the system, UNKNOWN if unsure.",)"
    R"("enum":["UNKNOWN","LOW","MEDIUM","HIGH"]})";
constexpr std::string_view kSummary =
    R"({"type":"string","description":"What this call is for, in about ten words."})";

bool is_read_only(const ToolDescription& description) {
  const auto annotations = json::parse(description.annotations);
  return annotations && json::bool_at(*annotations, "readOnlyHint").value_or(false);
}

// The tool's parameters with the two that belong to the agent in front.
std::string parameters_for_model(const ToolDescription& description, const json::Value& schema) {
  json::Writer w;
  w.object().member("type", "object").key("properties").object();
  if (!is_read_only(description)) w.raw_member("security_risk", kRisk);
  w.raw_member("summary", kSummary);
  if (const json::Value* properties = json::find(schema, "properties"); properties != nullptr)
    for (const auto& property : properties->GetObject()) w.member(json::view(property.name), property.value);
  w.end();
  if (const json::Value* required = json::find(schema, "required"); required != nullptr)
    w.member("required", *required);
  w.end();
  return w.take();
}

}  // namespace

bool Toolbox::add(Tool& tool) {
  auto schema = json::parse(tool.description().parameters);
  if (!schema || !schema->IsObject()) return false;
  entries_.push_back({&tool, std::make_shared<const json::Document>(std::move(*schema))});
  return true;
}

const Toolbox::Entry* Toolbox::find(std::string_view name) const {
  for (const auto& entry : entries_)
    if (entry.tool->description().name == name) return &entry;
  return nullptr;
}

std::string Toolbox::names() const {
  std::string text;
  for (const auto& entry : entries_)
    text += (text.empty() ? "'" : ", '") + entry.tool->description().name + "'";
  return "[" + text + "]";
}

std::string Toolbox::for_model() const {
  json::Writer w;
  w.array();
  for (const auto& entry : entries_) {
    const auto& d = entry.tool->description();
    w.object().member("type", "function").key("function").object();
    w.member("name", d.name).member("description", d.description);
    w.raw_member("parameters", parameters_for_model(d, *entry.schema)).end().end();
  }
  w.end();
  return w.take();
}

std::string Toolbox::for_events() const {
  json::Writer w;
  w.array();
  for (const auto& entry : entries_) {
    const auto& d = entry.tool->description();
    const bool known = !d.action_kind.empty();
    w.object().member("description", d.description);
    w.member("action_type", known ? d.action_kind : "MCPToolAction");
    w.member("observation_type", known ? d.observation_kind : "MCPToolObservation");
    if (!d.annotations.empty()) w.raw_member("annotations", d.annotations);
    if (!known) {
      w.key("mcp_tool").object().member("name", d.name).member("description", d.description);
      w.raw_member("inputSchema", d.parameters).end();
    }
    w.member("kind", known ? d.tool_kind : "MCPToolDefinition");
    w.member("title", d.title.empty() ? d.name : d.title).end();
  }
  w.end();
  return w.take();
}

}  // namespace collet::agent
