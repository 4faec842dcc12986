#!/usr/bin/env python3
"""Plugins made by others: the program is installed, a project is made from the template, built outside of this tree
with g++ and clang, the sample in C too, and all of them are loaded into the installed server."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import _path  # noqa: F401
from harness import PATIENCE, Case, Http, main, wait_until
from harness.event_rules import Refused, check_event
from harness.mock import call, finish
from harness.server import ROOT, binary, clean_environment

CLIENT = ("@openhands/typescript-client@1.39.0", "ws@8.20.0")


def find_program(*names):
    return next((found for found in map(shutil.which, names) if found), None)


class Workshop:
    """A temporary prefix with the installed program, and the plugins that were built against it."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="collet-third-party-")
        self.root = pathlib.Path(self.folder.name)
        self.prefix, self.plugins = self.root / "prefix", self.root / "plugins"
        self.plugins.mkdir()
        self.program = self.prefix / "bin/collet"
        self.environment = clean_environment(
            HOME=str(self.root), PATH="%s:%s" % (self.program.parent, os.environ["PATH"]),
            CCACHE_DIR=os.environ.get("CCACHE_DIR", os.path.expanduser("~/.cache/ccache")),
            CCACHE_BASEDIR=str(self.root), CCACHE_NOHASHDIR="1")
        self.run("cmake", "--install", str(binary().parent.parent), "--prefix", str(self.prefix))

    def run(self, *arguments, cwd=None):
        done = subprocess.run(arguments, cwd=cwd or self.root, env=self.environment, capture_output=True, text=True,
                              timeout=300 * PATIENCE, check=False)
        if done.returncode != 0:
            raise AssertionError("%s\n%s%s" % (" ".join(arguments), done.stdout, done.stderr))
        return done.stdout

    def build(self, project, compiler, language):
        options = ["-DCMAKE_%s_COMPILER=%s" % (language, compiler), "-DCMAKE_BUILD_TYPE=Debug"]
        if shutil.which("ccache"):
            options.append("-DCMAKE_%s_COMPILER_LAUNCHER=ccache" % language)
        self.run("cmake", "-B", "build", *options, cwd=project)
        self.run("cmake", "--build", "build", "--parallel", cwd=project)

    def take(self, project):
        """Copies the built plugin to where the server looks."""
        [built] = (project / "build/lib/collet/plugins").glob("*.so")
        shutil.copy(built, self.plugins)
        return built

    def make(self, name, compiler):
        """A project from the template: made, built, tested, taken; -> its folder."""
        self.run("collet", "plugins", "new", name)
        project = self.root / name
        self.build(project, compiler, "CXX")
        tests = self.run("ctest", "--output-on-failure", "--no-tests=error", "--test-dir", "build", cwd=project)
        if "100% tests passed" not in tests:
            raise AssertionError(tests)
        self.take(project)
        return project

    def make_sample(self):
        """The sample in C, copied, built, taken."""
        project = shutil.copytree(self.prefix / "share/collet/samples/plain_c", self.root / "plain_c")
        self.build(project, find_program("gcc", "cc"), "C")
        self.take(project)

    def close(self):
        self.folder.cleanup()


