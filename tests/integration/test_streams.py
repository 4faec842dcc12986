#!/usr/bin/env python3
"""Streamed bodies and answers of a plugin, and who may have them, against the program."""
import hashlib
import http.client
import os
import re
import shutil
import socket
import time
import urllib.parse

import _path  # noqa: F401
from harness import Case, Http, MockLlm, PATIENCE, main, wait_until
from harness.server import binary

PLUGINS = binary().parent.parent / "testdata/plugins"
KEY = "test-session-key"
BIG = int(os.environ.get("COLLET_STREAM_BYTES", 512 << 20))
GROWTH = 32 << 20


def peak_of(pid):
    with open("/proc/%d/status" % pid) as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) << 10


class Streams(Case):
    @classmethod
    def setUpClass(cls):
        cls.mock = cls.enter(MockLlm(), "stop")

    def setUp(self):
        super().setUp()
        folder = self.new_folder()
        folder.chmod(0o755)
        shutil.copy(PLUGINS / "streams.so", folder)
        plugins = {"directories": [str(folder)], "streams": {"enabled": True}}
        self.server = self.another_server(config={"plugins": plugins, "session_api_keys": [KEY]})
        self.http = Http(self.server.url, KEY)
        self.address = urllib.parse.urlsplit(self.server.url)

    def connection(self):
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=60 * PATIENCE)
        self.addCleanup(connection.close)
        return connection

    def upload(self, pieces, length=None, path="/streams/count"):
        headers = {"X-Session-API-Key": KEY}
        if length is not None:
            headers["Content-Length"] = str(length)
        connection = self.connection()
        connection.request("POST", path, body=pieces, headers=headers, encode_chunked=length is None)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def feed(self, piece):
        """The next piece of /streams/feed; empty: its end."""
        wait_until("a piece to be asked for", lambda: self.http.post("/streams/feed", piece).status == 200)

    def download(self, path):
        """The length and the digest of an answer."""
        connection = self.connection()
        connection.request("GET", path, headers={"X-Session-API-Key": KEY})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        digest, length = hashlib.sha256(), 0
        while piece := answer.read(1 << 20):
            digest.update(piece)
            length += len(piece)
        return length, digest.hexdigest()

    # -- what comes and goes -----------------------------------------------------------------------
    def test_length_does_not_show_in_the_memory(self):
        block = os.urandom(1 << 20)
        source = self.new_folder() / "big"
        digest = hashlib.sha256()
        with open(source, "wb") as file:
            for _ in range(BIG >> 20):
                file.write(block)
                digest.update(block)
        self.http.get("/streams/bytes?size=1000")
        before = peak_of(self.server.pid)
        self.assertEqual(self.upload((block for _ in range(BIG >> 20)), BIG), (200, str(BIG).encode()))
        self.assertEqual(self.upload(block for _ in range(BIG >> 20)), (200, str(BIG).encode()))
        self.assertEqual(self.download("/streams/file?path=%s&size=%d" % (source, BIG)), (BIG, digest.hexdigest()))
        self.assertEqual(self.download("/streams/bytes?size=%d" % BIG)[0], BIG)
        if PATIENCE == 1:  # the sanitizers keep freed memory for a while
            self.assertLess(peak_of(self.server.pid) - before, GROWTH)

    def test_a_slow_reader_holds_nobody_up(self):
        slow = socket.create_connection((self.address.hostname, self.address.port))
        self.addCleanup(slow.close)
        slow.sendall(("GET /streams/bytes?size=%d HTTP/1.1\r\nHost: localhost\r\nX-Session-API-Key: %s\r\n\r\n"
                      % (BIG, KEY)).encode())
        for _ in range(20):
            self.assert_status(self.http.get("/health"), 200)
        self.assertEqual(self.upload([b"abc"], 3), (200, b"3"))
        self.assertEqual(slow.recv(15), b"HTTP/1.1 200 OK")

    def test_a_refusal_comes_before_the_body(self):
        connection = socket.create_connection((self.address.hostname, self.address.port), timeout=10 * PATIENCE)
        self.addCleanup(connection.close)
        connection.sendall(("POST /streams/count?refuse=1 HTTP/1.1\r\nHost: localhost\r\nX-Session-API-Key: %s\r\n"
                            "Content-Length: 1000000000\r\nExpect: 100-continue\r\n\r\n" % KEY).encode())
        self.assertTrue(connection.recv(100).startswith(b"HTTP/1.1 507 "))

    def test_a_client_that_leaves_is_noticed(self):
        connection = self.connection()
        connection.putrequest("POST", "/streams/count")
        connection.putheader("X-Session-API-Key", KEY)
        connection.putheader("Content-Length", "1000")
        connection.endheaders(b"abc#")
        wait_until("the body to be taken", lambda: self.http.get("/streams/stored?key=seen").text == "#")
        connection.close()
        wait_until("the receiver to be told",
                   lambda: self.http.get("/streams/stored?key=broken").text == "the client has left")

        feed = self.connection()
        feed.request("GET", "/streams/feed", headers={"X-Session-API-Key": KEY})
        self.feed(b"data: 1\n\n")
        answer = feed.getresponse()
        self.assertEqual(answer.read1(100), b"data: 1\n\n")
        answer.close()
        feed.close()
        wait_until("the source to go", lambda: self.http.get("/streams/stored?key=released").text == "feed")

    def test_the_end_of_the_server_ends_what_runs(self):
        feed = self.connection()
        feed.request("GET", "/streams/feed", headers={"X-Session-API-Key": KEY})
        self.feed(b"data: 1\n\n")
        begun = time.monotonic()
        self.assertEqual(self.server.terminate(), 0)
        self.assertLess(time.monotonic() - begun, 30 * PATIENCE)

    # -- who may ------------------------------------------------------------------------------------
    def test_a_bearer_token_opens_its_routes(self):
        bearer = {"Authorization": "Bearer " + KEY}
        nobody = Http(self.server.url)
        self.assert_status(nobody.get("/streams/stored?key=x", bearer), 401)
        self.assert_status(nobody.get("/streams/feed"), 401)
        feed = self.connection()
        feed.request("GET", "/streams/feed", headers=bearer)
        self.feed(b"")
        self.assertEqual(feed.getresponse().status, 200)

    def test_the_workspace_cookie(self):
        nobody, path = Http(self.server.url), "/api/auth/workspace-session"
        self.assert_status(nobody.post(path), 401)
        answer = self.assert_status(self.http.post(path, headers={"Origin": "http://localhost:3000"}), 204)
        self.assertEqual(answer.headers["access-control-allow-credentials"], "true")
        self.assertEqual(answer.headers["access-control-allow-origin"], "http://localhost:3000")
        cookie, *traits = answer.headers["set-cookie"].split("; ")
        self.assertEqual(traits, ["HttpOnly", "Max-Age=43200", "Path=/api/conversations", "SameSite=none", "Secure",
                                  "Partitioned"])
        self.assertNotIn(KEY, cookie)
        files = "/streams/bytes?size=3&known=1"
        self.assert_status(nobody.get(files), 401)
        self.assert_status(nobody.get(files, {"Cookie": cookie}), 200)
        self.assert_status(nobody.request("HEAD", files, headers={"Cookie": cookie}), 200)
        self.assert_status(nobody.get(files, {"Cookie": cookie, "Origin": "https://evil.example"}), 401)
        self.assert_status(nobody.get(files, {"Cookie": cookie, "Origin": "http://localhost:3000"}), 200)
        self.assert_status(nobody.get("/api/settings", {"Cookie": cookie}), 401)
        gone = self.assert_status(self.http.delete(path), 204)
        self.assertTrue(gone.headers["set-cookie"].startswith('oh_workspace_session_key=""; HttpOnly; Max-Age=0;'))


if __name__ == "__main__":
    main()
