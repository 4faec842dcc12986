#!/usr/bin/env python3
"""Scripted mock LLM endpoint (Python 3.11+, standard library only).

Usage:
    mock_llm.py [--host 127.0.0.1] [--port 0] [--script script.json] [--log requests.jsonl] [--until-eof]
                [--cert cert.pem --key key.pem]

The port actually bound is printed as the first line of stdout: ``PORT <n>``. With
--until-eof it ends when its standard input does, so that it never outlives a test.

Endpoints
    POST /v1/chat/completions, /chat/completions   OpenAI chat (stream true/false)
    POST /v1/messages, /messages                   Anthropic messages (stream true/false)
    POST /v1/responses, /responses                 OpenAI responses (stream true/false)
    GET  /v1/models, /models                       model list
    POST /__script   replace the script (JSON body) and reset all counters
    POST /__reset    reset all counters
    GET  /__requests the logged requests so far (JSON array)

Script: a JSON array of turns, or an object:
    {"turns": [...],             default list of turns
     "models": {"name": {...}},  other scripts, chosen by the request's model
                                 (any "provider/" prefix is ignored)
     "index": "counter",         "counter": the n-th request gets the n-th turn
                                 (counted per model); "assistant": the turn number
                                 is the number of assistant messages already in the
                                 request, so that parallel conversations each walk
                                 the script independently
     "loop": false,              true: start again after the last turn
                                 (false: the last turn repeats)
     "no_tools": {turn} | null}  reply to requests that carry no tools (title,
                                 ask, condensation ...) without using up a turn;
                                 null: they use turns like any other request

Turn:
    text            assistant text (string)
    reasoning       reasoning text (reasoning_content / a thinking block)
    tool_calls      [{"name": str, "arguments": object or raw string, "id": str?}]
    usage           {"prompt_tokens", "completion_tokens", "cached_tokens",
                     "cache_write_tokens", "reasoning_tokens"}
    finish_reason   overrides "stop" / "tool_calls"
    delay_ms        wait before the answer
    chunk_delay_ms  streaming: wait between chunks
    chunk_chars     streaming: characters per text/argument chunk (default 8)
    repeat          use this turn so many times (default 1)
    http_status     answer with this status and an error body instead
    error_body      the JSON (object) or raw text (string) of that error body
    headers         extra response headers, e.g. {"Retry-After": "1"}
    malformed       true: 200 with a body that is not JSON; "stream": a stream
                    that is cut in the middle of a frame
    hang            true: never answer (until the client gives up; at most 600 s)
    close           true: close the connection without answering

With no --script: the first turn calls the tool `terminal` with `echo hello`, the
next calls `finish`; requests without tools get the text "Mock title".

Each request is appended to --log as one JSON line: n, time, method, path,
authorization, x_api_key, headers, body, turn (the index used, null when none).
"""
import argparse
import json
import os
import socket
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DEFAULT_SCRIPT = {
    "index": "assistant",
    "turns": [
        {"text": "I will run a command.",
         "tool_calls": [{"name": "terminal",
                         "arguments": {"command": "echo hello"}}]},
        {"tool_calls": [{"name": "finish",
                         "arguments": {"message": "All done."}}]},
    ],
    "no_tools": {"text": "Mock title"},
}
DEFAULT_USAGE = {"prompt_tokens": 100, "completion_tokens": 10,
                 "cached_tokens": 0, "cache_write_tokens": 0,
                 "reasoning_tokens": 0}


class Script:
    def __init__(self, raw):
        if isinstance(raw, list):
            raw = {"turns": raw}
        self.raw = raw
        self.lock = threading.Lock()
        self.counts = {}

    @staticmethod
    def _expand(turns):
        out = []
        for t in turns:
            out.extend([t] * int(t.get("repeat", 1)))
        return out

    def pick(self, model, n_assistant, has_tools):
        """-> (turn index or None, turn)"""
        name = (model or "").rsplit("/", 1)[-1]
        spec = dict(self.raw)
        sub = self.raw.get("models", {}).get(name)
        if sub is not None:
            if isinstance(sub, list):
                sub = {"turns": sub}
            spec.update(sub)
        no_tools = spec.get("no_tools", {"text": "Mock title"})
        if not has_tools and no_tools is not None:
            return None, no_tools
        turns = self._expand(spec.get("turns") or [{"text": "ok"}])
        if spec.get("index", "counter") == "assistant":
            i = n_assistant
        else:
            with self.lock:
                i = self.counts.get(name, 0)
                self.counts[name] = i + 1
        if i >= len(turns):
            i = i % len(turns) if spec.get("loop") else len(turns) - 1
        return i, turns[i]


