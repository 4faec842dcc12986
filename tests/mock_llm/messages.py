"""Anthropic messages, whole and streamed."""
import json

from script import DEFAULT_USAGE, arguments_text, next_id, pieces


def reply(endpoint, body, turn, headers):
    u = {**DEFAULT_USAGE, **turn.get("usage", {})}
    usage = {"input_tokens": u["prompt_tokens"] - u["cached_tokens"] - u["cache_write_tokens"],
             "cache_creation_input_tokens": u["cache_write_tokens"],
             "cache_read_input_tokens": u["cached_tokens"],
             "output_tokens": u["completion_tokens"]}
    calls = turn.get("tool_calls") or []
    stop = turn.get("finish_reason") or ("tool_use" if calls else "end_turn")
    blocks = []
    if turn.get("reasoning"):
        blocks.append({"type": "thinking", "thinking": turn["reasoning"],
                       "signature": "mock-signature"})
    if turn.get("text"):
        blocks.append({"type": "text", "text": turn["text"]})
    raws = {}
    for c in calls:
        raw = arguments_text(c)
        try:
            inp = json.loads(raw)
        except ValueError:
            inp = {}
        b = {"type": "tool_use", "id": c.get("id") or next_id("toolu_"),
             "name": c["name"], "input": inp}
        raws[b["id"]] = raw
        blocks.append(b)
    msg = {"id": next_id("msg_"), "type": "message", "role": "assistant",
           "model": body.get("model"), "content": blocks, "stop_reason": stop,
           "stop_sequence": None, "usage": usage}
    if not body.get("stream"):
        return endpoint.send_json(200, msg, headers)
    delay = turn.get("chunk_delay_ms", 0) / 1000
    size = turn.get("chunk_chars", 8)
    endpoint.start_sse(headers)

    def ev(obj):
        endpoint.sse(obj, event=obj["type"], delay=delay)
    ev({"type": "message_start", "message": {**msg, "content": [], "stop_reason": None,
                                             "usage": {**usage, "output_tokens": 1}}})
    if endpoint.cut(turn):
        return None
    for k, b in enumerate(blocks):
        if b["type"] == "tool_use":
            ev({"type": "content_block_start", "index": k,
                "content_block": {**b, "input": {}}})
            for p in pieces(raws[b["id"]], size):
                ev({"type": "content_block_delta", "index": k,
                    "delta": {"type": "input_json_delta", "partial_json": p}})
        elif b["type"] == "thinking":
            ev({"type": "content_block_start", "index": k,
                "content_block": {"type": "thinking", "thinking": "", "signature": ""}})
            for p in pieces(b["thinking"], size):
                ev({"type": "content_block_delta", "index": k,
                    "delta": {"type": "thinking_delta", "thinking": p}})
            ev({"type": "content_block_delta", "index": k,
                "delta": {"type": "signature_delta", "signature": b["signature"]}})
        else:
            ev({"type": "content_block_start", "index": k,
                "content_block": {"type": "text", "text": ""}})
            for p in pieces(b["text"], size):
                ev({"type": "content_block_delta", "index": k,
                    "delta": {"type": "text_delta", "text": p}})
        ev({"type": "content_block_stop", "index": k})
    ev({"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None},
        "usage": {"output_tokens": usage["output_tokens"]}})
    ev({"type": "message_stop"})
    return endpoint.end_sse()
