#!/usr/bin/env python3
"""Clients that are broken, slow, greedy or hostile: the server answers well, stays small, idle and alive."""
import os
import random
import re
import socket
import struct
import threading
import time
import unittest

import _path  # noqa: F401
from harness import Case, Http, PATIENCE, main, wait_until

HOST = b"Host: 127.0.0.1\r\n"
GET = b"GET /health HTTP/1.1\r\n"
POST = b"POST /api/bash/execute_bash_command HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
BODY = b'{"command":"true"}'
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def length(data):
    return b"Content-Length: %d\r\n" % len(data)


class Raw(Case):
    def connect(self, receive_buffer=None):
        client = socket.socket()
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(10 * PATIENCE)
        client.connect(("127.0.0.1", self.server.port))
        self.addCleanup(client.close)
        return client

    def exchange(self, data, answers=1, pieces=None):
        """-> statuses of the answers; "closed" at the end when the server hung up."""
        client = self.connect()
        try:
            for piece in pieces or [data]:
                client.sendall(piece)
        except OSError:
            pass
        received = b""
        while len(self.statuses(received)) < answers:
            try:
                more = client.recv(65536)
            except ConnectionError:
                more = b""
            if not more:
                return self.statuses(received) + ["closed"]
            received += more
        return self.statuses(received)

    @staticmethod
    def statuses(received):
        return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3})", received)]

    def assert_alive(self):
        self.assertIsNone(self.server.process.poll(), "the server died")
        self.assert_status(Http(self.server.url).get("/health"), 200)