class ThirdParty(Case):
    says_all = False

    @classmethod
    def setUpClass(cls):
        cls.workshop = cls.enter(Workshop())
        cls.names = ["word-count", "plain-c"]
        cls.workshop.make("word-count", find_program("g++"))
        cls.workshop.make_sample()
        clang = find_program("clang++", "clang++-14")
        if clang:
            cls.workshop.make("clang_made", clang)
            cls.names.append("clang_made")
        cls.server_options = {"program": cls.workshop.program, "config": cls.config(**{"word-count": {"greeting": "Hi"}})}
        super().setUpClass()

    @classmethod
    def config(cls, **own):
        sections = {name: {"enabled": True, **own.get(name, {})} for name in cls.names}
        return {"plugins": {"directories": [str(cls.workshop.plugins)], **sections}}

    # -- the SDK as installed --------------------------------------------------------------------------
    def test_what_is_installed(self):
        prefix = self.workshop.prefix
        for file in ("bin/collet", "lib/collet/plugins/bash.so", "include/collet/plugin.hpp", "include/collet/abi/entry.h",
                     "include/collet/testing/fake_host.hpp", "lib/cmake/collet/collet-config.cmake",
                     "lib/cmake/collet/collet-config-version.cmake", "share/collet/template/CMakeLists.txt"):
            self.assertTrue((prefix / file).is_file(), file)
        left_over = [path for path in prefix.rglob("*")
                     if path.is_symlink() or path.name in (".clang-format", "sample.so") or path.suffix == ".a"]
        self.assertEqual(left_over, [])
        ours = {path.stem for path in (ROOT / "plugins").iterdir() if (path / "plugin.cpp").exists()}
        self.assertEqual({path.stem for path in (prefix / "lib/collet/plugins").iterdir()}, ours)

    def test_a_version_that_is_not_there_is_refused_by_cmake(self):
        project = self.new_folder()
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(x LANGUAGES NONE)\nfind_package(collet 99 REQUIRED)\n")
        with self.assertRaisesRegex(AssertionError, r"collet-config.cmake, version: \d+\.\d+\.\d+"):
            self.workshop.run("cmake", "-B", "build", cwd=project)

    def test_the_name_is_put_in_everywhere(self):
        project = self.workshop.root / "word-count"
        for path in project.rglob("*"):
            if path.is_file() and "build" not in path.relative_to(project).parts:
                self.assertNotRegex(path.read_text() + path.name, r"(?i)template[-_]?name", path)

    def test_new_refuses_bad_names_and_existing_folders(self):
        for name, why in (("word-count", "is there already"), ("Words", "begins with a letter"), ("bash", "of its own")):
            with self.assertRaisesRegex(AssertionError, why):
                self.workshop.run("collet", "plugins", "new", name)
        folder = self.new_folder() / "elsewhere"
        self.workshop.run("collet", "plugins", "new", "words", "--directory", str(folder))
        self.assertIn("words_greet", (folder / "greet_tool.cpp").read_text())

    def test_each_plugin_exports_one_symbol(self):
        for file in self.workshop.plugins.iterdir():
            symbols = self.workshop.run("nm", "--dynamic", "--defined-only", str(file)).splitlines()
            self.assertEqual([line.split()[-1] for line in symbols], ["collet_plugin_entry"], file)

    # -- in the server ---------------------------------------------------------------------------------
    def tools(self):
        """-> {tool: its owner}"""
        owners = {"word_count_greet": "word-count", "plain_c_echo": "plain-c", "clang_made_greet": "clang_made"}
        return {tool: owner for tool, owner in owners.items() if owner in self.names}

    def test_tools_are_listed(self):
        listed = self.assert_status(self.http.get("/api/tools/"), 200).json
        self.assertLessEqual(set(self.tools()), set(listed))

    def test_routes_answer_with_the_config(self):
        self.assertEqual(self.http.get("/api/word-count/greeting?who=Ann").json, {"greeting": "Hi, Ann!"})
        self.assert_status(self.http.get("/api/word-count/greeting"), 400)
        self.assertEqual(self.http.get("/api/plain-c/K%C3%B6ln").text, "Köln")
        if "clang_made" in self.names:
            self.assertEqual(self.http.get("/api/clang_made/greeting?who=Ann").json, {"greeting": "Hello, Ann!"})
        self.assertIn("hello from C", self.server.log)

    def test_operators_see_what_is_loaded_and_running(self):
        def plugin(name):
            answer = self.assert_status(self.http.get("/api/collet/plugins"), 200)
            return next(plugin for plugin in answer["plugins"] if plugin["name"] == name)

        seen = plugin("word-count")
        self.assertEqual((seen["id"], seen["version"], seen["state"], seen["error"]),
                         ("org.example.word-count", "0.1.0", "started", ""))
        self.assertEqual(seen["routes"], ["GET /api/word-count/greeting"])
        self.assertEqual(seen["tools"], ["word_count_greet"])
        self.assertEqual(seen["tool_calls"], {"waiting": 0, "running": 0})
        model = self.mock.model("slow", call("word_count_greet", {"who": "Eve", "times": 100}), finish())
        conversation = self.start(model, "Go.", tools=("word_count_greet",))
        wait_until("progress", lambda: any(call["progress"] for call in plugin("word-count")["running"]))
        seen = plugin("word-count")
        self.assertEqual(seen["tool_calls"]["running"], 1)
        [running] = seen["running"]
        self.assertEqual((running["tool"], running["conversation"]), ("word_count_greet", conversation))
        self.assertRegex(running["progress"], r"^\d+ of 100$")
        self.assert_status(self.http.post(self.of(conversation, "/interrupt")), 200)
        wait_until("its end", lambda: plugin("word-count")["tool_calls"]["running"] == 0)

    def test_operators_need_the_key_too(self):
        server = self.another_server(program=self.workshop.program, environment={"SESSION_API_KEY": "k"})
        self.assert_status(Http(server.url).get("/api/collet/plugins"), 401)
        self.assert_status(Http(server.url, "k").get("/api/collet/plugins"), 200)

    def test_the_config_schema_is_enforced(self):
        for own, words in (({"greting": "x"}, "plugins.word-count.greting is no known key (did you mean 'greeting'?)"),
                           ({"pause_ms": 10001}, "plugins.word-count.pause_ms must be at most 10000"),
                           ({"greeting": 1}, "plugins.word-count.greeting must be of type string")):
            with self.assertRaises(AssertionError) as refused:
                self.another_server(program=self.workshop.program, config=self.config(**{"word-count": own}))
            self.assertIn(words, str(refused.exception))

    def model(self, name):
        """-> a model that calls each tool, once with wrong arguments, and finishes."""
        turns = [call(tool, {"text": "two words"} if tool == "plain_c_echo" else {"who": "Bob", "times": 2})
                 for tool in self.tools()]
        return self.mock.model(name, *turns, call("word_count_greet", {"times": 2}), finish())

    def test_a_model_calls_the_tools(self):
        model = self.model("third-party")
        _, events = self.run_to_end(model, tools=tuple(self.tools()))
        for event in events:
            check_event(event)
        actions = [event for event in self.of_kind(events, "ActionEvent") if event["tool_name"] in self.tools()]
        observations = {event["tool_name"]: event["observation"] for event in self.of_kind(events, "ObservationEvent")}
        self.assertEqual(actions[0]["action"], {"data": {"who": "Bob", "times": 2}, "kind": "MCPToolAction"})
        for tool in self.tools():
            self.assertEqual(observations[tool]["kind"], "MCPToolObservation")
            self.assertEqual(observations[tool]["tool_name"], tool)
            self.assertFalse(observations[tool]["is_error"])
        self.assertEqual(observations["word_count_greet"]["content"][0]["text"], "Hi, Bob!\nHi, Bob!\n")
        self.assertIn('"two words"', observations["plain_c_echo"]["content"][0]["text"])
        [failed] = self.of_kind(events, "AgentErrorEvent")
        self.assertIn("who", failed["error"])
        [prompt] = self.of_kind(events, "SystemPromptEvent")
        defined = {tool["title"]: tool for tool in prompt["tools"]}
        self.assertEqual(defined["Greet"]["kind"], "MCPToolDefinition")
        self.assertIn("who", defined["Greet"]["mcp_tool"]["inputSchema"]["properties"])
        offered = {tool["function"]["name"] for tool in self.mock.requests(model)[0]["tools"]}
        self.assertLessEqual(set(self.tools()), offered)

    def test_a_call_beyond_the_bounds_is_an_error_that_names_the_argument(self):
        model = self.mock.model("bounds", call("word_count_greet", {"who": "Bob", "times": 101}),
                                call("word_count_greet", {"who": "Bob", "times": 2.0}), finish())
        _, events = self.run_to_end(model, tools=("word_count_greet",))
        [failed] = self.of_kind(events, "AgentErrorEvent")
        self.assertIn("times: should be at most 100, not 101", failed["error"])
        texts = [event["observation"]["content"][0]["text"] for event in self.of_kind(events, "ObservationEvent")
                 if event["tool_name"] == "word_count_greet"]
        self.assertEqual(texts, ["Hi, Bob!\nHi, Bob!\n"])

    def test_the_typescript_client_takes_the_events(self):
        folder = self.new_folder()
        self.install_client(folder)
        shutil.copy(ROOT / "tests/third_party/events.mjs", folder)
        output = self.workshop.run("node", "events.mjs", self.server.url, self.mock.url + "/v1", self.model("by-typescript"),
                                   str(folder), *self.tools(), cwd=folder)
        got = json.loads(output.splitlines()[-1])
        for where, events in got.items():
            kinds = [event["observation"]["kind"] for event in self.of_kind(events, "ObservationEvent")]
            self.assertEqual(kinds.count("MCPToolObservation"), len(self.tools()), where)
            names = {event["tool_name"] for event in self.of_kind(events, "ActionEvent")}
            self.assertLessEqual(set(self.tools()), names, where)

    def install_client(self, folder):
        """Skips the test where npm, node or the registry is not there."""
        if not find_program("npm") or not find_program("node"):
            self.skipTest("npm and node are not installed, so the TypeScript client cannot be tried")
        done = subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", *CLIENT],
                              cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            self.skipTest("npm cannot install the TypeScript client: " + done.stderr.strip().splitlines()[-1])


