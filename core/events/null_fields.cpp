#include "events/null_fields.hpp"

#include <map>
#include <vector>

#include "collet/json.hpp"

namespace collet::events {

namespace {

// The members of an object in their order. `?` after a name: may be null, and then is left out where it is
// stored.
// `:X` after it: an object of shape X or a list of them; `:*m` takes the shape's name from their member m.
struct Spec {
  std::string_view shape;
  std::string_view members;
};

constexpr Spec kSpecs[] = {
    // Events
    {"ACPToolCallEvent",
     "id timestamp source parent_id? tool_call_id title status? tool_kind? raw_input? raw_output? content? "
     "is_error "
     "kind"},
    {"ActionEvent",
     "id timestamp source parent_id? thought reasoning_content? thinking_blocks:*type "
     "responses_reasoning_item?:ReasoningItem action?:*kind tool_name tool_call_id tool_call:ToolCall "
     "llm_response_id security_risk critic_result?:CriticResult summary? kind"},
    {"AgentErrorEvent",
     "id timestamp source parent_id? tool_name tool_call_id error classification?:Classification kind"},
    {"Condensation",
     "id timestamp source parent_id? forgotten_event_ids summary? summary_offset? llm_response_id kind"},
    {"CondensationRequest", "id timestamp source parent_id? kind"},
    {"CondensationSummaryEvent", "id timestamp source parent_id? summary kind"},
    {"ConversationErrorEvent",
     "id timestamp source parent_id? code detail classification?:Classification kind"},
    {"ConversationStateUpdateEvent", "id timestamp source parent_id? key value? kind"},
    {"HookExecutionEvent",
     "id timestamp source parent_id? hook_event_type hook_command tool_name? success blocked exit_code "
     "stdout stderr "
     "reason? additional_context? error? action_id? message_id? hook_input? kind"},
    {"InterruptEvent", "id timestamp source parent_id? kind"},
    {"LLMCompletionLogEvent", "id timestamp source parent_id? filename log_data model_name usage_id kind"},
    {"MessageEvent",
     "id timestamp source parent_id? llm_message:Message llm_response_id? activated_skills extended_content "
     "sender? "
     "critic_result?:CriticResult kind"},
    {"ObservationEvent",
     "id timestamp source parent_id? tool_name tool_call_id observation:*kind action_id extended_content "
     "kind"},
    {"PauseEvent", "id timestamp source parent_id? kind"},
    {"ServerErrorEvent", "id timestamp source parent_id? code detail kind"},
    {"StreamingDeltaEvent", "id timestamp source parent_id? content? reasoning_content? kind"},
    {"SystemPromptEvent", "id timestamp source parent_id? system_prompt tools:*kind dynamic_context? kind"},
    {"TokenEvent", "id timestamp source parent_id? prompt_token_ids response_token_ids kind"},
    {"UserRejectObservation",
     "id timestamp source parent_id? tool_name tool_call_id rejection_reason rejection_source action_id "
     "kind"},
    // What is inside them
    {"Message",
     "role content tool_calls?:ToolCall tool_call_id? name? reasoning_content? thinking_blocks:*type "
     "responses_reasoning_item?:ReasoningItem"},
    {"ToolCall", "id responses_item_id? name arguments origin"},
    {"ReasoningItem", "id? summary content? encrypted_content? status?"},
    {"thinking", "type thinking signature?"},
    {"CriticResult", "score message? metadata?"},
    {"Classification", "kind retryable user_action error_id?"},
    {"Metadata", "exit_code pid username? hostname? working_dir? py_interpreter_path? prefix suffix"},
    // Tool definitions; kinds that are not here have the shape "Tool"
    {"Tool", "description action_type observation_type? annotations?:Annotations meta? kind title"},
    {"MCPToolDefinition",
     "description action_type observation_type? annotations?:Annotations meta? mcp_tool:McpTool kind title"},
    {"ClientTool",
     "description action_type observation_type? annotations?:Annotations meta? client_tool_name input_schema "
     "kind "
     "title"},
    {"Annotations", "title? readOnlyHint destructiveHint idempotentHint openWorldHint"},
    {"McpTool",
     "name title? description? inputSchema outputSchema? icons? annotations?:McpAnnotations _meta? "
     "execution?"},
    {"McpAnnotations", "title? readOnlyHint? destructiveHint? idempotentHint? openWorldHint?"},
    // Actions and observations; kinds without members that may be null are not here
    {"DelegateAction", "command ids? agent_types? tasks? kind"},
    {"FileEditorAction", "command path file_text? old_str? new_str? insert_line? view_range? kind"},
    {"GlobAction", "pattern path? kind"},
    {"GrepAction", "pattern path? include? kind"},
    {"PlanningFileEditorAction", "command path file_text? old_str? new_str? insert_line? view_range? kind"},
    {"ReadFileAction", "file_path offset? limit? kind"},
    {"TaskAction", "description? prompt subagent_type resume? kind"},
    {"TerminalAction", "command is_input timeout? reset kind"},
    {"VisionInspectAction", "image_index question profile_name? kind"},
    {"BrowserObservation", "content is_error screenshot_data? full_output_save_dir? kind"},
    {"EditObservation",
     "content is_error file_path? is_new_file replacements_made old_content? new_content? kind"},
    {"FileEditorObservation", "content is_error command path? prev_exist old_content? new_content? kind"},
    {"GrepObservation", "content is_error matches pattern search_path include_pattern? truncated kind"},
    {"ListDirectoryObservation", "content is_error dir_path? entries total_count is_truncated kind"},
    {"PlanningFileEditorObservation",
     "content is_error command path? prev_exist old_content? new_content? kind"},
    {"ReadFileObservation",
     "content is_error file_path file_content is_truncated lines_shown? total_lines? kind"},
    {"SwitchLLMObservation", "content is_error profile_name reason? active_model? kind"},
    {"TerminalObservation",
     "content is_error command? exit_code? timeout metadata:Metadata full_output_save_dir? kind"},
    {"VisionInspectObservation",
     "content is_error image_index question profile_name? model? base_url? answer? kind"},
    {"WriteFileObservation", "content is_error file_path? is_new_file old_content? new_content? kind"},
};

struct Member {
  std::string_view name;
  bool nullable = false;
  std::string_view shape = {};     ///< of the objects in it
  std::string_view shape_by = {};  ///< the member that names their shape
};
using Shape = std::vector<Member>;

Member member_of(std::string_view word) {
  Member member;
  if (const auto colon = word.find(':'); colon != std::string_view::npos) {
    auto shape = word.substr(colon + 1);
    (shape.starts_with('*') ? member.shape_by : member.shape) =
        shape.starts_with('*') ? shape.substr(1) : shape;
    word = word.substr(0, colon);
  }
  member.nullable = word.ends_with('?');
  member.name = member.nullable ? word.substr(0, word.size() - 1) : word;
  return member;
}

const std::map<std::string_view, Shape>& shapes() {
  static const auto all = [] {
    std::map<std::string_view, Shape> made;
    for (const auto& spec : kSpecs) {
      auto& shape = made[spec.shape];
      for (auto rest = spec.members; !rest.empty();) {
        const auto space = rest.find(' ');
        shape.push_back(member_of(rest.substr(0, space)));
        rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
      }
    }
    return made;
  }();
  return all;
}

const Shape* shape_named(std::string_view name) {
  const auto found = shapes().find(name);
  return found == shapes().end() ? nullptr : &found->second;
}

void write_object(json::Writer& writer, const json::Value& object, const Shape& shape);

const Shape* shape_inside(const Member& member, const json::Value& value) {
  if (member.shape_by.empty()) return shape_named(member.shape);
  const auto name = json::string_at(value, member.shape_by);
  if (!name) return nullptr;
  const Shape* shape = shape_named(*name);
  return shape == nullptr && member.name == "tools" ? shape_named("Tool") : shape;
}

void write_value(json::Writer& writer, const Member& member, const json::Value& value) {
  if (value.IsArray()) {
    writer.array();
    for (const auto& item : value.GetArray()) write_value(writer, member, item);
    writer.end();
    return;
  }
  const Shape* shape = value.IsObject() ? shape_inside(member, value) : nullptr;
  if (shape != nullptr) {
    write_object(writer, value, *shape);
  } else {
    writer.value(value);
  }
}

void write_object(json::Writer& writer, const json::Value& object, const Shape& shape) {
  writer.object();
  auto next = shape.begin();  // members before it are written, or are in the object at a later place
  const auto write_nulls_up_to = [&](Shape::const_iterator end) {
    for (; next < end; ++next)
      if (next->nullable && json::find(object, next->name) == nullptr) writer.key(next->name).value(nullptr);
  };
  for (const auto& member : object.GetObject()) {
    const auto name = json::view(member.name);
    auto known = shape.begin();
    while (known != shape.end() && known->name != name) ++known;
    if (known == shape.end()) {
      writer.key(name).value(member.value);
      continue;
    }
    write_nulls_up_to(known);
    writer.key(name);
    write_value(writer, *known, member.value);
  }
  write_nulls_up_to(shape.end());
  writer.end();
}

}  // namespace

std::string with_null_fields(std::string_view kind, std::string_view body) {
  const Shape* shape = shape_named(kind);
  const auto event = shape != nullptr ? json::parse(body) : std::nullopt;
  if (!event || !event->IsObject()) return std::string(body);
  json::Writer writer;
  write_object(writer, *event, *shape);
  return writer.take();
}

}  // namespace collet::events
