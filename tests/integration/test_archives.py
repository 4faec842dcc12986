#!/usr/bin/env python3
"""Folders, changes and conversations as archives, against the program."""
import http.client
import io
import tarfile
import zipfile

import _path  # noqa: F401
from harness import Case, main
from harness.files import MEGABYTE, block, quoted
from harness.git import git, repository
from harness.wait import PATIENCE

SECRET = "sk-of-a-conversation-5f1c9e"


class Archives(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.new_folder()

    def archive(self, path, query=""):
        return self.http.get("/api/file/archive?path=%s%s" % (quoted(path), query))

    def test_a_folder_comes_as_a_tar_archive(self):
        data = block(7)
        for name, text in (("x", data), ("deep/y", b"why"), ("node_modules/z", b"no"), (".git/config", b"token")):
            (self.folder / "f" / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / "f" / name).write_bytes(text)
        answer = self.archive(self.folder / "f", "&format=tar.gz&use_default_excludes=false&exclude=z")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/gzip"))
        with tarfile.open(fileobj=io.BytesIO(answer.data), mode="r:gz") as tar:
            names = [member.name for member in tar if member.isfile()]
            self.assertEqual(sorted(names), ["f/archive_manifest.json", "f/deep/y", "f/x"])
            self.assertEqual(tar.extractfile("f/x").read(), data)

    def test_an_archive_takes_no_memory(self):
        for number in range(60):
            (self.folder / ("f%d" % number)).write_bytes(block(number))
        before = self.server.resident_bytes()
        answer = http.client.HTTPConnection(*self.http.address, timeout=60 * PATIENCE)
        self.addCleanup(answer.close)
        answer.request("GET", "/api/file/archive?format=tar.gz&path=" + quoted(self.folder))
        got, size, highest = answer.getresponse(), 0, before
        while piece := got.read(MEGABYTE):
            size += len(piece)
            highest = max(highest, self.server.resident_bytes())
        self.assertGreater(size, 59 * MEGABYTE)
        if PATIENCE == 1:
            self.assertLess(highest - before, 32 * MEGABYTE)

    def test_changes_come_as_a_patch_that_applies(self):
        original = repository(self.folder / "repo", {"a": "one\n"})
        git(self.folder, "clone", "-q", "repo", "copy")
        (original / "a").write_text("two\n")
        (original / "b").write_bytes(block(1)[:1000])
        answer = self.archive(original, "&base_ref=HEAD")
        self.assert_status(answer, 200)
        self.assertEqual(answer.headers["x-archive-base-commit"], answer.headers["x-archive-head-commit"])
        (self.folder / "delta").write_bytes(answer.data)
        git(self.folder / "copy", "apply", "../delta")
        for name in ("a", "b"):
            self.assertEqual((self.folder / "copy" / name).read_bytes(), (original / name).read_bytes())
        self.assert_status(self.archive(self.folder / "none", "&format=tar.gz"), 404)

    def test_a_conversation_comes_as_a_zip_without_secrets(self):
        conversation, events = self.run_to_end("demo/tour", "The key is %s." % SECRET, tools=("file_editor",), secrets={
            "KEY": {"kind": "StaticSecret", "value": SECRET}})
        answer = self.http.get("/api/file/download-trajectory/" + conversation)
        self.assert_status(answer, 200)
        name = conversation.replace("-", "")
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            self.assertIsNone(archive.testzip())
            names = archive.namelist()
            self.assertIn(name + "/base_state.json", names)
            self.assertIn(name + "/meta.json", names)
            self.assertEqual(len([one for one in names if "/events/event-" in one]), len(events))
            whole = b"".join(archive.read(one) for one in names)
        self.assertNotIn(SECRET.encode(), whole)
        self.assertNotIn(b"sk-test", whole)
        self.assert_status(self.http.get("/api/file/download-trajectory/" + self.new_id()), 404)


if __name__ == "__main__":
    main()