class State:
    script = Script(DEFAULT_SCRIPT)
    log_file = None
    requests = []
    lock = threading.Lock()
    ids = 0


def next_id(prefix):
    with State.lock:
        State.ids += 1
        return "%s%012d" % (prefix, State.ids)


def pieces(text, n):
    return [text[i:i + n] for i in range(0, len(text), n)] or [""]


def arguments_text(call):
    a = call.get("arguments", {})
    return a if isinstance(a, str) else json.dumps(a)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "mock-llm"

    def log_message(self, *a):
        pass

    # -- plumbing ---------------------------------------------------------
    def send_raw(self, status, data, ctype="application/json", headers=None):
        self.send_response(status)
        self.send_header("Content-Type", ctype)
        self.send_header("Content-Length", str(len(data)))
        for k, v in (headers or {}).items():
            self.send_header(k, v)
        self.end_headers()
        self.wfile.write(data)

    def send_json(self, status, obj, headers=None):
        self.send_raw(status, json.dumps(obj).encode(), headers=headers)

    def start_sse(self, headers=None):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        for k, v in (headers or {}).items():
            self.send_header(k, v)
        self.end_headers()

    def sse(self, obj, event=None, delay=0):
        data = obj if isinstance(obj, str) else json.dumps(obj)
        text = ("event: %s\n" % event if event else "") + "data: %s\n\n" % data
        raw = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(raw), raw))
        self.wfile.flush()
        if delay:
            time.sleep(delay)

    def end_sse(self):
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def record(self, body, turn):
        rec = {"n": 0, "time": time.time(), "method": self.command, "path": self.path,
               "authorization": self.headers.get("Authorization"),
               "x_api_key": self.headers.get("x-api-key"),
               "headers": {k.lower(): v for k, v in self.headers.items()},
               "body": body, "turn": turn}
        with State.lock:
            rec["n"] = len(State.requests)
            State.requests.append(rec)
            if State.log_file:
                State.log_file.write(json.dumps(rec) + "\n")
                State.log_file.flush()

    # -- requests ---------------------------------------------------------
    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/__requests":
            with State.lock:
                return self.send_json(200, State.requests)
        if path in ("/v1/models", "/models"):
            return self.send_json(200, {"object": "list", "data": [
                {"id": "mock", "object": "model", "created": 0, "owned_by": "mock"}]})
        self.send_json(404, {"error": {"message": "not found", "type": "invalid_request_error"}})

    def do_POST(self):
        n = int(self.headers.get("Content-Length") or 0)
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            raw = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                raw += self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    break
        else:
            raw = self.rfile.read(n)
        path = self.path.split("?")[0]
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = raw.decode("utf-8", "replace")
        if path == "/__script":
            State.script = Script(body)
            return self.send_json(200, {"ok": True})
        if path == "/__reset":
            State.script = Script(State.script.raw)
            with State.lock:
                State.requests.clear()
            return self.send_json(200, {"ok": True})
        tail = path[3:] if path.startswith("/v1/") else path
        kind = {"/chat/completions": "chat", "/messages": "anthropic",
                "/responses": "responses"}.get(tail)
        if kind is None or not isinstance(body, dict):
            self.record(body, None)
            return self.send_json(404 if kind is None else 400, {
                "error": {"message": "no such endpoint" if kind is None else "bad JSON",
                          "type": "invalid_request_error"}})
        msgs = body.get("messages")
        if msgs is None:
            msgs = body.get("input") if isinstance(body.get("input"), list) else []
        n_assistant = 0
        prev_call = False
        for m in msgs:
            if not isinstance(m, dict):
                continue
            if m.get("role") == "assistant":
                n_assistant += 1
            elif m.get("type") == "function_call":
                if not prev_call:
                    n_assistant += 1
                prev_call = True
                continue
            prev_call = False
        i, turn = State.script.pick(body.get("model"), n_assistant, bool(body.get("tools")))
        self.record(body, i)
        if turn.get("delay_ms"):
            time.sleep(turn["delay_ms"] / 1000)
        if turn.get("hang"):
            time.sleep(600)
        if turn.get("hang") or turn.get("close"):
            self.close_connection = True
            try:
                self.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            return None
        headers = turn.get("headers")
        if turn.get("http_status", 200) != 200:
            err = turn.get("error_body")
            if isinstance(err, str):
                return self.send_raw(turn["http_status"], err.encode(), "text/plain", headers)
            if err is None:
                err = {"error": {"message": "mock error %d" % turn["http_status"],
                                 "type": "mock_error", "code": turn["http_status"]}}
                if kind == "anthropic":
                    err = {"type": "error", "error": {"type": "mock_error",
                                                      "message": err["error"]["message"]}}
            return self.send_json(turn["http_status"], err, headers)
        if turn.get("malformed") is True:
            return self.send_raw(200, b'{"id": "x", "choices": [{"index": 0, ', headers=headers)
        getattr(self, "reply_" + kind)(body, turn, headers)

    def cut(self, turn):
        """Cut a stream in the middle of a frame when the turn asks for it."""
        if turn.get("malformed") == "stream":
            part = b'data: {"id": "x", "cho'
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return True
        return False

    # -- OpenAI chat completions -----------------------------------------
    def reply_chat(self, body, turn, headers):
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
            return self.send_json(200, {
                "id": rid, "object": "chat.completion", "created": created, "model": model,
                "choices": [{"index": 0, "message": msg, "finish_reason": finish,
                             "logprobs": None}],
                "usage": usage}, headers)
        delay = turn.get("chunk_delay_ms", 0) / 1000
        size = turn.get("chunk_chars", 8)
        self.start_sse(headers)

        def chunk(delta, fin=None):
            self.sse({"id": rid, "object": "chat.completion.chunk", "created": created,
                      "model": model, "choices": [{"index": 0, "delta": delta,
                                                   "finish_reason": fin}]}, delay=delay)
        chunk({"role": "assistant", "content": ""})
        if self.cut(turn):
            return None
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
            self.sse({"id": rid, "object": "chat.completion.chunk", "created": created,
                      "model": model, "choices": [], "usage": usage})
        self.sse("[DONE]")
        return self.end_sse()

    # -- Anthropic messages ----------------------------------------------
    def reply_anthropic(self, body, turn, headers):
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
            return self.send_json(200, msg, headers)
        delay = turn.get("chunk_delay_ms", 0) / 1000
        size = turn.get("chunk_chars", 8)
        self.start_sse(headers)

        def ev(obj):
            self.sse(obj, event=obj["type"], delay=delay)
        ev({"type": "message_start", "message": {**msg, "content": [], "stop_reason": None,
                                                 "usage": {**usage, "output_tokens": 1}}})
        if self.cut(turn):
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
        return self.end_sse()

    # -- OpenAI responses -------------------------------------------------
    def reply_responses(self, body, turn, headers):
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
            return self.send_json(200, resp, headers)
        delay = turn.get("chunk_delay_ms", 0) / 1000
        size = turn.get("chunk_chars", 8)
        seq = [0]
        self.start_sse(headers)

        def ev(obj):
            obj["sequence_number"] = seq[0]
            seq[0] += 1
            self.sse(obj, event=obj["type"], delay=delay)
        ev({"type": "response.created", "response": {**resp, "status": "in_progress",
                                                     "output": [], "usage": None}})
        if self.cut(turn):
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
        return self.end_sse()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def get_request(self):
        sock, addr = super().get_request()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock, addr

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (ConnectionError, OSError)):
            super().handle_error(request, client_address)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--host", default="127.0.0.1")
    ap.add_argument("--port", type=int, default=0)
    ap.add_argument("--script")
    ap.add_argument("--log")
    ap.add_argument("--until-eof", action="store_true")
    ap.add_argument("--cert", help="speak TLS with this certificate")
    ap.add_argument("--key")
    a = ap.parse_args()
    if a.script:
        with open(a.script) as f:
            State.script = Script(json.load(f))
    if a.log:
        State.log_file = open(a.log, "a")
    srv = Server((a.host, a.port), Handler)
    if a.cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(a.cert, a.key)
        srv.socket = tls.wrap_socket(srv.socket, server_side=True)
    if a.until_eof:
        threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    print("PORT %d" % srv.server_address[1], flush=True)
    try:
        srv.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