class Requests(Raw):
    def check(self, cases):
        for name, data, expected in cases:
            with self.subTest(name):
                got = self.exchange(data)
                self.assertIn(got[0], expected, got)
        self.assert_alive()

    def test_good_ones(self):
        self.check([
            ("plain", GET + HOST + b"\r\n", [200]),
            ("HTTP/1.0", b"GET /health HTTP/1.0\r\n" + HOST + b"\r\n", [200]),
            ("empty line first", b"\r\n" + GET + HOST + b"\r\n", [200]),
            ("absolute URI", b"GET http://127.0.0.1/health HTTP/1.1\r\n" + HOST + b"\r\n", [200, 400]),
            ("chunked", POST + CHUNKED + b"12\r\n" + BODY + b"\r\n0\r\n\r\n", [200]),
            ("chunk extension and trailer", POST + CHUNKED + b"12;a=b\r\n" + BODY + b"\r\n0\r\nX: y\r\n\r\n", [200]),
            ("odd fields", GET + HOST + b"Cookie: ;;;=;a\r\nAccept: foo\r\nDate: x\r\nRange: bytes=0-\r\n\r\n", [200]),
            ("fragment", b"GET /health#x HTTP/1.1\r\n" + HOST + b"\r\n", [200, 400, 404]),
        ])

    def test_bad_lines(self):
        self.check([
            ("unknown method", b"FOO /health HTTP/1.1\r\n" + HOST + b"\r\n", [400, 405, 501]),
            ("lower-case method", b"get /health HTTP/1.1\r\n" + HOST + b"\r\n", [400, 405, 501]),
            ("HTTP/2.0", b"GET /health HTTP/2.0\r\n" + HOST + b"\r\n", [400, 505]),
            ("no version", b"GET /health\r\n\r\n", [400, 505, "closed"]),
            ("no Host", GET + b"\r\n", [400]),
            ("two Hosts", GET + b"Host: 127.0.0.1\r\nHost: localhost\r\n\r\n", [400]),
            ("CONNECT", b"CONNECT x:1 HTTP/1.1\r\n" + HOST + b"\r\n", [400, 404, 405, 501]),
            ("bad escape", b"GET /health%zz HTTP/1.1\r\n" + HOST + b"\r\n", [400, 404]),
            ("NUL in the path", b"GET /hea\0lth HTTP/1.1\r\n" + HOST + b"\r\n", [400]),
            ("escaped NUL", b"GET /health%00 HTTP/1.1\r\n" + HOST + b"\r\n", [400, 404]),
            ("high bytes", b"GET /\xff\xfe HTTP/1.1\r\n" + HOST + b"\r\n", [400, 404]),
            ("dots", b"GET /../../etc/passwd HTTP/1.1\r\n" + HOST + b"\r\n", [400, 404]),
            ("garbage", bytes(random.Random(1).randrange(128, 256) for _ in range(500)) + b"\r\n\r\n", [400, "closed"]),
        ])

    def test_bad_fields(self):
        self.check([
            ("NUL", GET + HOST + b"X: a\0b\r\n\r\n", [400]),
            ("no colon", GET + b"foo\r\n" + HOST + b"\r\n", [400]),
            ("blank before the colon", GET + HOST + b"X : y\r\n\r\n", [400]),
            ("no name", GET + b": x\r\n" + HOST + b"\r\n", [400]),
            ("one of 100 kB", GET + HOST + b"X: " + b"a" * 100_000 + b"\r\n\r\n", [400, 431]),
            ("10,000 fields", GET + HOST + b"A: b\r\n" * 10_000 + b"\r\n", [400, 431]),
            ("URI of 60 kB", b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", [400, 404, 414, 431]),
        ])

    def test_bad_bodies(self):
        huge = b"Content-Length: 5000000000\r\n\r\n"
        self.check([
            ("length: abc", POST + b"Content-Length: abc\r\n\r\n", [400]),
            ("length: -5", POST + b"Content-Length: -5\r\n\r\nhello", [400]),
            ("length beyond 64 bits", POST + b"Content-Length: 99999999999999999999999\r\n\r\n", [400, 413]),
            ("length 5 GB", POST + huge, [413]),
            ("two lengths", POST + b"Content-Length: 5\r\nContent-Length: 3\r\n\r\nhello", [400]),
            ("length and chunked", POST + b"Content-Length: 5\r\n" + CHUNKED + b"0\r\n\r\n", [400]),
            ("gzip", POST + b"Transfer-Encoding: gzip\r\n\r\nhello", [400, 501]),
            ("gzip, chunked", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", [400, 501]),
            ("chunk size -1", POST + CHUNKED + b"-1\r\nhello\r\n0\r\n\r\n", [400]),
            ("chunk size zz", POST + CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n", [400]),
            ("empty chunk size", POST + CHUNKED + b"\r\nhello\r\n0\r\n\r\n", [400]),
            ("enormous chunk", POST + CHUNKED + b"7fffffffffffffff\r\nhello", [400, 413]),
            ("no CRLF behind a chunk", POST + CHUNKED + b"5\r\nhelloXX0\r\n\r\n", [400]),
            ("not UTF-8", POST + length(b"\xff\xff") + b"\r\n\xff\xff", [400, 422]),
            ("deep", POST + length(b"[" * 100_000) + b"\r\n" + b"[" * 100_000, [400, 422]),
        ])

    def test_errors_are_json(self):
        client = self.connect()
        client.sendall(GET + b"foo\r\n\r\n")
        received = b""
        while more := client.recv(65536):
            received += more
        self.assertIn(b'{"detail":', received)
        self.assertRegex(received, rb"(?i)content-type: application/json")

    def test_pipelined_requests_are_answered_in_order(self):
        data = (GET + HOST + b"\r\n") * 3 + b"GET /nope HTTP/1.1\r\n" + HOST + b"\r\n" + POST + length(BODY) + b"\r\n" + BODY
        self.assertEqual(self.exchange(data, 5), [200, 200, 200, 404, 200])

    def test_byte_by_byte(self):
        for data in (POST + length(BODY) + b"\r\n" + BODY, POST + CHUNKED + b"12\r\n" + BODY + b"\r\n0\r\n\r\n"):
            pieces = [data[i:i + 1] for i in range(len(data))]
            self.assertEqual(self.exchange(None, pieces=pieces), [200])

    def test_expect_continue(self):
        client = self.connect()
        client.sendall(POST + length(BODY) + b"Expect: 100-continue\r\n\r\n")
        self.assertIn(b" 100 ", client.recv(1000))
        client.sendall(BODY)
        self.assertIn(b" 200 ", client.recv(1000))

    def test_connection_close_is_obeyed(self):
        self.assertEqual(self.exchange(GET + HOST + b"Connection: close\r\n\r\n", 2), [200, "closed"])
        self.assertEqual(self.exchange(b"GET /health HTTP/1.0\r\n" + HOST + b"\r\n", 2), [200, "closed"])

    def test_half_closed_client_gets_its_answer(self):
        client = self.connect()
        client.sendall(GET + HOST + b"\r\n")
        client.shutdown(socket.SHUT_WR)
        self.assertIn(b" 200 ", client.recv(1000))

    def test_methods_and_paths(self):
        answer = self.http.post("/health", {})
        self.assertEqual((answer.status, answer.json), (405, {"detail": "Method Not Allowed"}))
        self.assertIn("GET", answer.headers["allow"])
        self.assertEqual(self.http.get("/nope").json, {"detail": "Not Found"})
        self.assert_status(self.http.put("/api/tools/"), 405)

    def test_random_damage(self):
        """Requests with a few bytes changed: any answer will do, death will not."""
        choice = random.Random(20)
        whole = POST + CHUNKED + b"12\r\n" + BODY + b"\r\n0\r\n\r\n"
        for _ in range(300):
            data = bytearray(whole)
            for _ in range(choice.randrange(1, 5)):
                data[choice.randrange(len(data))] = choice.randrange(256)
            client = self.connect()
            client.sendall(bytes(data))
            client.close()
        self.assert_alive()


class Slow(Raw):
    def test_a_stalled_head_is_given_up(self):
        client = self.connect()
        client.settimeout(20 * PATIENCE)
        begin = time.monotonic()
        client.sendall(GET)
        self.assertIn(self.statuses(client.recv(1000)), ([408], []))
        self.assertLess(time.monotonic() - begin, 15 * PATIENCE)

    def test_a_client_that_does_not_read_costs_nothing(self):
        conversation = self.start()
        for number in range(40):
            self.say(conversation, "%d %s" % (number, "x" * 500_000), run=False)
        held = []
        for _ in range(5):
            client = self.connect(receive_buffer=4096)
            client.sendall(b"GET %s HTTP/1.1\r\n%s\r\n" % (
                self.of(conversation, "/events/search?limit=100").encode(), HOST))
            held.append(client)
        for client in held:
            client.recv(100)
        begin = time.monotonic()
        self.assert_alive()
        self.assertLess(time.monotonic() - begin, 1 * PATIENCE)
        self.assert_quiet()

    def test_open_connections_cost_no_time(self):
        held = [self.connect() for _ in range(300)]
        for client in held:
            client.sendall(GET + HOST + b"\r\n")
        for client in held:
            self.assertIn(b" 200 ", client.recv(1000))
        self.assert_quiet()

    def test_many_stalled_heads_hinder_nobody(self):
        for _ in range(300):
            self.connect().sendall(b"GET /hea")
        self.assert_alive()


class Storm(Raw):
    def reset(self, client):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()

    def test_a_thousand_clients_come_and_go(self):
        choice = random.Random(7)
        self.assert_alive()
        before = self.server.open_files()
        starts = (b"", b"GET /hea", GET + HOST + b"\r\n", POST + b"Content-Length: 500\r\n\r\nabc",
                  b"GET /sockets/events/x HTTP/1.1\r\n" + HOST + b"Upgrade: websocket\r\nConnection: Upgrade\r\n")
        for _ in range(1000):
            client = socket.create_connection(("127.0.0.1", self.server.port))
            client.sendall(choice.choice(starts))
            if choice.random() < 0.5:
                self.reset(client)
            else:
                client.close()
        self.assert_alive()
        wait_until("the closed descriptors", lambda: self.server.open_files() <= before + 2, 15)
        self.assert_quiet()

    def test_resets_in_the_middle_of_an_answer(self):
        conversation = self.start()
        for _ in range(5):
            self.say(conversation, "x" * 500_000, run=False)
        for _ in range(50):
            client = self.connect(receive_buffer=4096)
            client.sendall(b"GET %s HTTP/1.1\r\n%s\r\n" % (self.of(conversation, "/events/search").encode(), HOST))
            client.recv(100)
            self.reset(client)
        self.assert_alive()

    def test_sockets_come_and_go_during_a_broadcast(self):
        conversation = self.start()
        stop = threading.Event()

        def come_and_go():
            while not stop.is_set():
                client = socket.create_connection(("127.0.0.1", self.server.port))
                client.sendall(b"GET /sockets/events/%s?resend_mode=all HTTP/1.1\r\n%sUpgrade: websocket\r\n"
                               b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                               b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" % (conversation.encode(), HOST))
                client.recv(10)
                self.reset(client)

        threads = [threading.Thread(target=come_and_go) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            for number in range(100):
                self.say(conversation, "message %d" % number, run=False)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.assert_alive()
        self.assertEqual(self.http.get(self.of(conversation, "/events/count?kind=MessageEvent")).json, 100)


class Greedy(Raw):
    server_options = {"config": {"limits": {"connections": 50}}}

    def test_more_connections_than_allowed(self):
        held = [self.connect() for _ in range(80)]
        for client in held:
            client.close()
        wait_until("a free place", lambda: self.answers(), 10)

    def answers(self):
        try:
            return Http(self.server.url).get("/health").status == 200
        except OSError:
            return False

    def test_endless_output_is_bounded(self):
        before = self.server.resident_bytes()
        answer = self.http.post("/api/bash/execute_bash_command", {"command": "yes", "timeout": 2})
        self.assertIn(answer.status, (200, 408, 504))
        self.assertLess(self.server.resident_bytes() - before, PATIENCE * (200 << 20))
        wait_until("the end of yes", lambda: not self.server.descendants_named("yes")())

    @unittest.skipIf(PATIENCE > 1, "the sanitizers keep freed memory")
    def test_memory_of_large_bodies_is_given_back(self):
        body = b'{"x": [%s]}' % b",".join(b'{"a":%d,"b":"s%d"}' % (number, number) for number in range(560_000))
        before = self.server.resident_bytes()

        def send():
            client = self.connect()
            client.settimeout(60 * PATIENCE)
            client.sendall(b"PATCH /api/settings HTTP/1.1\r\n" + HOST + length(body) + b"\r\n" + body)
            self.assertIn(b" 400 ", client.recv(1000))

        for _ in range(4):
            threads = [threading.Thread(target=send) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        wait_until("the memory", lambda: self.server.resident_bytes() < before + (100 << 20), 20)

    def test_a_command_whose_child_keeps_the_pipe_open_returns(self):
        begin = time.monotonic()
        answer = self.http.post("/api/bash/execute_bash_command", {"command": "sleep 300 & echo started", "timeout": 20})
        self.assert_status(answer, 200)
        self.assertLess(time.monotonic() - begin, 25 * PATIENCE)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
