"""OpenAI chat completions, whole and streamed."""
import time

from script import DEFAULT_USAGE, arguments_text, next_id, pieces


def reply(endpoint, body, turn, headers):
    u = {**DEFAULT_USAGE, **turn.get("usage", {})}
    usage = {"prompt_tokens": u["prompt_tokens"],
             "completion_tokens": u["completion_tokens"],
             "total_tokens": u["prompt_tokens"] + u["completion_tokens"],
             "prompt_tokens_details": {"cached_tokens": u["cached_tokens"],
                                       "cache_creation_tokens": u["cache_write_tokens"]},
             "completion_tokens_details": {"reasoning_tokens": u["reasoning_tokens"]}}
    calls = turn.get("tool_calls") or []
    finish = turn.get("finish_reason") or ("tool_calls" if calls else "stop")
    rid, created, model = next_id("chatcmpl-"), int(time.time()), body.get("model")
    tcs = [{"id": c.get("id") or next_id("call_"), "type": "function",
            "function": {"name": c["name"], "arguments": arguments_text(c)}} for c in calls]
    if not body.get("stream"):
        msg = {"role": "assistant", "content": turn.get("text")}
        if turn.get("reasoning"):
            msg["reasoning_content"] = turn["reasoning"]
        if tcs:
            msg["tool_calls"] = tcs
        return endpoint.send_json(200, {
            "id": rid, "object": "chat.completion", "created": created, "model": model,
            "choices": [{"index": 0, "message": msg, "finish_reason": finish,
                         "logprobs": None}],
            "usage": usage}, headers)
    delay = turn.get("chunk_delay_ms", 0) / 1000
    size = turn.get("chunk_chars", 8)
    endpoint.start_sse(headers)

    def chunk(delta, fin=None):
        endpoint.sse({"id": rid, "object": "chat.completion.chunk", "created": created,
                  "model": model, "choices": [{"index": 0, "delta": delta,
                                               "finish_reason": fin}]}, delay=delay)
    chunk({"role": "assistant", "content": ""})
    if endpoint.cut(turn):
        return None
    for delta in turn.get("deltas", []):
        chunk(delta)
    if turn.get("reasoning"):
        for p in pieces(turn["reasoning"], size):
            chunk({"reasoning_content": p})
    if turn.get("text"):
        for p in pieces(turn["text"], size):
            chunk({"content": p})
    for k, tc in enumerate(tcs):
        chunk({"tool_calls": [{"index": k, "id": tc["id"], "type": "function",
                               "function": {"name": tc["function"]["name"],
                                            "arguments": ""}}]})
        for p in pieces(tc["function"]["arguments"], size):
            chunk({"tool_calls": [{"index": k, "function": {"arguments": p}}]})
    chunk({}, finish)
    if (body.get("stream_options") or {}).get("include_usage"):
        endpoint.sse({"id": rid, "object": "chat.completion.chunk", "created": created,
                  "model": model, "choices": [], "usage": usage})
    endpoint.sse("[DONE]")
    return endpoint.end_sse()
