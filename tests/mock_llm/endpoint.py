"""One connection of the endpoint: requests, faults, and the protocol that answers."""
import json
import socket
import time
from http.server import BaseHTTPRequestHandler

import chat
import messages
import responses
from script import Script, State

PROTOCOLS = {"/chat/completions": chat, "/messages": messages, "/responses": responses}


def assistant_turns(body):
    """-> how many turns of the assistant a request holds: calls in a row are one."""
    msgs = body.get("messages")
    if msgs is None:
        msgs = body.get("input") if isinstance(body.get("input"), list) else []
    turns = 0
    prev_call = False
    for m in msgs:
        if not isinstance(m, dict):
            continue
        is_call = m.get("role") != "assistant" and m.get("type") == "function_call"
        if m.get("role") == "assistant" or (is_call and not prev_call):
            turns += 1
        prev_call = is_call
    return turns


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
        raw = self.read_body()
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
        protocol = PROTOCOLS.get(path.removeprefix("/v1"))
        if protocol is None or not isinstance(body, dict):
            self.record(body, None)
            return self.send_json(404 if protocol is None else 400, {
                "error": {"message": "no such endpoint" if protocol is None else "bad JSON",
                          "type": "invalid_request_error"}})
        i, turn = State.script.pick(body.get("model"), assistant_turns(body), bool(body.get("tools")))
        self.record(body, i)
        if turn.get("delay_ms"):
            time.sleep(turn["delay_ms"] / 1000)
        if not self.fail(protocol, turn):
            protocol.reply(self, body, turn, turn.get("headers"))
        return None

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        raw = b""
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            raw += self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                return raw

    # -- faults -----------------------------------------------------------
    def fail(self, protocol, turn):
        """-> whether the turn asks for a fault in the place of an answer; then that was done."""
        if turn.get("hang"):
            time.sleep(600)
        if turn.get("hang") or turn.get("close"):
            self.close_connection = True
            try:
                self.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            return True
        if turn.get("http_status", 200) != 200:
            self.send_error_turn(protocol, turn)
            return True
        if turn.get("malformed") is True:
            self.send_raw(200, b'{"id": "x", "choices": [{"index": 0, ', headers=turn.get("headers"))
            return True
        return False

    def send_error_turn(self, protocol, turn):
        status, err, headers = turn["http_status"], turn.get("error_body"), turn.get("headers")
        if isinstance(err, str):
            return self.send_raw(status, err.encode(), "text/plain", headers)
        if err is None:
            err = {"error": {"message": "mock error %d" % status, "type": "mock_error", "code": status}}
            if protocol is messages:
                err = {"type": "error", "error": {"type": "mock_error", "message": err["error"]["message"]}}
        return self.send_json(status, err, headers)

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
