#!/usr/bin/env python3
"""Over a hundred odd and malformed requests on real sockets: each gets the one right answer, and the connection is kept
or closed as it must be; afterwards the server is alive, idle and holds no descriptor more than before."""
import random
import re
import select
import socket
import threading
import time

import _path  # noqa: F401
from harness import Case, Http, PATIENCE, main, wait_until

HOST = b"Host: 127.0.0.1\r\n"
GET = b"GET /health HTTP/1.1\r\n"
POST = b"POST /api/bash/execute_bash_command HTTP/1.1\r\n" + HOST
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
BODY = b'{"command":"true"}'
SIZED = b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY

# name, request, statuses of the answers; KEPT or CLOSED says what becomes of the connection then.
KEPT, CLOSED = "kept", "closed"
LINES = [
    ("plain", GET + HOST + b"\r\n", [200], KEPT),
    ("Connection: keep-alive", GET + HOST + b"Connection: keep-alive\r\n\r\n", [200], KEPT),
    ("Connection: close", GET + HOST + b"Connection: close\r\n\r\n", [200], CLOSED),
    ("HEAD", b"HEAD /health HTTP/1.1\r\n" + HOST + b"\r\n", [405], KEPT),
    ("unknown path", b"GET /nope HTTP/1.1\r\n" + HOST + b"\r\n", [404], KEPT),
    ("wrong method", b"DELETE /health HTTP/1.1\r\n" + HOST + b"\r\n", [405], KEPT),
    ("OPTIONS *", b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", [400], CLOSED),
    ("unknown method", b"FOO /health HTTP/1.1\r\n" + HOST + b"\r\n", [405], KEPT),
    ("method in lower case", b"get /health HTTP/1.1\r\n" + HOST + b"\r\n", [405], KEPT),
    ("HTTP/1.0", b"GET /health HTTP/1.0\r\n\r\n", [200], CLOSED),
    ("HTTP/2.0", b"GET /health HTTP/2.0\r\n" + HOST + b"\r\n", [505], CLOSED),
    ("no version", b"GET /health \r\n" + HOST + b"\r\n", [505], CLOSED),
    ("HTTP/0.9", b"GET /health\r\n\r\n", [400], CLOSED),
    ("no Host", GET + b"\r\n", [400], CLOSED),
    ("two Hosts", GET + b"Host: a\r\nHost: b\r\n\r\n", [400], CLOSED),
    ("absolute URI", b"GET http://127.0.0.1/health HTTP/1.1\r\n" + HOST + b"\r\n", [200], KEPT),
    ("absolute URI elsewhere", b"GET http://other/health HTTP/1.1\r\n" + HOST + b"\r\n", [400], CLOSED),
    ("CONNECT", b"CONNECT x:1 HTTP/1.1\r\n" + HOST + b"\r\n", [400], CLOSED),
    ("escapes", b"GET /heal%74h?q=c%26d HTTP/1.1\r\n" + HOST + b"\r\n", [200], KEPT),
    ("bad escapes", b"GET /health/a%zzb?q=%f HTTP/1.1\r\n" + HOST + b"\r\n", [400], CLOSED),
    ("bad escape in the query", b"GET /health?q=%f HTTP/1.1\r\n" + HOST + b"\r\n", [400], CLOSED),
    ("NUL in the path", b"GET /health/a\0b HTTP/1.1\r\n" + HOST + b"\r\n", [400], CLOSED),
    ("escaped NUL in the path", b"GET /health%00 HTTP/1.1\r\n" + HOST + b"\r\n", [400], None),
    ("high bytes in the path", b"GET /health/\xff\xfe HTTP/1.1\r\n" + HOST + b"\r\n", [400], CLOSED),
    ("dots", b"GET /health/../health HTTP/1.1\r\n" + HOST + b"\r\n", [400], KEPT),
    ("dots between escaped slashes", b"GET /api/file/download/..%2f..%2fetc%2fpasswd HTTP/1.1\r\n" + HOST + b"\r\n",
     [400], KEPT),
    ("escaped dots", b"GET /health/%2e%2e/health HTTP/1.1\r\n" + HOST + b"\r\n", [400], KEPT),
    ("two slashes", b"GET //health HTTP/1.1\r\n" + HOST + b"\r\n", [404], KEPT),
    ("a query's key twice", b"GET /health?q=1&q=2 HTTP/1.1\r\n" + HOST + b"\r\n", [200], KEPT),
    ("fragment", b"GET /health#f HTTP/1.1\r\n" + HOST + b"\r\n", [400], CLOSED),
    ("garbage", bytes(random.Random(1).randrange(128, 256) for _ in range(500)) + b"\r\n\r\n", [400], CLOSED),
    ("line ends only", b"\r\n\r\n", [400], CLOSED),
    ("a line end before the request", b"\r\n" + GET + HOST + b"\r\n", [200], KEPT),
    ("two line ends before the request", b"\r\n\r\n" + GET + HOST + b"\r\n", [400], CLOSED),
    ("line feeds only", b"GET /health HTTP/1.1\nHost: 127.0.0.1\n\n", [505], CLOSED),
    ("three at once", (GET + HOST + b"\r\n") * 3, [200, 200, 200], KEPT),
    ("a bad one behind a good one", GET + HOST + b"\r\n" + b"GET /health HTTP/1.1\r\nfoo\r\n\r\n", [200, 400], CLOSED),
    ("60,000 bytes of URI", b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", [414], CLOSED),
]
FIELDS = [
    ("NUL", GET + HOST + b"X: a\0b\r\n\r\n", [400], CLOSED),
    ("no colon", GET + b"foo\r\n" + HOST + b"\r\n", [400], CLOSED),
    ("blank before the colon", GET + b"Host : 127.0.0.1\r\n\r\n", [400], CLOSED),
    ("folded line", GET + HOST + b"X: a\r\n b\r\n\r\n", [400], CLOSED),
    ("folded coding", GET + HOST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", [400], CLOSED),
    ("no name", GET + b": x\r\n" + HOST + b"\r\n", [400], CLOSED),
    ("100,000 bytes", GET + b"X: " + b"a" * 100_000 + b"\r\n\r\n", [431], CLOSED),
    ("10,000 fields", GET + b"A: b\r\n" * 10_000 + b"\r\n", [431], CLOSED),
    ("Host with a bad port", GET + b"Host: x:99999999\r\n\r\n", [400], CLOSED),
    ("Host with a bad address", GET + b"Host: [::1\r\n\r\n", [400], CLOSED),
    ("Host with a path", GET + b"Host: x/y\r\n\r\n", [400], CLOSED),
    ("Host of IPv6", GET + b"Host: [::1]:80\r\n\r\n", [200], KEPT),
    ("empty Host", GET + b"Host:\r\n\r\n", [200], KEPT),
    ("an odd Expect", GET + HOST + b"Expect: foo\r\nContent-Length: 5\r\n\r\nhello", [417], CLOSED),
    ("empty Content-Length", GET + HOST + b"Content-Length:\r\n\r\n", [400], CLOSED),
    ("empty Transfer-Encoding", GET + HOST + b"Transfer-Encoding:\r\n\r\n", [501], CLOSED),
] + [("%s: %s" % (name, value[:30]), GET + HOST + ("%s: %s\r\n\r\n" % (name, value)).encode(), [200], KEPT)
     for name, values in {
         "Accept": ("foo", "*/*;q=abc", ",".join(["a/b"] * 500), "", "*/*", "text/html;q=2"),
         "Content-Type": ("foo", "text/plain; charset=klingon", 'application/json; charset="utf-8"',
                          "multipart/form-data; boundary=----abc", "application/json;", "", "application/vnd.x+json"),
         "Cookie": (";;;=;a;b=;=c", "abc", "", "a=b; c=d"),
         "Set-Cookie": ("a", "a=b; Max-Age=99999999999999999999", "a=b; Expires=garbage"),
         "Cache-Control": ("max-age=abc", "max-age=99999999999999999999", ""),
         "Connection": ("keep-alive, Upgrade", ""),
         "Accept-Encoding": ("gzip, br;q=xx",), "Content-Encoding": ("foo",), "Date": ("nonsense",),
         "Authorization": ("Basic !!!", "Bearer abc", ""), "Expect": ("",), "Allow": ("FOO",), "Server": ("a",),
         "Location": ("x",), "Range": ("bytes=0-",), "Access-Control-Allow-Origin": ("*",), "User-Agent": ("a",),
         "Last-Modified": ("x",)}.items() for value in values]
BODIES = [
    ("sized", POST + SIZED, [200], KEPT),
    ("none", POST + b"\r\n", [422], KEPT),
    ("no JSON", POST + b"Content-Length: 5\r\n\r\nhello", [422], KEPT),
    ("length abc", POST + b"Content-Length: abc\r\n\r\n", [400], CLOSED),
    ("length -5", POST + b"Content-Length: -5\r\n\r\nhello", [400], CLOSED),
    ("length beyond 64 bits", POST + b"Content-Length: 99999999999999999999999\r\n\r\nhello", [400], CLOSED),
    ("length 1 << 62", POST + b"Content-Length: 4611686018427387904\r\n\r\nhello", [413], CLOSED),
    ("length of 5 GB", POST + b"Content-Length: 5000000000\r\n\r\nhello", [413], CLOSED),
    ("two lengths that differ", POST + b"Content-Length: 5\r\nContent-Length: 3\r\n\r\nhello", [400], CLOSED),
    ("two lengths that are the same", POST + b"Content-Length: 18\r\n" + SIZED, [400], CLOSED),
    ("a list of lengths", POST + b"Content-Length: 18, 18\r\n\r\n" + BODY, [400], CLOSED),
    ("codings", POST + b"Transfer-Encoding: chunked\r\n" + CHUNKED + b"0\r\n\r\n", [400], CLOSED),
    ("length and chunks", POST + b"Content-Length: 5\r\n" + CHUNKED + b"0\r\n\r\n", [400], CLOSED),
    ("chunks", POST + CHUNKED + b"12\r\n" + BODY + b"\r\n0\r\n\r\n", [200], KEPT),
    ("chunk extension and trailer", POST + CHUNKED + b"12;a=b\r\n" + BODY + b"\r\n0\r\nX: y\r\n\r\n", [200], KEPT),
    ("chunk size -5", POST + CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n", [400], CLOSED),
    ("chunk size 7fffffffffffffff", POST + CHUNKED + b"7fffffffffffffff\r\nhello\r\n0\r\n\r\n", [413], CLOSED),
    ("chunk size beyond 64 bits", POST + CHUNKED + b"1ffffffffffffffff\r\nhello\r\n0\r\n\r\n", [400], CLOSED),
    ("chunk size of 1 GB", POST + CHUNKED + b"40000000\r\nhello\r\n0\r\n\r\n", [413], CLOSED),
    ("chunk size zz", POST + CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n", [400], CLOSED),
    ("no chunk size", POST + CHUNKED + b"\r\nhello\r\n0\r\n\r\n", [400], CLOSED),
    ("no line end behind a chunk", POST + CHUNKED + b"5\r\nhelloXX0\r\n\r\n", [400], CLOSED),
    ("coding gzip", POST + b"Transfer-Encoding: gzip\r\n\r\nhello", [501], CLOSED),
    ("coding gzip, chunked", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", [501], CLOSED),
    ("chunks in HTTP/1.0", POST.replace(b"1.1", b"1.0") + CHUNKED + b"0\r\n\r\n", [400], CLOSED),
    ("a request behind it", POST + SIZED + GET + HOST + b"\r\n", [200, 200], KEPT),
    ("64 KB that nobody wants", GET + HOST + b"Content-Length: 65536\r\n\r\n" + b"x" * 65536, [200], KEPT),
    ("more that nobody wants", GET + HOST + b"Content-Length: 65537\r\n\r\n", [413], CLOSED),
    ("chunks that nobody wants", GET + HOST + CHUNKED + b"10001\r\n", [413], CLOSED),
    ("20 MB", POST + b"Content-Length: 20000000\r\n\r\n" + b"x" * 100_000, [413], CLOSED),
]


class Malformed(Case):
    def setUp(self):
        super().setUp()
        self.assert_status(Http(self.server.url).get("/health"), 200)
        self.files = self.server.open_files()

    def tearDown(self):
        self.assertIsNone(self.server.process.poll(), "the server died")
        self.assert_status(Http(self.server.url).get("/health"), 200)
        wait_until("the closed descriptors", lambda: self.server.open_files() <= self.files, 15)
        self.assert_quiet()

    def connect(self, receive_buffer=None):
        client = socket.socket()
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(10 * PATIENCE)
        client.connect(("127.0.0.1", self.server.port))
        return client

    def exchange(self, request, count):
        """-> (the statuses of so many answers, whether the connection is then kept)."""
        with self.connect() as client:
            try:
                client.sendall(request)
            except OSError:
                pass  # it is refused already
            received = b""
            while len(self.statuses(received)) < count or not self.is_whole(received, request):
                if not (more := self.receive(client)):
                    return self.statuses(received), CLOSED
                received += more
            return self.statuses(received), self.state(client)

    @staticmethod
    def receive(client):
        try:
            return client.recv(65536)
        except ConnectionError:
            return b""

    def state(self, client):
        """Kept: one more request is answered."""
        try:
            client.sendall(GET + HOST + b"\r\n")
        except OSError:
            return CLOSED
        return KEPT if self.receive(client) else CLOSED

    @staticmethod
    def statuses(received):
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", received)]

    @staticmethod
    def is_whole(received, request):
        """Whether the last answer is all there."""
        head, end, body = received[received.rfind(b"HTTP/1.1 "):].partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        return bool(end) and (request.startswith(b"HEAD") or len(body) >= (int(length[1]) if length else 0))

    def check(self, cases):
        for name, request, statuses, state in cases:
            with self.subTest(name):
                got, kept = self.exchange(request, len(statuses))
                self.assertEqual(got, statuses)
                if state is not None:
                    self.assertEqual(kept, state)

    def test_lines(self):
        self.check(LINES)

    def test_fields(self):
        self.check(FIELDS)

    def test_bodies(self):
        self.check(BODIES)

    def test_endless_framing_is_refused_and_not_kept(self):
        before = self.server.resident_bytes()
        for name, start, more in [("extension", b"1;a=", b"b" * 4096), ("zeros", b"", b"0" * 4096),
                                  ("trailer", b"1\r\nx\r\n0\r\n", b"X: y\r\n" * 512),
                                  ("trailer field", b"1\r\nx\r\n0\r\nX: ", b"y" * 4096)]:
            with self.subTest(name), self.connect() as client:
                client.sendall(GET + HOST + CHUNKED + start)
                sent = 0
                while sent < 64 << 20 and not select.select([client], [], [], 0)[0]:
                    client.sendall(more)
                    sent += len(more)
                self.assertLess(sent, 64 << 20, "it is taken without end")
                self.assertEqual(self.statuses(self.receive(client)), [400])
        self.assertLess(self.server.resident_bytes() - before, PATIENCE * (16 << 20))
        self.check([(name, GET + HOST + CHUNKED + start + b"0" * 17_000, [400], CLOSED)
                    for name, start in [("extension", b"1;"), ("zeros", b""), ("trailer", b"0\r\nX: ")]])

    def test_every_answer_has_a_request_id(self):
        upgrade = b"GET /sockets/bash-events HTTP/1.1\r\n" + HOST + b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
        key, version = b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n", b"Sec-WebSocket-Version: 13\r\n"
        for request, status in [(GET + b"\r\n", 400), (GET + HOST + b"X: " + b"a" * 17_000, 431),
                                (b"GET /health HTTP/3.0\r\n\r\n", 505), (upgrade + key + version + b"\r\n", 101),
                                (upgrade + key + b"\r\n", 426), (upgrade + version + b"\r\n", 400),
                                (upgrade + version + b"Sec-WebSocket-Key: abc\r\n\r\n", 400)]:
            with self.subTest(request[:200]), self.connect() as client:
                client.sendall(request)
                answer = client.recv(65536)
                self.assertEqual(self.statuses(answer), [status])
                self.assertRegex(answer, rb"(?i)x-request-id: [0-9a-f]{32}\r\n")
                self.assertNotIn(b"Beast", answer)
                if status != 101:
                    self.assertIn(b'\r\n\r\n{"detail":', answer)

    def test_there_are_enough(self):
        self.assertGreaterEqual(len(LINES) + len(FIELDS) + len(BODIES), 105)

    def test_clients_that_do_not_read_leave_nothing_behind(self):
        conversation = self.start()
        for number in range(10):
            self.say(conversation, "%d %s" % (number, "x" * 500_000), run=False)
        self.files = self.server.open_files()
        search = b"GET %s HTTP/1.1\r\n%s\r\n" % (self.of(conversation, "/events/search?limit=100").encode(), HOST)
        follow = (b"GET /sockets/events/%s?resend_mode=all HTTP/1.1\r\n%sUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" % (
                      conversation.encode(), HOST))
        held = [self.connect(receive_buffer=4096) for _ in range(20)]
        for number, client in enumerate(held):
            client.sendall(search if number % 2 else follow)
            client.recv(100)
        begin = time.monotonic()
        self.assert_status(Http(self.server.url).get("/health"), 200)
        self.assertLess(time.monotonic() - begin, 1 * PATIENCE)
        self.assert_quiet()
        for client in held:
            client.close()

    def test_storms_from_several_threads_leave_nothing_behind(self):
        starts = (b"", b"GET /hea", GET + HOST + b"\r\n", POST + b"Content-Length: 500\r\n\r\nabc", POST + SIZED,
                  POST + CHUNKED + b"5\r\nhel", b"GET /sockets/events/x HTTP/1.1\r\n" + HOST + b"Upgrade: websocket\r\n")

        def storm(seed):
            choice = random.Random(seed)
            for _ in range(250):
                with self.connect() as client:
                    client.sendall(choice.choice(starts))
                    if choice.random() < 0.5:  # a reset in place of an orderly end
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

        threads = [threading.Thread(target=storm, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main()
