#!/usr/bin/env python3
"""The tools file_editor, glob, grep and task_tracker, called by a scripted model; and what the server says of its tools."""
import base64
import os
import shutil
import unittest

import _path  # noqa: F401
from harness import Case, Http, main
from harness.mock import call, finish

TOOLS = ("file_editor", "glob", "grep", "task_tracker")
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")


class FileTools(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.new_folder()

    def path(self, name):
        return str(self.folder / name)

    def edit(self, command, name, **arguments):
        return call("file_editor", {"command": command, "path": self.path(name), **arguments})

    def observations(self, *turns, **options):
        """-> the observations of all calls but finish, and the conversation's id."""
        model = self.mock.model(self._testMethodName, *turns, finish())
        conversation, events = self.run_to_end(model, folder=self.folder, tools=TOOLS, **options)
        errors = [event["error"] for event in self.of_kind(events, "AgentErrorEvent")]
        self.assertEqual(errors, [])
        found = [event["observation"] for event in self.of_kind(events, "ObservationEvent")]
        return found[:-1], conversation

    # -- file_editor
    def test_edits_keep_what_they_do_not_touch(self):
        (self.folder / "a.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\n")
        os.chmod(self.path("a.txt"), 0o640)
        done, _ = self.observations(self.edit("str_replace", "a.txt", old_str="two", new_str="zw\u00f6lf"),
                                    self.edit("insert", "a.txt", insert_line=0, new_str="zero"),
                                    self.edit("view", "a.txt", view_range=[1, 2]))
        self.assertEqual([each["is_error"] for each in done], [False] * 3)
        self.assertEqual((self.folder / "a.txt").read_bytes(), b"\xef\xbb\xbfzero\r\none\r\nzw\xc3\xb6lf\r\n")
        self.assertEqual(os.stat(self.path("a.txt")).st_mode & 0o777, 0o640)
        self.assertEqual(done[0]["old_content"], "one\ntwo\n")
        self.assertEqual(done[0]["new_content"], "one\nzw\u00f6lf\n")
        self.assertIn("     1\tzero\n     2\tone\n", done[2]["content"][0]["text"])
        self.assertEqual(sorted(os.listdir(self.folder)), [".git", "a.txt"])

    def test_edits_are_undone_one_by_one(self):
        done, _ = self.observations(self.edit("create", "a.txt", file_text="1\n"),
                                    self.edit("str_replace", "a.txt", old_str="1", new_str="2"),
                                    self.edit("str_replace", "a.txt", old_str="2", new_str="3"),
                                    self.edit("undo_edit", "a.txt"), self.edit("undo_edit", "a.txt"),
                                    self.edit("undo_edit", "a.txt"))
        self.assertEqual([each.get("new_content") for each in done], ["1\n", "2\n", "3\n", "2\n", "1\n", None])
        self.assertTrue(done[-1]["is_error"])
        self.assertEqual((self.folder / "a.txt").read_text(), "1\n")

    def test_binary_and_huge_files_are_refused(self):
        (self.folder / "binary").write_bytes(b"a\0b")
        with open(self.path("huge"), "wb") as file:
            file.truncate(1 << 40)
        done, _ = self.observations(self.edit("view", "binary"), self.edit("view", "huge"),
                                    self.edit("str_replace", "binary", old_str="a", new_str="b"))
        for each, words in zip(done, ("binary file", "larger than 10 MiB", "binary file")):
            self.assertTrue(each["is_error"])
            self.assertIn(words, each["content"][0]["text"])
        self.assertEqual((self.folder / "binary").read_bytes(), b"a\0b")

    def view_pixel(self, **options):
        (self.folder / "pixel").write_bytes(PIXEL)
        done, _ = self.observations(self.edit("view", "pixel"), **options)
        asked = self.mock.requests("openai/" + self._testMethodName)[1]["messages"]
        return done[0], asked

    def test_an_image_reaches_the_model(self):
        shown, asked = self.view_pixel()
        url = "data:image/png;base64," + base64.b64encode(PIXEL).decode()
        self.assertEqual(shown["content"][1], {"cache_prompt": False, "type": "image", "image_urls": [url]})
        # Endpoints take images from users only.
        self.assertEqual([message["role"] for message in asked[-2:]], ["tool", "user"])
        self.assertIn({"type": "image_url", "image_url": {"url": url}}, asked[-1]["content"])
        self.assertNotIn("base64", str(asked[-2]))

    def test_a_model_without_eyes_is_shown_no_image(self):
        _, asked = self.view_pixel(llm={"disable_vision": True})
        self.assertNotIn("base64", str(asked))
        self.assertIn("An image is left out", str(asked[-1]))

    def test_a_large_image_comes_through(self):
        (self.folder / "large.png").write_bytes(PIXEL + os.urandom(5 << 20)[len(PIXEL):])
        done, conversation = self.observations(self.edit("view", "large.png"))
        self.assertFalse(done[0]["is_error"], done[0]["content"][0]["text"])
        with self.socket(conversation, "?resend_mode=all") as socket:
            frames = socket.receive_until(lambda event: event.get("observation", {}).get("command") == "view")
        self.assertEqual(frames[-1]["observation"]["content"], done[0]["content"])

    # -- glob, grep
    def test_files_are_found_by_name_and_content(self):
        (self.folder / "src").mkdir()
        for age, name in enumerate(("a.py", "src/b.py", "src/c.txt")):
            (self.folder / name).write_text("def Main():\n    pass\n")
            os.utime(self.path(name), (1_700_000_000 - age,) * 2)
        (self.folder / ".hidden.py").write_text("main")
        done, _ = self.observations(call("glob", {"pattern": "src/**/*.py"}), call("glob", {"pattern": "*.zzz"}),
                                    call("grep", {"pattern": r"def\s+main"}),
                                    call("grep", {"pattern": "main", "include": "*.txt", "path": self.path("src")}),
                                    call("grep", {"pattern": "("}), call("grep", {"pattern": "x", "path": "/none"}))
        where = str(self.folder)
        self.assertEqual(done[0], {
            "content": [{"cache_prompt": False, "type": "text", "text":
                         "Found 1 file(s) matching pattern 'src/**/*.py' in '%s':\n%s/src/b.py" % (where, where)}],
            "is_error": False, "files": [self.path("src/b.py")], "pattern": "src/**/*.py", "search_path": where,
            "truncated": False, "kind": "GlobObservation"})
        self.assertEqual(done[1]["files"], [])
        self.assertEqual(done[2]["matches"], [self.path("a.py"), self.path("src/b.py"), self.path("src/c.txt")])
        self.assertEqual(done[3], {
            "content": [{"cache_prompt": False, "type": "text", "text":
                         "Found 1 file(s) containing pattern 'main' in '%s/src' (filtered by '*.txt'):\n%s/src/c.txt"
                         % (where, where)}],
            "is_error": False, "matches": [self.path("src/c.txt")], "pattern": "main", "search_path": where + "/src",
            "include_pattern": "*.txt", "truncated": False, "kind": "GrepObservation"})
        self.assertEqual([each["is_error"] for each in done], [False] * 4 + [True] * 2)

    @unittest.skipUnless(shutil.which("rg"), "ripgrep (rg) is not installed")
    def test_without_ripgrep_the_answers_are_the_same(self):
        self.run_git_like_tree()
        turns = [call("grep", {"pattern": pattern}) for pattern in (r"\bhit\b", "h.t$", r"x\{?", "none", "^")]
        turns.append(call("grep", {"pattern": "hit", "include": "*.{log,txt}"}))
        with_it, _ = self.observations(*turns)
        bare = self.another_server(environment={"PATH": "/nonexistent"})
        http, self.http = self.http, Http(bare.url)
        try:
            without, _ = self.observations(*turns)
        finally:
            self.http = http
        self.assertEqual(with_it, without)
        self.assertEqual(with_it[0]["matches"], [self.path("seen.txt")])

    def run_git_like_tree(self):
        for name in (".git", "ignored"):
            (self.folder / name).mkdir()
        for name, text in ((".gitignore", "ignored/\n*.log\n"), ("ignored/a.txt", "hit"), ("a.log", "hit"),
                           ("seen.txt", "a hit x{"), (".git/config", "hit"), ("binary", "hit\0")):
            (self.folder / name).write_text(text)
            os.utime(self.path(name), (1_700_000_000,) * 2)

    # -- the plain tools
    def test_plain_tools_read_write_and_list(self):
        plan = self.path(".agents_tmp/PLAN.md")
        model = self.mock.model(
            "plain", call("write_file", {"file_path": "sub/a.txt", "content": "one\ntwo\n"}),
            call("edit", {"file_path": self.path("sub/a.txt"), "old_string": "two", "new_string": "2"}),
            call("read_file", {"file_path": "sub/a.txt", "offset": 1}), call("list_directory", {"dir_path": "sub"}),
            call("planning_file_editor", {"command": "create", "path": self.path("b"), "file_text": ""}),
            call("planning_file_editor", {"command": "create", "path": plan, "file_text": "# Plan"}), finish())
        _, events = self.run_to_end(model, folder=self.folder, tools=(
            "edit", "list_directory", "read_file", "write_file", "planning_file_editor"))
        wrote, edited, read, listed, refused, planned, _ = [
            event["observation"] for event in self.of_kind(events, "ObservationEvent")]
        self.assertEqual((wrote["is_new_file"], wrote["new_content"], wrote["kind"]), (True, "one\ntwo\n", "WriteFileObservation"))
        self.assertEqual((edited["replacements_made"], edited["old_content"]), (1, "one\ntwo\n"))
        self.assertEqual((read["file_content"], read["total_lines"]), ("     2  2\n", 2))
        self.assertEqual([(entry["name"], entry["size"]) for entry in listed["entries"]], [("a.txt", 6)])
        self.assertEqual((refused["is_error"], planned["is_error"]), (True, False))
        self.assertEqual(planned["kind"], "PlanningFileEditorObservation")
        with open(plan, encoding="utf-8") as file:
            self.assertEqual(file.read(), "# Plan")

    # -- task_tracker
    def test_the_task_list_outlives_a_restart_and_is_checked(self):
        server = self.another_server()
        self.http = Http(server.url)
        plan = call("task_tracker", {"command": "plan", "task_list": [
            {"title": "First", "notes": "n1", "status": "done"}, {"title": "Second"}]})
        done, conversation = self.observations(plan, call("task_tracker", {"command": "view"}))
        tasks = [{"title": "First", "notes": "n1", "status": "done"}, {"title": "Second", "notes": "", "status": "todo"}]
        self.assertEqual([each["task_list"] for each in done], [tasks, tasks])
        self.assertEqual(done[1]["content"][0]["text"],
                         "# Task List\n\n1. \u2705 First\n   n1\n\n2. \u23f3 Second")
        self.assertEqual(server.terminate(), 0)
        server.start()
        self.http = Http(server.url)
        bad = call("task_tracker", {"command": "plan", "task_list": [{"notes": "no title"}]})
        self.mock.model(self._testMethodName, *[finish()] * 3, bad, call("task_tracker", {}), finish())
        self.say(conversation, "Again.")
        self.wait_for(conversation, "finished")
        events = self.events(conversation)
        self.assertIn("task_list[0].title: is required", self.of_kind(events, "AgentErrorEvent")[0]["error"])
        self.assertEqual(self.of_kind(events, "ObservationEvent")[-2]["observation"]["task_list"], tasks)

    # -- what the server says of its tools
    def test_tools_are_listed_with_all_that_is_known(self):
        names = self.http.get("/api/tools/").json
        self.assertLessEqual({"terminal", *TOOLS}, set(names))
        self.assertEqual(self.http.get("/server_info")["usable_tools"], names)
        tools = {tool["name"]: tool for tool in self.http.get("/api/collet/tools")["tools"]}
        self.assertEqual([name for name, tool in tools.items() if tool["listed"]], names)
        self.assertLessEqual({"finish", "think"}, set(tools) - set(names))
        glob = tools["glob"]
        self.assertEqual((glob["plugin"], glob["state"], glob["action_kind"]), ("file", "started", "GlobAction"))
        self.assertRegex(glob["version"], r"^\d+\.\d+\.\d+$")
        self.assertEqual(glob["parameters"]["required"], ["pattern"])
        self.assertEqual(tools["finish"]["plugin"], "core")
        self.assertEqual(tools["finish"]["version"], self.http.get("/server_info")["collet_version"])

    def test_what_is_switched_off_is_not_usable(self):
        server = self.another_server(config={"plugins": {"file": {"enabled": False}}})
        http = Http(server.url)
        for names in (http.get("/api/tools/").json, http.get("/server_info")["usable_tools"]):
            self.assertIn("task_tracker", names)
            self.assertNotIn("glob", names)


if __name__ == "__main__":
    main()
