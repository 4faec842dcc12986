"""A headless Chromium, steered over its debugging socket, and the pictures that it takes (standard library only)."""
import base64
import shutil
import struct
import subprocess
import tempfile
import zlib
import pathlib

from .client import WebSocket
from .wait import wait_until

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
         "--window-size=1000,700", "--remote-debugging-port=0")


class Browser:
    """One page. Ends with close()."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="collet-test-", ignore_cleanup_errors=True)
        self.process = subprocess.Popen([PROGRAM, *FLAGS, "--user-data-dir=" + self.folder.name, "about:blank"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.socket, self.session, self.last = None, None, 0
        try:
            file = pathlib.Path(self.folder.name, "DevToolsActivePort")
            port, path = wait_until("Chromium", lambda: file.exists() and file.read_text().split(), 60)
            self.socket = WebSocket("http://127.0.0.1:" + port, path)
            page = self.call("Target.createTarget", url="about:blank")["targetId"]
            self.session = self.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        except BaseException:
            self.close()
            raise

    def call(self, method, **parameters):
        """-> the result; what else the browser says meanwhile is passed over."""
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        self.socket.send({**message, "sessionId": self.session} if self.session else message)
        while True:
            answer = self.socket.receive()
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise AssertionError("%s: %s" % (method, answer["error"]))
                return answer["result"]

    def open(self, url):
        self.call("Page.navigate", url=url)

    def evaluate(self, expression):
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def screenshot(self):
        return Picture(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def close(self):
        if self.socket:
            self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()


class Picture:
    """A PNG of 8 bits per channel, as (red, green, blue) per pixel."""

    def __init__(self, data):
        assert data.startswith(b"\x89PNG\r\n\x1a\n"), data[:16]
        at, packed = 8, b""
        while at < len(data):
            size, kind = struct.unpack(">I4s", data[at:at + 8])
            body = data[at + 8:at + 8 + size]
            if kind == b"IHDR":
                self.width, self.height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
                self.step = {2: 3, 6: 4}[colour]
                assert (depth, interlaced) == (8, 0)
            elif kind == b"IDAT":
                packed += body
            at += 12 + size
        self.rows = self._rows(zlib.decompress(packed))

    def _rows(self, raw):
        size, step, rows = self.width * self.step, self.step, []
        above = bytearray(size)
        for y in range(self.height):
            kind, row = raw[y * (size + 1)], bytearray(raw[y * (size + 1) + 1:(y + 1) * (size + 1)])
            if kind:
                for i in range(size):
                    left = row[i - step] if i >= step else 0
                    up, corner = above[i], above[i - step] if i >= step else 0
                    row[i] = (row[i] + self._guess(kind, left, up, corner)) & 255
            rows.append(row)
            above = row
        return rows

    @staticmethod
    def _guess(kind, left, up, corner):
        if kind < 4:
            return (0, left, up, (left + up) // 2)[kind]
        distances = [(abs(up - corner), left), (abs(left - corner), up), (abs(left + up - 2 * corner), corner)]
        return min(distances, key=lambda pair: pair[0])[1]

    def colours(self):
        """-> {colour: how many pixels have it}"""
        found = {}
        for row in self.rows:
            for i in range(0, len(row), self.step):
                colour = tuple(row[i:i + 3])
                found[colour] = found.get(colour, 0) + 1
        return found
