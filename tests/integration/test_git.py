#!/usr/bin/env python3
"""Changes, diffs and commits of real repositories, hostile ones among them, against the program."""
import concurrent.futures
import os
import subprocess
import threading
import unittest
import urllib.parse

import _path  # noqa: F401
from harness import Case, Http, main
from harness.git import git


class Git(Case):
    def setUp(self):
        super().setUp()
        self.repository = self.new_folder() / "repo"
        self.repository.mkdir()
        git(self.repository, "init", "-q", "-b", "main", ".")

    def write(self, name, content):
        path = os.path.join(os.fsencode(self.repository), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    def commit(self, subject="one"):
        git(self.repository, "add", "-A")
        git(self.repository, "commit", "-q", "--allow-empty", "-m", subject)

    def ask(self, what, path=None, **query):
        query = urllib.parse.urlencode({"path": path if path is not None else str(self.repository), **query})
        return self.http.get("/api/git/%s?%s" % (what, query))

    def changes(self, path=None, **query):
        answer = self.assert_status(self.ask("changes", path, **query), 200)
        return [(change["status"], change["path"]) for change in answer.json]

    def diff(self, name, **query):
        return self.ask("diff", bytes(os.fsencode(self.repository)) + b"/" + os.fsencode(name), **query)

    def fingerprint(self):
        return subprocess.run(["find", ".", "-printf", "%p %i %s %T@ %C@\n"], cwd=self.repository, check=True,
                              stdout=subprocess.PIPE).stdout

    # -- the usual
    def test_a_working_day(self):
        self.assertEqual(self.changes(), [])
        self.write("a.txt", "one\n")
        self.write("old.txt", "1\n2\n3\n")
        self.assertEqual(self.changes(), [("ADDED", "a.txt"), ("ADDED", "old.txt")])
        self.commit()
        self.assertEqual(self.changes(), [])
        self.write("a.txt", "two\n")
        self.write("d/e/new.txt", "n\n")
        git(self.repository, "mv", "old.txt", "renamed.txt")
        self.assertEqual(self.changes(), [("UPDATED", "a.txt"), ("ADDED", "d/e/new.txt"), ("DELETED", "old.txt"),
                                          ("ADDED", "renamed.txt")])
        self.assertEqual(self.diff("a.txt").json, {"modified": "two", "original": "one"})
        self.assertEqual(self.diff("old.txt").json, {"modified": "", "original": "1\n2\n3"})
        self.commit("two")
        page = self.ask("commits", limit=1)
        self.assertEqual((page["commits"][0]["subject"], page["has_more"]), ("two", True))
        sha = page["commits"][0]["sha"]
        changed = self.assert_status(self.ask("commits/%s/changes" % sha), 200)
        self.assertEqual(len(changed.json), 4)
        self.assertEqual(self.diff("a.txt", commit=sha).json, {"modified": "two", "original": "one"})

    def test_what_is_wrong_with_a_request_is_said(self):
        self.write("a", "1\n")
        self.write("binary", b"\0\1\2")
        self.write("large", b"x" * (1024 * 1024 + 1))
        self.commit()
        for answer, word in ((self.ask("changes", ref="zzz"), "zzz"), (self.ask("changes", ref="--output=/tmp/x"), "No commit"),
                             (self.ask("changes", ref=":/one"), "No commit"), (self.diff("none"), "does not exist"),
                             (self.diff("binary"), "binary"), (self.diff("large"), "too large"),
                             (self.ask("commits/%s/changes" % ("a" * 40)), "No commit"),
                             (self.diff("a", ref="HEAD", commit="abcd"), "mutually exclusive")):
            self.assertIn(word, self.assert_status(answer, 400)["detail"])
        for answer in (self.http.get("/api/git/changes"), self.ask("commits", limit="x"),
                       self.ask("commits", limit=0), self.ask("commits", limit=201), self.ask("commits/--help/changes"),
                       self.diff("a", commit="zzzz")):
            self.assert_status(answer, 422)
            self.assertIn("loc", answer["detail"][0])

    def test_outside_of_a_repository(self):
        outside = str(self.repository.parent)
        for path in (outside, outside + "/nope", "", "/", outside + "/" + "x" * 5000):
            self.assertEqual(self.changes(path), [], path[:80])
            self.assertEqual(self.ask("commits", path).json, {"commits": [], "has_more": False})
        self.assertEqual(self.ask("diff", outside + "/x").json, {"modified": None, "original": None})

    def test_a_damaged_repository_is_an_answer(self):
        self.write("a", "1\n")
        self.commit()
        (self.repository / ".git/index").write_bytes(b"DIRC" + os.urandom(100))
        self.assertIn("cannot be read", self.assert_status(self.ask("changes"), 400)["detail"])
        (self.repository / ".git/index").unlink()
        git(self.repository, "config", "core.repositoryFormatVersion", "1")
        git(self.repository, "config", "extensions.unheardOf", "true")
        self.assertIn("unheardof", self.assert_status(self.ask("changes"), 400)["detail"])

    def test_names_that_are_no_utf8(self):
        self.write(b"caf\xe9 \n.txt", b"caf\xe9\n")
        self.assertEqual(self.changes(), [("ADDED", "caf\ufffd \n.txt")])
        self.assert_status(self.diff(b"caf\xe9 \n.txt"), 400)
        self.write("latin-1.txt", b"caf\xe9\n")
        self.assertEqual(self.diff("latin-1.txt").json, {"modified": "caf\ufffd", "original": ""})

    # -- hostile ones
    def make_hostile(self):
        """A repository that starts a program in every way that git knows; -> the file that the program would make."""
        mark = self.repository.parent / "it-ran"
        evil = self.repository.parent / "evil"
        evil.write_text("#!/bin/sh\ntouch '%s'\ncat\n" % mark)
        evil.chmod(0o755)
        hooks = self.repository.parent / "hooks"
        hooks.mkdir()
        for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction", "post-checkout", "pre-commit"):
            (hooks / hook).symlink_to(evil)
        self.write(".gitattributes", "* diff=evil filter=evil\n")
        self.write("a.txt", "one\n")
        git(self.repository, "add", "-A")
        git(self.repository, "commit", "-q", "-m", "one")
        sets = {"core.fsmonitor": evil, "diff.external": evil, "diff.evil.command": evil, "diff.evil.textconv": evil,
                "filter.evil.clean": evil, "filter.evil.smudge": evil, "filter.evil.process": evil,
                "filter.evil.required": "true", "core.hooksPath": hooks, "core.pager": evil, "core.editor": evil,
                "core.sshCommand": evil, "credential.helper": "!%s" % evil, "gpg.program": evil,
                "log.showSignature": "true", "core.askPass": evil, "remote.origin.url": "ext::%s" % evil,
                "remote.origin.fetch": "+refs/heads/*:refs/remotes/origin/*", "uploadpack.packObjectsHook": evil}
        for name, value in sets.items():
            git(self.repository, "config", name, str(value))
        self.write("a.txt", "two\n")
        self.write("new.txt", "n\n")
        return mark

    def test_no_program_of_a_hostile_repository_runs(self):
        mark = self.make_hostile()
        sha = (self.repository / ".git/refs/heads/main").read_text().strip()
        children = self.server.descendants()
        before = self.fingerprint()
        self.assertEqual(self.changes(), [("UPDATED", "a.txt"), ("ADDED", "new.txt")])
        self.assertEqual(self.diff("a.txt").json, {"modified": "two", "original": "one"})
        self.assertEqual(self.ask("commits")["commits"][0]["subject"], "one")
        self.assert_status(self.ask("commits/%s/changes" % sha), 200)
        self.assert_status(self.ask("changes", ref="origin/main"), 400)
        self.assertFalse(mark.exists(), "a program of the repository ran")
        self.assertEqual(self.fingerprint(), before, "something was written into the repository")
        self.assertEqual(self.server.descendants(), children)
        git(self.repository, "status", check=False)
        self.assertTrue(mark.exists(), "the trap does not even catch git")

    def test_a_working_tree_elsewhere_is_not_followed(self):
        secret = self.repository.parent / "secret"
        secret.mkdir()
        (secret / "key").write_text("s")
        git(self.repository, "config", "core.worktree", str(secret))
        self.assertIn("working tree", self.assert_status(self.ask("changes"), 400)["detail"])

    def test_objects_and_names_that_lead_out_are_not_followed(self):
        self.write("a", "1\n")
        self.commit()
        outside = self.repository.parent / "outside"
        outside.mkdir()
        (outside / "x").write_text("secret\n")
        (self.repository / "link").symlink_to(outside)
        self.assertEqual(self.changes(), [("ADDED", "link")])
        self.assertEqual(self.diff("link").json, {"modified": str(outside), "original": ""})
        self.assertEqual(self.diff("link/x").json, {"modified": None, "original": None})
        self.assertEqual(self.diff("../outside/x").json, {"modified": None, "original": None})
        self.assert_status(self.diff(".git/config"), 400)

    @unittest.skipUnless(os.getuid() == 0, "needs root, to give the repository to another user")
    def test_a_repository_of_another_user_is_shown(self):
        self.write("a", "1\n")
        self.commit()
        self.write("b", "1\n")
        for path in (self.repository, *self.repository.rglob("*")):
            os.chown(path, 12345, 12345, follow_symlinks=False)
        self.assertEqual(self.changes(), [("ADDED", "b")])

    # -- at the same time
    def test_requests_while_somebody_commits(self):
        for number in range(200):
            self.write("d%d/f%d" % (number % 10, number), "%d\n" % number)
        self.commit()
        stop, rounds = threading.Event(), []

        def work():
            while not stop.is_set():
                number = len(rounds)
                self.write("d%d/f%d" % (number % 10, number % 200), "changed %d\n" % number)
                self.write("new-%d" % number, "x\n")
                git(self.repository, "add", "-A")
                git(self.repository, "commit", "-q", "-m", "round %d" % number)
                if number % 5 == 4:
                    git(self.repository, "repack", "-a", "-d", "-q")
                    git(self.repository, "pack-refs", "--all")
                    (self.repository / ("new-%d" % (number - 1))).unlink()
                rounds.append(number)

        worker = threading.Thread(target=work)
        worker.start()
        try:

            def ask(_):
                http = Http(self.server.url)
                path = "?path=" + urllib.parse.quote(str(self.repository))
                return [http.get("/api/git/" + what + path).status for what in ("changes", "commits", "changes")]

            answers = []
            with concurrent.futures.ThreadPoolExecutor(6) as pool:
                while len(rounds) < 10 and worker.is_alive():
                    answers += [status for one in pool.map(ask, range(6)) for status in one]
        finally:
            stop.set()
            worker.join()
        self.assertGreaterEqual(len(rounds), 10)
        self.assertEqual(set(answers), {200})
        self.commit("the rest")
        self.assertEqual(self.changes(ref="HEAD"), [])


class SwitchedOff(Case):
    server_options = {"config": {"plugins": {"git": {"enabled": False}}}}

    def test_its_routes_are_unknown(self):
        self.assert_status(self.http.get("/api/git/changes?path=/"), 404)


if __name__ == "__main__":
    main()
