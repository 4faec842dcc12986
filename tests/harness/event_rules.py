"""What the Python client (protocol 1.43.1) takes as an event: it knows each kind, and refuses unknown ones and any field
that a kind does not have. Only the kinds of a run with plain and MCP tools are here."""

_EVENT = {"id": str, "timestamp": str, "source": str, "parent_id": str, "kind": str}
# kind: (required fields, other fields), with types; a nested dict of kinds by name below
_EVENTS = {
    "SystemPromptEvent": ({"system_prompt": "text", "tools": ["tool"]}, {"dynamic_context": "text"}),
    "MessageEvent": ({"llm_message": dict}, {"llm_response_id": str, "activated_skills": list, "extended_content": ["text"],
                                            "sender": str, "critic_result": dict}),
    "ActionEvent": ({"thought": ["text"], "tool_name": str, "tool_call_id": str, "tool_call": "call",
                     "llm_response_id": str},
                    {"reasoning_content": str, "thinking_blocks": list, "responses_reasoning_item": dict, "action": "action",
                     "security_risk": str, "critic_result": dict, "summary": str}),
    "ObservationEvent": ({"tool_name": str, "tool_call_id": str, "observation": "observation", "action_id": str},
                         {"extended_content": ["text"]}),
    "AgentErrorEvent": ({"tool_name": str, "tool_call_id": str, "error": str}, {"classification": dict}),
    "ConversationStateUpdateEvent": ({}, {"key": str, "value": object}),
}
_ACTIONS = {
    "MCPToolAction": ({}, {"data": dict}),
    "FinishAction": ({"message": str}, {}),
    "ThinkAction": ({"thought": str}, {}),
}
_OBSERVATIONS = {
    "MCPToolObservation": ({"tool_name": str}, {"content": ["content"], "is_error": bool}),
    "FinishObservation": ({}, {"content": ["content"], "is_error": bool}),
    "ThinkObservation": ({}, {"content": ["content"], "is_error": bool}),
}
_TOOL = {"description": str, "action_type": str, "observation_type": str, "annotations": dict, "kind": str, "title": str}
_TOOLS = {
    "MCPToolDefinition": ({"description": str, "action_type": str, "title": str, "mcp_tool": "mcp_tool"},
                          {"observation_type": str, "annotations": dict, "meta": dict}),
    "FinishTool": ({}, _TOOL), "ThinkTool": ({}, _TOOL),
}
_PARTS = {  # without `kind`; `type` tells them apart where there are several
    "text": ({"text": str}, {"type": str, "cache_prompt": bool}),
    "call": ({"id": str, "name": str, "arguments": str, "origin": str}, {"responses_item_id": str}),
    "mcp_tool": ({"name": str, "inputSchema": dict},
                 {"title": str, "description": str, "outputSchema": dict, "annotations": dict, "icons": list, "_meta": dict}),
}
_BY_KIND = {"action": _ACTIONS, "observation": _OBSERVATIONS, "tool": _TOOLS}


class Refused(AssertionError):
    """The client would not take this."""


def _check_type(value, wanted, where):
    if isinstance(wanted, list):
        if not isinstance(value, list):
            raise Refused("%s is no list" % where)
        for index, item in enumerate(value):
            _check_type(item, wanted[0], "%s[%d]" % (where, index))
    elif wanted == "content":
        if value.get("type") == "image":
            _check_fields(value, {"image_urls": list}, {"type": str, "cache_prompt": bool}, where)
        else:
            _check_type(value, "text", where)
    elif wanted in _BY_KIND:
        _check_kind(value, _BY_KIND[wanted], {"kind": str}, where)
    elif wanted in _PARTS:
        _check_fields(value, *_PARTS[wanted], where)
    elif not isinstance(value, wanted):
        raise Refused("%s is %r, no %s" % (where, value, wanted.__name__))


def _check_fields(value, required, others, where):
    if not isinstance(value, dict):
        raise Refused("%s is no object" % where)
    known = {**required, **others}
    for name, field in value.items():
        if name not in known:
            raise Refused("%s.%s is an unknown field" % (where, name))
        if field is not None or name in required:
            _check_type(field, known[name], "%s.%s" % (where, name))
    for name in required:
        if name not in value:
            raise Refused("%s.%s is missing" % (where, name))


def _check_kind(value, kinds, more, where):
    kind = value.get("kind")
    if kind not in kinds:
        raise Refused("%s has the unknown kind %r" % (where, kind))
    required, others = kinds[kind]
    _check_fields(value, required, {**others, **more}, "%s(%s)" % (where, kind))


def check_event(event):
    """Raises Refused when the client would not take the event."""
    _check_kind(event, _EVENTS, _EVENT, "event")
