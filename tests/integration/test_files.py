#!/usr/bin/env python3
"""Files and folders over HTTP, up and down, against the program."""
import concurrent.futures
import hashlib
import http.client
import os
import pathlib
import socket
import subprocess
import threading
import time
import urllib.parse

import _path  # noqa: F401
from harness import Case, Http, main, wait_until
from harness.files import MEGABYTE, block, quoted
from harness.wait import PATIENCE

UP, DOWN = "/api/file/upload", "/api/file/download"
RAW = {"Content-Type": "application/octet-stream"}


def form(data, name="file"):
    """-> (body, headers)"""
    head = '--frontier\r\nContent-Disposition: form-data; name="%s"; filename="x"\r\n\r\n' % name
    return head.encode() + data + b"\r\n--frontier--\r\n", {"Content-Type": "multipart/form-data; boundary=frontier"}


class Transfer(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.new_folder()

    def upload(self, path, data, headers=None):
        return self.http.post("%s?path=%s" % (UP, quoted(path)), data, headers or RAW)

    def download(self, path, headers=None, method="GET"):
        return self.http.request(method, "%s?path=%s" % (DOWN, quoted(path)), headers=headers)

    def send_head(self, path, length, headers=RAW):
        """-> a socket on which the body of an upload may be sent."""
        connection = socket.create_connection(self.http.address, timeout=30 * PATIENCE)
        self.addCleanup(connection.close)
        fields = {"Host": "127.0.0.1:%d" % self.http.address[1], "Content-Length": str(length), **headers}
        lines = "".join("%s: %s\r\n" % field for field in fields.items())
        connection.sendall(("POST %s?path=%s HTTP/1.1\r\n%s\r\n" % (UP, quoted(path), lines)).encode())
        return connection

    def mount(self, size):
        """-> a small file system of its own, in memory."""
        folder = self.new_folder()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + size, "none", str(folder)],
                          stderr=subprocess.DEVNULL).returncode:
            self.skipTest("mounting a small file system needs root")
        self.addCleanup(subprocess.run, ["umount", "-l", str(folder)])
        return folder

    def test_all_bytes_come_back_in_all_forms(self):
        data = bytes(range(256)) * 3000 + b"\r\n--frontie\r\n"
        self.assertEqual(self.upload(self.folder / "a/raw", data).json, {"success": True})
        self.assertEqual(self.upload(self.folder / "form", *form(data)).json, {"success": True})
        in_path = urllib.parse.quote(str(self.folder / "in path"))
        self.assertEqual(self.http.post(UP + "/" + in_path, data, RAW).json, {"success": True})
        for name in ("a/raw", "form", "in path"):
            self.assertEqual((self.folder / name).read_bytes(), data)
            answer = self.download(self.folder / name)
            self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/octet-stream"))
            self.assertEqual(answer.data, data)
        answer = self.http.get(DOWN + urllib.parse.quote(str(self.folder / "form")))
        self.assertEqual(answer.data, data)

    def test_chunked_uploads(self):
        connection = http.client.HTTPConnection(*self.http.address, timeout=30 * PATIENCE)
        self.addCleanup(connection.close)
        pieces = [b"x" * size for size in (1, 5, 100_000, 3)]
        connection.request("POST", "%s?path=%s" % (UP, quoted(self.folder / "x")), body=iter(pieces), headers=RAW,
                           encode_chunked=True)
        self.assertEqual(connection.getresponse().status, 200)
        self.assertEqual((self.folder / "x").read_bytes(), b"".join(pieces))

    def test_ranges_conditions_and_head(self):
        path = self.folder / "x.json"
        path.write_bytes(b"hello file\n")
        whole = self.download(path)
        tag = whole.headers["etag"]
        for header, data, where in (("bytes=0-3", b"hell", "bytes 0-3/11"), ("bytes=-5", b"file\n", "bytes 6-10/11"),
                                    ("bytes=6-", b"file\n", "bytes 6-10/11")):
            part = self.download(path, {"Range": header, "If-Range": tag})
            self.assertEqual((part.status, part.data, part.headers["content-range"]), (206, data, where))
        several = self.download(path, {"Range": "bytes=0-0,10-"})
        self.assertEqual(several.status, 206)
        self.assertIn("multipart/byteranges", several.headers["content-type"])
        self.assertEqual(len(several.data), int(several.headers["content-length"]))
        self.assertIn(b"Content-Range: bytes 10-10/11\r\n\r\n\n\r\n", several.data)
        beyond = self.download(path, {"Range": "bytes=99-"})
        self.assertEqual((beyond.status, beyond.headers["content-range"], beyond.data), (416, "bytes */11", b""))
        self.assertEqual(self.download(path, {"If-None-Match": tag}).status, 304)
        self.assertEqual(self.download(path, {"If-Modified-Since": whole.headers["last-modified"]}).status, 304)
        head = self.download(path, method="HEAD")
        self.assertEqual((head.status, head.data), (200, b""))
        for name in ("content-length", "content-type", "etag", "last-modified", "accept-ranges", "content-disposition"):
            self.assertEqual(head.headers[name], whole.headers[name])
        self.assertEqual(self.download(path).data, b"hello file\n")  # the connection is still in step
        self.upload(path, b"changed")
        self.assertEqual(self.download(path, {"Range": "bytes=0-3", "If-Range": tag}).data, b"changed")

    def test_what_is_wrong_is_said(self):
        for method, target, status in (
                ("GET", DOWN + "?path=x", 400), ("GET", DOWN, 422), ("GET", DOWN + "?path=/dev/null", 400),
                ("GET", "%s?path=%s" % (DOWN, self.folder), 400), ("GET", "%s?path=%s/none" % (DOWN, self.folder), 404),
                ("HEAD", "%s?path=%s/none" % (DOWN, self.folder), 404), ("GET", DOWN + "?path=/%00", 400),
                ("GET", DOWN + "?path=/%ff", 400), ("PUT", DOWN, 405), ("POST", DOWN, 405)):
            with self.subTest(method + " " + target):
                self.assert_status(self.http.request(method, target), status)
        body, headers = form(b"x")
        for data, kind, status in ((body[:-10], headers, 400), (b"{}", {"Content-Type": "application/json"}, 422),
                                   (form(b"x", "other")[0], headers, 422), (b"", headers, 400),
                                   (b"x", {"Content-Type": "multipart/form-data"}, 400)):
            self.assert_status(self.upload(self.folder / "y/z", data, kind), status)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_an_upload_that_breaks_leaves_nothing(self):
        (self.folder / "old").write_bytes(b"content")
        for path in (self.folder / "old", self.folder / "new/deep/x"):
            connection = self.send_head(path, 10 * MEGABYTE)
            connection.sendall(block(1) * 3)
            wait_until("the upload to be under way", lambda: self.open_in(self.folder))
            connection.close()
            wait_until("the upload to end", lambda: not self.open_in(self.folder))
        self.assertEqual((self.folder / "old").read_bytes(), b"content")
        wait_until("the folders to go", lambda: [path.name for path in self.folder.iterdir()] == ["old"])

    def open_in(self, folder, server=None):
        """-> files of the server's that are open in a folder, those without a name too."""
        found = []
        for link in pathlib.Path("/proc/%d/fd" % (server or self.server).pid).iterdir():
            try:
                found += [name for name in [os.readlink(link)] if name.startswith(str(folder))]
            except OSError:
                pass
        return found

    def test_nothing_is_left_when_the_server_is_killed(self):
        server = self.another_server()
        self.http = Http(server.url)
        connection = self.send_head(self.folder / "x", 10 * MEGABYTE)
        connection.sendall(block(1))
        wait_until("the upload to be under way", lambda: self.open_in(self.folder, server))
        server.kill()
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_full_disk_is_said_and_left_as_it_was(self):
        folder = self.mount("8m")
        (folder / "old").write_bytes(b"content")
        announced = self.upload(folder / "old", block(1) * 9)
        self.assertEqual(announced.status, 507, announced)
        connection = http.client.HTTPConnection(*self.http.address, timeout=30 * PATIENCE)
        self.addCleanup(connection.close)
        try:
            connection.request("POST", "%s?path=%s" % (UP, quoted(folder / "old")), body=(block(1) for _ in range(9)),
                               headers=RAW, encode_chunked=True)
        except OSError:
            pass  # it has answered before all was sent
        answer = connection.getresponse()
        self.assertEqual(answer.status, 507)
        self.assertIn(b"No space left", answer.read())
        self.assertEqual({path.name: path.read_bytes() for path in folder.iterdir()}, {"old": b"content"})
        self.assert_status(self.upload(folder / "old", block(2)), 200)

    def test_of_uploads_at_the_same_time_one_wins_whole(self):
        bodies = [bytes([number]) * (2 * MEGABYTE) for number in range(6)]

        def send(body):
            return Http(self.server.url).post("%s?path=%s" % (UP, quoted(self.folder / "x")), body, RAW).status

        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            self.assertEqual(set(pool.map(send, bodies)), {200})
        self.assertIn((self.folder / "x").read_bytes(), bodies)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["x"])

    def test_a_large_file_takes_no_memory_and_delays_nobody(self):
        megabytes = 300
        self.download(self.folder / "warm", method="HEAD")
        before = self.server.resident_bytes()
        highest, delays, done = [before], [], threading.Event()

        def watch():
            health = Http(self.server.url)
            while not done.wait(0.02):
                highest.append(self.server.resident_bytes())
                begin = time.monotonic()
                health.get("/health")
                delays.append(time.monotonic() - begin)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            connection = self.send_head(self.folder / "big", megabytes * MEGABYTE)
            digest = hashlib.sha256()
            for number in range(megabytes):
                data = block(number % 16)
                digest.update(data)
                connection.sendall(data)
            self.assertIn(b" 200 ", connection.recv(4096))
            answer = http.client.HTTPConnection(*self.http.address, timeout=60 * PATIENCE)
            self.addCleanup(answer.close)
            answer.request("GET", "%s?path=%s" % (DOWN, quoted(self.folder / "big")))
            got, back = answer.getresponse(), hashlib.sha256()
            while piece := got.read(MEGABYTE):
                back.update(piece)
        finally:
            done.set()
            watcher.join()
        self.assertEqual(back.digest(), digest.digest())
        # The sanitizers keep freed memory for a while.
        sanitized = "ASAN_OPTIONS" in os.environ or PATIENCE > 1
        self.assertLess(max(highest) - before, (512 if sanitized else 32) * MEGABYTE)
        delays.sort()
        self.assertLess(delays[len(delays) // 2], 0.1 * PATIENCE)

    def test_a_slow_reader_costs_nothing(self):
        (self.folder / "big").write_bytes(block(3) * 64)
        connection = socket.socket()
        self.addCleanup(connection.close)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(self.http.address)
        connection.sendall(("GET %s?path=%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % (
            DOWN, quoted(self.folder / "big"), self.http.address[1])).encode())
        self.assertIn(b"200 OK", connection.recv(1000))
        self.assert_quiet()


class Folders(Case):
    def test_folders_are_made_and_listed(self):
        folder = self.new_folder()
        make = "/api/file/create_directory?path="
        self.assertEqual(self.http.post(make + quoted(folder / "a/b")).json, {"success": True})
        self.assertEqual(self.http.post(make + quoted(folder / "a/b")).json, {"success": True})
        (folder / "file").write_text("x")
        for wrong in (folder / "file", folder / "file/below", "relative"):
            self.assert_status(self.http.post(make + quoted(wrong)), 400)
        for name in ("C", ".h", "d"):
            (folder / name).mkdir()
        find = "/api/file/search_subdirs?path=" + quoted(folder)
        page = self.http.get(find + "&limit=2").json
        self.assertEqual([item["name"] for item in page["items"]], ["a", "C"])
        page = self.http.get(find + "&limit=2&page_id=" + page["next_page_id"]).json
        self.assertEqual(page, {"items": [{"name": "d", "path": str(folder / "d")}], "next_page_id": None})
        home = self.http.get("/api/file/home").json
        self.assertEqual(home["home"], str(self.server.state.parent))


if __name__ == "__main__":
    main()
