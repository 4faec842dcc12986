#!/usr/bin/env python3
"""Scripted mock LLM endpoint (Python 3.11+, standard library only).

Usage:
    python3 tests/mock_llm [--host 127.0.0.1] [--port 0] [--script script.json] [--log requests.jsonl] [--until-eof]
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
    deltas          chat completions, streaming: these objects first, as they are
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
from http.server import ThreadingHTTPServer

from endpoint import Handler
from script import Script, State


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
