"""OpenAI responses, whole and streamed."""
import time

from script import DEFAULT_USAGE, arguments_text, next_id, pieces


def reply(endpoint, body, turn, headers):
    u = {**DEFAULT_USAGE, **turn.get("usage", {})}
    calls = turn.get("tool_calls") or []
    out = []
    if turn.get("reasoning"):
        out.append({"type": "reasoning", "id": next_id("rs_"),
                    "summary": [{"type": "summary_text", "text": turn["reasoning"]}]})
    if turn.get("text"):
        out.append({"type": "message", "id": next_id("msg_"), "role": "assistant",
                    "status": "completed",
                    "content": [{"type": "output_text", "text": turn["text"],
                                 "annotations": []}]})
    for c in calls:
        out.append({"type": "function_call", "id": next_id("fc_"),
                    "call_id": c.get("id") or next_id("call_"), "name": c["name"],
                    "arguments": arguments_text(c), "status": "completed"})
    resp = {"id": next_id("resp_"), "object": "response", "created_at": int(time.time()),
            "status": "completed", "model": body.get("model"), "output": out,
            "error": None, "incomplete_details": None, "instructions": None,
            "metadata": {}, "parallel_tool_calls": True, "temperature": 1.0,
            "tool_choice": "auto", "tools": [], "top_p": 1.0,
            "usage": {"input_tokens": u["prompt_tokens"],
                      "input_tokens_details": {"cached_tokens": u["cached_tokens"]},
                      "output_tokens": u["completion_tokens"],
                      "output_tokens_details": {"reasoning_tokens": u["reasoning_tokens"]},
                      "total_tokens": u["prompt_tokens"] + u["completion_tokens"]}}
    if not body.get("stream"):
        return endpoint.send_json(200, resp, headers)
    delay = turn.get("chunk_delay_ms", 0) / 1000
    size = turn.get("chunk_chars", 8)
    seq = [0]
    endpoint.start_sse(headers)

    def ev(obj):
        obj["sequence_number"] = seq[0]
        seq[0] += 1
        endpoint.sse(obj, event=obj["type"], delay=delay)
    ev({"type": "response.created", "response": {**resp, "status": "in_progress",
                                                 "output": [], "usage": None}})
    if endpoint.cut(turn):
        return None
    for k, item in enumerate(out):
        ev({"type": "response.output_item.added", "output_index": k, "item": item})
        if item["type"] == "message":
            for p in pieces(turn["text"], size):
                ev({"type": "response.output_text.delta", "item_id": item["id"],
                    "output_index": k, "content_index": 0, "delta": p})
        elif item["type"] == "function_call":
            for p in pieces(item["arguments"], size):
                ev({"type": "response.function_call_arguments.delta",
                    "item_id": item["id"], "output_index": k, "delta": p})
        ev({"type": "response.output_item.done", "output_index": k, "item": item})
    ev({"type": "response.completed", "response": resp})
    return endpoint.end_sse()
