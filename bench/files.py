#!/usr/bin/env python3
"""Measures large files going up and down, each beside its floor in the same run (Python 3.11, standard library, dd).

usage: files.py [--gibibytes N] [--rounds N] [--folder FOLDER]
    COLLET_BINARY=…         the program (default: the release build)

The floor of an upload is dd with fsync into the same folder; that of a download is a process that sends the same file with
sendfile to the same client. The file is made of zeros. README.md has the last figures.
"""
import argparse
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
os.environ.setdefault("COLLET_BINARY", str(pathlib.Path(__file__).resolve().parent.parent / "build/release/bin/collet"))
from harness import Server  # noqa: E402

MEBIBYTE = 1 << 20


def timed(action, *arguments):
    begin = time.monotonic()
    action(*arguments)
    return time.monotonic() - begin


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=300)
        self.buffer = memoryview(bytearray(MEBIBYTE))

    def head(self, line, fields):
        text = line + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + "".join("%s: %s\r\n" % field for field in fields.items())
        self.socket.sendall((text + "Connection: close\r\n\r\n").encode())

    def upload(self, path, mebibytes, form):
        before, after, kind = b"", b"", "application/octet-stream"
        if form:
            before = b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
            after, kind = b"\r\n--frontier--\r\n", "multipart/form-data; boundary=frontier"
        length = len(before) + mebibytes * MEBIBYTE + len(after)
        self.head("POST /api/file/upload?path=%s" % path, {"Content-Type": kind, "Content-Length": length})
        self.socket.sendall(before)
        zeros = bytes(MEBIBYTE)
        for _ in range(mebibytes):
            self.socket.sendall(zeros)
        self.socket.sendall(after)
        answer = self.socket.recv(65536)
        if b" 200 " not in answer[:20]:
            raise SystemExit("the upload was answered with %r" % answer)

    def receive(self, least):
        got = 0
        while count := self.socket.recv_into(self.buffer):
            got += count
        if got < least:
            raise SystemExit("%d bytes came, not %d" % (got, least))

    def download(self, path, size):
        self.head("GET /api/file/download?path=%s" % path, {})
        self.receive(size)


def sendfile_floor(path, size):
    """The same client, and another process that only sends."""
    listener = socket.create_server(("127.0.0.1", 0))
    child = os.fork()
    if child == 0:
        connection, file, offset = listener.accept()[0], os.open(path, os.O_RDONLY), 0
        while offset < size:
            offset += os.sendfile(connection.fileno(), file, offset, size - offset)
        os._exit(0)
    client = Client(listener.getsockname()[1])
    listener.close()
    client.receive(size)
    os.waitpid(child, 0)


def memory(server, name):
    """-> bytes: VmRSS is what it has, VmHWM the most that it has had."""
    for line in pathlib.Path("/proc/%d/status" % server.pid).read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise KeyError(name)


def growth(server, action, *arguments):
    """-> (seconds, by how many MiB the server has grown at most)"""
    pathlib.Path("/proc/%d/clear_refs" % server.pid).write_text("5")  # the peak begins anew
    before = memory(server, "VmRSS")
    seconds = timed(action, *arguments)
    return seconds, (memory(server, "VmHWM") - before) / MEBIBYTE


def measure(server, folder, mebibytes):
    """-> {what: (seconds, growth or None)} of one round"""
    size, path = mebibytes * MEBIBYTE, str(folder / "file")
    dd = ["dd", "if=/dev/zero", "of=" + str(folder / "dd"), "bs=1M", "count=%d" % mebibytes, "conv=fsync", "status=none"]
    found = {"dd conv=fsync": (timed(lambda: subprocess.run(dd, check=True)), None)}
    (folder / "dd").unlink()
    for what, form in (("upload, bare body", False), ("upload, form", True)):
        found[what] = growth(server, Client(server.port).upload, path, mebibytes, form)
    sendfile_floor(path, size)  # so that the file is in memory for both
    found["sendfile"] = timed(sendfile_floor, path, size), None
    found["download"] = growth(server, Client(server.port).download, path, size)
    (folder / "file").unlink()
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gibibytes", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--folder", default=None, help="on the disk that is meant")
    options = parser.parse_args()
    mebibytes = int(options.gibibytes * 1024)
    server = Server()
    try:
        with tempfile.TemporaryDirectory(prefix="collet-bench-", dir=options.folder) as name:
            rounds = [measure(server, pathlib.Path(name), mebibytes) for _ in range(options.rounds)]
    finally:
        server.close()
    print("| %g GiB | seconds | MiB/s | of the floor | growth of the server |\n| --- | --- | --- | --- | --- |" % options.gibibytes)
    floor = None
    for what in rounds[0]:
        seconds = statistics.median(one[what][0] for one in rounds)
        growths = [one[what][1] for one in rounds if one[what][1] is not None]
        floor = seconds if not growths else floor
        print("| %s | %.2f | %.0f | %.2f | %s |" % (what, seconds, mebibytes / seconds, seconds / floor,
                                                    "%.1f MiB" % max(growths) if growths else "–"))


if __name__ == "__main__":
    main()
