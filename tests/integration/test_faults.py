#!/usr/bin/env python3
"""What fails under the server: a disk that is full, a key file that is damaged, a database that restarts or hangs.
Nothing that was acknowledged is lost or doubled, every error is clear, and all is well when the fault is over."""
import os
import pathlib
import signal
import subprocess
import threading
import time
import unittest

import _path  # noqa: F401
from harness import Case, Http, PATIENCE, main, wait_until
from harness.server import ROOT

SCRIPT = str(ROOT / "tests/harness/postgresql")


class Poster:
    """Posts messages to one conversation on a thread; keeps the texts that were acknowledged, and the answers that
    were none."""

    def __init__(self, url, conversation, size=10):
        self.url, self.conversation, self.size = url, conversation, size
        self.told, self.refused, self.enough = [], [], threading.Event()
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def work(self):
        http, number = Http(self.url), 0
        while not self.enough.is_set():
            text = "%d of %s %s" % (number, self.conversation, "x" * self.size)
            number += 1
            answer = http.post("/api/conversations/%s/events" % self.conversation, Case.message(text, False))
            (self.told if answer.status == 200 else self.refused).append(text if answer.status == 200 else answer)

    def stop(self):
        self.enough.set()
        self.thread.join()


class Faults(Case):
    def tmpfs(self, size):
        folder = self.new_folder()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + size, "none", str(folder)], stderr=subprocess.DEVNULL)
        if done.returncode != 0:
            self.skipTest("a small file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", str(folder)], check=True)
        return folder

    def check(self, poster):
        """All that was acknowledged is there once, in order."""
        texts = [event["llm_message"]["content"][0]["text"] for event in self.events(poster.conversation)
                 if event["kind"] == "MessageEvent" and event["source"] == "user"]
        self.assertEqual(len(set(texts)), len(texts), "a message is there twice")
        told = set(poster.told)
        self.assertEqual([text for text in texts if text in told], poster.told)

    def check_refusals(self, poster, *words):
        self.assertTrue(poster.refused)
        for answer in poster.refused:
            self.assert_status(answer, 503)
            self.assertTrue(any(word in answer["detail"] for word in words), answer)

    def fill_up(self, folder):
        """Takes all the space that is left; -> the file to remove."""
        filler = folder / "filler"
        with open(filler, "wb") as file:
            try:
                while True:
                    file.write(b"\0" * 65536)
                    file.flush()
            except OSError:
                pass
        return filler


class OnSqlite(Faults):
    def test_a_full_disk(self):
        folder = self.tmpfs("48m")
        self.server = self.another_server(state=folder, environment={"COLLET_DATABASE": "sqlite"})
        self.http = Http(self.server.url)
        conversation = self.start("openai/mock", tools=())
        filler = self.fill_up(folder)
        poster = Poster(self.server.url, conversation, 50_000)
        wait_until("the disk to be full", lambda: len(poster.refused) >= 3, 30)
        self.assert_status(self.http.get("/health"), 200)
        filler.unlink()
        known = len(poster.told)
        wait_until("writes to go on", lambda: len(poster.told) > known + 3, 30)
        poster.stop()
        self.check_refusals(poster, "the disk is full", "reading or writing the disk failed")
        self.check(poster)
        self.server.kill()
        self.server.start()
        self.http = Http(self.server.url)
        self.check(poster)

    def test_a_damaged_key_file(self):
        self.server = self.another_server(environment={"COLLET_DATABASE": "sqlite"})
        self.http = Http(self.server.url)
        self.assert_status(self.http.put("/api/settings/secrets", {"name": "KEPT", "value": "the value"}), 200)
        self.assertEqual(self.server.terminate(), 0)
        key = pathlib.Path(self.server.state) / "secret.key"
        good = key.read_bytes()
        for bad in (b"", b"garbage\n", good[:-12], bytes(reversed(good)), good.replace(good[20:22], b"zz", 1)):
            with self.subTest(bad[:12]):
                key.write_bytes(bad)
                with self.assertRaisesRegex(AssertionError, "secret.key"):
                    self.server.start()
                self.assertEqual(key.read_bytes(), bad)
        key.write_bytes(good)
        self.server.start()
        self.assertEqual(Http(self.server.url).get("/api/settings/secrets/KEPT").text, "the value")


@unittest.skipUnless("COLLET_TEST_POSTGRESQL" in os.environ, "no PostgreSQL (COLLET_TEST_POSTGRESQL)")
class OnPostgresql(Faults):
    def database(self, folder):
        self.folder = folder
        self.url = self.control("start").strip()
        self.addCleanup(self.control, "stop", "immediate", check=False)
        self.server = self.another_server(environment={"COLLET_DATABASE": self.url})
        self.http = Http(self.server.url)

    def control(self, command, *arguments, check=True):
        return subprocess.run([SCRIPT, command, str(self.folder), *arguments], check=check, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True).stdout

    def processes(self):
        """-> the pids of the database's server, its first process first."""
        first = int((self.folder / "cluster" / "postmaster.pid").read_text().split()[0])
        found = pathlib.Path("/proc/%d/task/%d/children" % (first, first)).read_text().split()
        return [first] + [int(pid) for pid in found]

    def test_restarts_under_load(self):
        self.database(self.new_folder())
        posters = [Poster(self.server.url, self.start("openai/mock", tools=())) for _ in range(4)]
        for mode in ("immediate", "fast", "immediate"):
            known = [len(poster.told) for poster in posters]
            wait_until("writes", lambda known=known: all(
                len(poster.told) > before + 20 for poster, before in zip(posters, known)), 60)
            self.control("stop", mode)
            self.control("again")
        for poster in posters:
            poster.stop()
            self.check(poster)
        self.assertIn("reachable again", self.server.log)

    def test_a_database_that_hangs_holds_nobody_for_ever(self):
        self.database(self.new_folder())
        conversation = self.start("openai/mock", tools=())
        stopped = self.processes()
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            poster = Poster(self.server.url, conversation)
            answers = []
            threads = [threading.Thread(target=lambda: answers.append(Http(self.server.url, timeout=90).get(
                "/api/conversations/search"))) for _ in range(8)]
            begin = time.monotonic()
            for thread in threads:
                thread.start()
            self.assert_status(self.http.get("/health"), 200)
            self.assert_status(self.http.get("/server_info"), 200)
            self.assertLess(time.monotonic() - begin, 2 * PATIENCE)
            for thread in threads:
                thread.join()
            self.assertLess(time.monotonic() - begin, 30 * PATIENCE)
            for answer in answers:
                self.assert_status(answer, 503)
                self.assertIn("storage: ", answer["detail"])
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)
        wait_until("reads to go on", lambda: self.http.get("/api/conversations/search").status == 200, 30)
        wait_until("writes to go on", lambda: len(poster.told) > 3, 60)
        poster.stop()
        self.check(poster)

    def test_a_full_disk(self):
        folder = self.tmpfs("220m")
        self.database(folder)
        conversation = self.start("openai/mock", tools=())
        filler = self.fill_up(folder)
        poster = Poster(self.server.url, conversation, 100_000)
        wait_until("the disk to be full", lambda: poster.refused, 90)
        self.assert_status(self.http.get("/health"), 200)
        filler.unlink()
        self.control("stop", "immediate", check=False)  # it may have ended by itself
        self.control("again")
        known = len(poster.told)
        wait_until("writes to go on", lambda: len(poster.told) > known + 3, 60)
        poster.stop()
        self.check_refusals(poster, "disk is full", "not reachable", "the database failed", "too many writes")
        self.check(poster)


if __name__ == "__main__":
    main()
