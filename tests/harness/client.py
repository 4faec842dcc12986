"""HTTP and WebSocket clients over plain sockets (standard library only)."""
import base64
import hashlib
import http.client
import json
import os
import socket
import struct
import time
import urllib.parse

from .wait import PATIENCE


class Response:
    """response["id"] reads the JSON body."""

    def __init__(self, status, headers, data):
        self.status, self.headers, self.data = status, {name.lower(): value for name, value in headers}, data
        try:
            self.json = json.loads(data) if data else None
        except ValueError:
            self.json = None

    @property
    def text(self):
        return self.data.decode("utf-8", "replace")

    def __getitem__(self, key):
        return self.json[key]

    def __repr__(self):
        return "%d %s" % (self.status, self.text[:500])


class Http:
    """One keep-alive connection. `key` goes into X-Session-API-Key."""

    answers = {}  # of each address: (method, path, status) of all that it was asked here

    def __init__(self, url, key=None, timeout=60):
        self.connection = None
        parts = urllib.parse.urlsplit(url)
        self.address = (parts.hostname, parts.port)
        self.key, self.timeout = key, timeout * PATIENCE

    def request(self, method, path, body=None, headers=None):
        """body: bytes go out as they are, anything else as JSON."""
        headers = dict(headers or {})
        if self.key:
            headers.setdefault("X-Session-API-Key", self.key)
        if body is not None and not isinstance(body, bytes):
            headers.setdefault("Content-Type", "application/json")
            body = json.dumps(body).encode()
        for fresh in (self.connection is None, True):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(*self.address, timeout=self.timeout)
                self.connection.connect()
                self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self.connection.request(method, path, body=body, headers=headers)
                answer = self.connection.getresponse()
                data = answer.read()
            except (http.client.HTTPException, OSError) as error:
                self.close()
                # A kept-alive connection may have been closed meanwhile; a request that timed out is not repeated.
                if fresh or isinstance(error, TimeoutError):
                    raise
                continue
            if answer.will_close:
                self.close()
            Http.answers.setdefault(self.address, set()).add((method, path.split("?")[0], answer.status))
            return Response(answer.status, answer.getheaders(), data)
        raise AssertionError("not reached")

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def post(self, path, body=None, headers=None):
        return self.request("POST", path, body, headers)

    def patch(self, path, body=None, headers=None):
        return self.request("PATCH", path, body, headers)

    def put(self, path, body=None, headers=None):
        return self.request("PUT", path, body, headers)

    def delete(self, path, headers=None):
        return self.request("DELETE", path, headers=headers)

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    __del__ = close


class SocketClosed(Exception):
    """The WebSocket ended; 1006: without a close frame."""

    def __init__(self, code, reason):
        super().__init__("closed %s %s" % (code, reason))
        self.code, self.reason = code, reason


class SocketRefused(Exception):
    """The handshake was answered with something else than 101."""

    def __init__(self, status, headers):
        super().__init__("handshake answered %d" % status)
        self.status, self.headers = status, headers


class WebSocket:
    """A blocking client: text messages, pings answered, close codes reported."""

    def __init__(self, url, path, headers=None, timeout=30, receive_buffer=None):
        parts = urllib.parse.urlsplit(url)
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout * PATIENCE)
        self.socket.connect((parts.hostname, parts.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        key = base64.b64encode(os.urandom(16)).decode()
        fields = {"Host": parts.netloc, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": key,
                  "Sec-WebSocket-Version": "13", **(headers or {})}
        head = "".join("%s: %s\r\n" % field for field in fields.items())
        self.socket.sendall(("GET %s HTTP/1.1\r\n%s\r\n" % (path, head)).encode())
        self._read_handshake(key)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _read_handshake(self, key):
        while b"\r\n\r\n" not in self.buffer:
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionError("connection closed in the handshake")
            self.buffer += data
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        pairs = (line.split(":", 1) for line in rest if ":" in line)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        status = int(first.split(" ")[1])
        if status != 101:
            self.socket.close()
            raise SocketRefused(status, headers)
        digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        if headers.get("sec-websocket-accept") != base64.b64encode(digest).decode():
            raise ConnectionError("wrong Sec-WebSocket-Accept")

    def send_frame(self, opcode, data):
        mask = os.urandom(4)
        if len(data) < 126:
            head = bytes([0x80 | opcode, 0x80 | len(data)])
        elif len(data) < 65536:
            head = bytes([0x80 | opcode, 0xFE]) + struct.pack(">H", len(data))
        else:
            head = bytes([0x80 | opcode, 0xFF]) + struct.pack(">Q", len(data))
        self.socket.sendall(head + mask + bytes(byte ^ mask[i & 3] for i, byte in enumerate(data)))

    def send(self, message):
        """message: text, or anything else as JSON."""
        text = message if isinstance(message, str) else json.dumps(message)
        self.send_frame(1, text.encode())

    def _need(self, count):
        while len(self.buffer) < count:
            try:
                data = self.socket.recv(262144)
            except ConnectionError:
                data = b""
            if not data:
                raise SocketClosed(1006, "connection lost")
            self.buffer += data

    def _read_frame(self):
        self._need(2)
        final, opcode = self.buffer[0] & 0x80, self.buffer[0] & 15
        length, offset = self.buffer[1] & 127, 2
        if length == 126:
            self._need(4)
            length, offset = struct.unpack(">H", self.buffer[2:4])[0], 4
        elif length == 127:
            self._need(10)
            length, offset = struct.unpack(">Q", self.buffer[2:10])[0], 10
        self._need(offset + length)
        payload, self.buffer = self.buffer[offset:offset + length], self.buffer[offset + length:]
        return final, opcode, payload

    def receive_text(self):
        """-> the next message; raises SocketClosed, TimeoutError (pings do not count)."""
        return self.receive_any()[1].decode()

    def receive_any(self):
        """-> (whether it is binary, its bytes)"""
        message, binary, patience = b"", False, self.socket.gettimeout()
        end = time.monotonic() + patience
        while True:
            if time.monotonic() > end:
                raise TimeoutError("no message in %.0f s" % patience)
            final, opcode, payload = self._read_frame()
            if opcode == 8:
                code = struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005
                try:
                    self.send_frame(8, payload[:2])
                except OSError:
                    pass
                raise SocketClosed(code, payload[2:].decode("utf-8", "replace"))
            if opcode == 9:
                self.send_frame(10, payload)
            elif opcode != 10:
                message += payload
                binary = binary or opcode == 2
                if final:
                    return binary, message

    def receive(self):
        return json.loads(self.receive_text())

    def receive_until(self, condition):
        """-> all messages up to and with the first for which condition(message) holds."""
        messages = []
        while not messages or not condition(messages[-1]):
            messages.append(self.receive())
        return messages

    def receive_for(self, seconds):
        """-> what arrives in this time."""
        messages, end = [], time.monotonic() + seconds
        patience = self.socket.gettimeout()
        try:
            while (left := end - time.monotonic()) > 0:
                self.socket.settimeout(left)
                messages.append(self.receive())
        except TimeoutError:
            pass
        finally:
            self.socket.settimeout(patience)
        return messages

    def wait_closed(self):
        """Reads until the end; -> (close code, messages on the way)."""
        messages = []
        try:
            while True:
                messages.append(self.receive())
        except SocketClosed as closed:
            return closed.code, messages

    def close(self, code=1000):
        try:
            self.send_frame(8, struct.pack(">H", code))
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
