#!/usr/bin/env python3
"""The desktop in the browser: who gets in, what becomes of it, and that there is something to see. Needs the packages of
the section [desktop] in scripts/packages.txt; the picture needs chromium too."""
import os
import pathlib
import re
import shutil
import signal
import socket
import struct

import _path  # noqa: F401
from harness import Case, Http, SocketClosed, SocketRefused, WebSocket, main, wait_until
from harness.browser import PROGRAM as CHROMIUM, Browser

URL = "/api/desktop/url"
NEEDED = ("Xtigervnc", "websockify", "openbox")
THERE = all(shutil.which(program) for program in NEEDED) and os.path.exists("/usr/share/novnc/vnc.html")
RED = (200, 30, 40)


class XClient:
    """Says hello to an X server; raises PermissionError where it refuses. Ends with close()."""

    def __init__(self, display, authority=None):
        name, cookie = b"", b""
        if authority:
            name, cookie = b"MIT-MAGIC-COOKIE-1", authority.read_bytes()[-16:]
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect("/tmp/.X11-unix/X%d" % display)

        def padded(data):
            return data + b"\0" * (-len(data) % 4)

        self.socket.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, len(name), len(cookie)) + padded(name) + padded(cookie))
        accepted, length = struct.unpack("<BxHHH", self.read(8))[::3]
        body = self.read(4 * length)
        if accepted != 1:
            self.close()
            raise PermissionError("the X server refuses")
        self.first_id, = struct.unpack("<I", body[4:8])
        vendor, formats = struct.unpack("<H", body[16:18])[0], body[21]
        root = 32 + vendor + -vendor % 4 + 8 * formats
        self.root, = struct.unpack("<I", body[root:root + 4])

    def read(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                self.close()
                raise PermissionError("the X server hangs up")
            data += piece
        return data

    def close(self):
        self.socket.close()

    def show(self, x, y, width, height, colour):
        """A window that no window manager touches, of one colour."""
        window, pixel = self.first_id + 1, colour[0] << 16 | colour[1] << 8 | colour[2]
        self.socket.sendall(struct.pack("<BBHIIhhHHHHIIII", 1, 0, 10, window, self.root, x, y, width, height, 0, 1, 0,
                                        0x2 | 0x200, pixel, 1))  # CreateWindow: background, override-redirect
        self.socket.sendall(struct.pack("<BxHI", 8, 2, window))  # MapWindow
        self.socket.sendall(struct.pack("<BxH", 43, 1))  # GetInputFocus: answered when all else is done
        self.read(32)


class DesktopOff(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = None  # each test has its own

    def test_off_is_the_default(self):
        server = self.another_server()
        self.assertIn("switched off", self.assert_status(Http(server.url).get(URL), 503)["detail"])
        self.assert_status(Http(server.url).get("/ready"), 200)

    def test_what_is_not_installed_is_named(self):
        nothing = str(self.new_folder())
        server = self.another_server(environment={"OH_ENABLE_VNC": "true", "PATH": nothing, "NOVNC_WEB": nothing})
        detail = self.assert_status(Http(server.url).get(URL), 503)["detail"]
        for package in ("tigervnc-standalone-server", "websockify", "novnc", "openbox"):
            self.assertIn(package, detail)
        self.assertIn("no desktop: it lacks Xtigervnc", server.log)
        self.assertNotIn("has no effect", server.log)
        self.assert_status(Http(server.url).get("/ready"), 200)

    def test_what_it_cannot_use_stops_the_start(self):
        for config, words in (({"geometry": "big"}, "'geometry' must be like 1280x800"), ({"display": -1}, "display")):
            with self.assertRaises(AssertionError) as caught:
                self.another_server(config={"plugins": {"desktop": config}})
            self.assertIn(words, str(caught.exception))


class Desktop(Case):
    @classmethod
    def setUpClass(cls):
        cls.server = None

    def setUp(self):
        if not THERE:
            self.skipTest("the packages of the section [desktop] are not installed")
        super().setUp()
        self.server = self.another_server(config={"plugins": {"desktop": {"run": True, "port": 0}}})
        self.http = Http(self.server.url)
        self.wait_ready()

    def wait_ready(self):
        """Until the window manager runs, which comes last, and the page is served."""
        def there():
            answer = self.http.get(URL)
            if answer.status != 200 or not self.server.descendants_named("openbox")():
                return False
            try:
                return Http(answer["url"]).get("/vnc.html").status == 200
            except OSError:
                return False

        wait_until("the desktop", there, 60)

    def url(self):
        return self.assert_status(self.http.get(URL), 200)["url"]

    def parts(self):
        """-> (port, token)"""
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/vnc\.html\?autoconnect=1&resize=remote"
                             r"#path=websockify%3Ftoken%3D([0-9a-f]{64})", self.url())
        self.assertTrue(found, self.url())
        return int(found[1]), found[2]

    def folder(self):
        found = list(pathlib.Path(self.server.state).rglob("xauthority"))
        self.assertEqual(len(found), 1)
        return found[0].parent

    def display(self):
        pid, = self.server.descendants_named("Xtigervnc")()
        return int(pathlib.Path("/proc/%d/cmdline" % pid).read_text().split("\0")[1][1:])

    def vnc(self, token):
        return WebSocket("http://127.0.0.1:%d" % self.parts()[0], "/websockify" + token,
                         {"Sec-WebSocket-Protocol": "binary"})

    def greeting(self, token):
        """-> the first bytes that VNC says; nothing where nobody is let in."""
        try:
            with self.vnc(token) as socket_:
                return socket_._read_frame()[2]
        except (SocketClosed, SocketRefused, ConnectionError):
            return b""

    def test_who_has_the_address_gets_in_and_nobody_else(self):
        port, token = self.parts()
        self.assertEqual(self.greeting("?token=" + token)[:4], b"RFB ")
        for wrong in ("", "?token=", "?token=" + "0" * 64, "?token=" + token[:-1]):
            self.assertFalse(self.greeting(wrong).startswith(b"RFB "), wrong)
        with self.assertRaises(OSError):
            socket.create_connection(("127.0.0.2", port), 5)
        for name in ("vnc", "tokens", "xauthority", "environment"):
            self.assertEqual((self.folder() / name).stat().st_mode & 0o777, 0o600, name)
        self.assertEqual(self.folder().stat().st_mode & 0o777, 0o700)
        XClient(self.display(), self.folder() / "xauthority").close()
        with self.assertRaises(PermissionError):
            XClient(self.display())
        self.assertNotIn(token, self.server.log)
        for pid in self.server.descendants():
            self.assertNotIn(token, pathlib.Path("/proc/%d/cmdline" % pid).read_text(errors="replace"))

    def test_only_the_page_is_on_the_network(self):
        port, _ = self.parts()
        ours = set(self.server.descendants())
        inodes = set()
        for pid in ours:
            for entry in pathlib.Path("/proc/%d/fd" % pid).iterdir():
                try:
                    found = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(entry))
                except OSError:
                    continue
                if found:
                    inodes.add(found[1])
        listening = []
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            for line in pathlib.Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and fields[9] in inodes:
                    listening.append(fields[1])
        self.assertEqual(listening, ["0100007F:%04X" % port])

    def test_base_url(self):
        _, token = self.parts()
        url = self.http.get(URL + "?base_url=https://there.example/")["url"]
        self.assertEqual(url, "https://there.example/vnc.html?autoconnect=1&resize=remote"
                              "#path=websockify%3Ftoken%3D" + token)

    def test_each_part_comes_back(self):
        for name in ("openbox", "Xtigervnc"):
            before = self.server.descendants_named(name)()
            os.kill(before[0], signal.SIGKILL)
            wait_until("another " + name, lambda: set(self.server.descendants_named(name)()) - set(before), 60)
            self.wait_ready()
        self.assertEqual(self.greeting("?token=" + self.parts()[1])[:4], b"RFB ")
        XClient(self.display(), self.folder() / "xauthority").close()

    def test_all_ends_with_the_server_however_that_ends(self):
        for end in ("terminate", "kill"):
            pids = [pid for name in ("openbox", "Xtigervnc", "websockify") for pid in self.server.descendants_named(name)()]
            self.assertGreaterEqual(len(pids), 3)
            getattr(self.server, end)()
            wait_until("the end of all", lambda: not any(os.path.exists("/proc/%d/cmdline" % pid) for pid in pids))
            self.server.start()
            self.http = Http(self.server.url)
            self.wait_ready()

    def test_what_a_program_shows_is_seen_in_the_browser(self):
        if not CHROMIUM:
            self.skipTest("there is no chromium")
        browser = Browser()
        self.addCleanup(browser.close)
        browser.open(self.url())
        wait_until("noVNC to connect",
                   lambda: browser.evaluate("document.documentElement.classList.contains('noVNC_connected')"), 60, 0.1)
        self.assertNotIn(RED, browser.screenshot().colours())
        client = XClient(self.display(), self.folder() / "xauthority")
        self.addCleanup(client.close)
        client.show(0, 0, 4000, 4000, RED)
        # Most of the page is the desktop. JPEG may change a colour a little on the way.
        def is_seen():
            picture = browser.screenshot()
            near = sum(count for colour, count in picture.colours().items()
                       if all(abs(a - b) < 12 for a, b in zip(colour, RED)))
            return near > 0.5 * picture.width * picture.height

        wait_until("the window in the picture", is_seen, 60, 0.2)

    def test_a_command_of_an_agent_finds_it(self):
        environment = self.folder() / "environment"
        answer = self.http.post("/api/bash/execute_bash_command",
                                {"command": ". %s; echo $DISPLAY $XAUTHORITY" % environment})
        self.assert_status(answer, 200)
        self.assertEqual(answer["stdout"].split(), [":%d" % self.display(), str(self.folder() / "xauthority")])


if __name__ == "__main__":
    main()