MISBEHAVING = r"""
#include <signal.h>
#include "collet/abi.h"
static collet_status create(const collet_host* host, collet_str config, collet_sink error, collet_plugin** plugin) {
  (void)host; (void)config; (void)error;
  if (CRASHES) raise(SIGSEGV);
  *plugin = (collet_plugin*)"made";
  return COLLET_OK;
}
static void destroy(collet_plugin* plugin) { (void)plugin; }
static const void* feature(collet_plugin* plugin, const char* name) { (void)plugin; (void)name; return NULL; }
static collet_status start(collet_plugin* plugin, collet_sink error) {
  const collet_str why = {"no weather today", 16};
  (void)plugin;
  error.write(error.context, why);
  return COLLET_UNAVAILABLE;
}
__attribute__((visibility("default"))) const collet_entry collet_plugin_entry = {
    COLLET_ENTRY_MAGIC, sizeof(collet_entry), COLLET_ABI_MAJOR, COLLET_ABI_MINOR, ID, "1", "", "", "",
    create, destroy, feature, start, destroy};
"""


class CommandLine(Case):
    """`collet plugins list` and `check` with the installed program; a server only where one is asked for."""

    @classmethod
    def setUpClass(cls):
        cls.workshop = cls.enter(Workshop())
        cls.workshop.make_sample()
        source = cls.workshop.root / "misbehaving.c"
        source.write_text(MISBEHAVING)
        for name, crashes in (("crashing", 1), ("failing", 0)):
            cls.workshop.run("gcc", "-shared", "-fPIC", "-fvisibility=hidden", "-I%s/include" % cls.workshop.prefix,
                             "-DCRASHES=%d" % crashes, '-DID="org.example.%s"' % name,
                             "-o", str(cls.workshop.plugins / (name + ".so")), str(source))

    def plugins(self, *arguments, status=0):
        """-> the entries that `collet plugins … --json` prints, by name."""
        environment = dict(self.workshop.environment)
        for options in ("ASAN_OPTIONS", "TSAN_OPTIONS"):  # a crash is a crash in every build
            environment[options] = environment.get(options, "") + ":handle_segv=0"
        done = subprocess.run(["collet", "plugins", *arguments, "--json"], env=environment,
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return {plugin["name"]: plugin for plugin in json.loads(done.stdout)["plugins"]}

    def config(self, **sections):
        file = self.new_folder() / "config.json"
        file.write_text(json.dumps({"plugins": {"directories": [str(self.workshop.plugins)], **sections}}))
        return "--config", str(file)

    def test_list_says_what_each_brings(self):
        found = self.plugins("list", *self.config(**{"plain-c": {"enabled": True}}))
        self.assertEqual(found["plain-c"]["state"], "ok")
        self.assertEqual(found["plain-c"]["id"], "org.example.plain-c-sample")
        self.assertEqual(found["plain-c"]["routes"], ["GET /api/plain-c/{name}"])
        self.assertEqual(found["plain-c"]["tools"], ["plain_c_echo"])
        self.assertEqual(found["demo"]["providers"], ["demo"])
        self.assertEqual(found["crashing"]["state"], "disabled")

    def test_a_crash_is_a_refusal_of_the_one_that_crashes(self):
        found = self.plugins("list", *self.config(**{"plain-c": {"enabled": True}, "crashing": {"enabled": True}}), status=1)
        self.assertEqual(found["crashing"]["state"], "refused")
        self.assertIn("Segmentation fault", found["crashing"]["error"])
        states = {name: plugin["state"] for name, plugin in found.items() if name not in ("crashing", "failing")}
        self.assertEqual(set(states.values()), {"ok"}, states)

    def test_ready_names_what_is_not_ready(self):
        folder = str(self.workshop.plugins)
        server = self.another_server(program=self.workshop.program, ready=503, config={
            "plugins": {"directories": [folder], "failing": {"enabled": True}}})
        http = Http(server.url)
        self.assertIn("plugin failing (failed: its start failed: no weather today)", http.get("/ready")["message"])
        seen = {plugin["name"]: plugin for plugin in http.get("/api/collet/plugins")["plugins"]}
        self.assertEqual((seen["failing"]["state"], seen["failing"]["error"]),
                         ("failed", "its start failed: no weather today"))
        self.assertEqual(seen["crashing"]["state"], "disabled")
        self.assertEqual(seen["bash"]["state"], "started")

    def test_check_looks_at_each_file_alone(self):
        crashing, sample = (str(self.workshop.plugins / name) for name in ("crashing.so", "plain-c.so"))
        missing = str(self.workshop.plugins / "missing.so")
        found = self.plugins("check", sample, crashing, missing, status=1)
        self.assertEqual([(name, plugin["state"]) for name, plugin in found.items()],
                         [("plain-c", "ok"), ("crashing", "refused"), ("missing", "refused")])
        self.assertIn("there is no such file", found["missing"]["error"])
        self.assertEqual(self.plugins("check", sample)["plain-c"]["version"], "1.0.0")

    def test_check_uses_the_plugins_config(self):
        found = self.plugins("check", str(self.workshop.plugins / "plain-c.so"), *self.config(**{"plain-c": {"colour": 1}}),
                             status=1)
        self.assertIn("plugins.plain-c.colour is no known key", found["plain-c"]["error"])

    def test_text_is_one_line_per_plugin_with_its_file_and_what_it_brings(self):
        output = self.workshop.run("collet", "plugins", "check", str(self.workshop.plugins / "plain-c.so"))
        self.assertRegex(output, r"^plain-c +1\.0\.0 +org\.example\.plain-c-sample +ok\n +file: /.*/plain-c.so\n +routes: GET /api/plain-c/")

    def test_nothing_is_left_in_the_temporary_folder(self):
        folder = self.new_folder()
        subprocess.run(["collet", "plugins", "list"], env={**self.workshop.environment, "TMPDIR": str(folder)}, check=True,
                       capture_output=True, timeout=60)
        self.assertEqual(list(folder.iterdir()), [])


class EventRules(Case):
    """The rules themselves bite."""

    @classmethod
    def setUpClass(cls):
        """No server."""

    def test_unknown_kinds_and_fields_are_refused(self):
        good = {"kind": "ObservationEvent", "id": "i", "timestamp": "t", "source": "environment", "tool_name": "x",
                "tool_call_id": "c", "action_id": "a",
                "observation": {"kind": "MCPToolObservation", "tool_name": "x", "is_error": False,
                                "content": [{"type": "text", "text": "t", "cache_prompt": False}]}}
        check_event(good)
        observation = good["observation"]
        for bad in ({**good, "seq": 1}, {**good, "kind": "GreetEvent"}, {**good, "tool_name": 1},
                    {key: good[key] for key in good if key != "action_id"},
                    {**good, "observation": {**observation, "kind": "GreetObservation"}},
                    {**good, "observation": {**observation, "greeting": "x"}},
                    {**good, "observation": {**observation, "content": [{"type": "text", "words": "t"}]}}):
            with self.assertRaises(Refused):
                check_event(bad)


if __name__ == "__main__":
    main()
