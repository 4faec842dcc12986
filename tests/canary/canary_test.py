#!/usr/bin/env python3
"""The canary test: a unique token stands in every place where a secret can be given. The server works through a whole
scenario with commands, errors, a crash and a restart; then everything that it has written, answered or started is
searched for the tokens, in clear and in the usual encodings. They may be found only where docs/secrets.md says so.

With a server that leaves out one masking call, this fails: show_it_bites.py."""
import base64
import http.server
import io
import json
import os
import pathlib
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from harness import Case, Http, MockLlm, Server, WebSocket, main, wait_until  # noqa: E402
from harness.mock import call, command, finish  # noqa: E402
from harness.server import binary, clean_environment, database_environment  # noqa: E402

PLUGIN = pathlib.Path(os.environ.get("COLLET_CANARY_PLUGIN") or binary().parent.parent / "testdata/plugins/canary.so")

UNNAMED = "987"  # a sleep of this length is a command that names no secret
SLOTS = ("session-key", "secret-key", "settings-key", "settings-mcp", "stored", "static", "remote", "lookup-header",
         "agent-key", "agent-mcp", "context", "added", "refused", "profile", "connection", "git", "older-key",
         "settings-header", "settings-auth", "agent-header", "agent-auth", "agent-auth-text", "profile-header", "control",
         "told")  # this one the user writes


def encodings(token):
    """-> the token in clear, also its beginning alone, in hex, and in base64 at every offset."""
    raw = token.encode()
    found = {raw, raw[:-16], raw.hex().encode(), raw[::-1]}
    for offset in range(3):
        coded = base64.b64encode(b"x" * offset + raw)
        found.add(coded[4 if offset else 0:-4])
    return found


class RemoteSecrets(http.server.BaseHTTPRequestHandler):
    """A vault somewhere else: a lookup's endpoint."""

    def do_GET(self):
        self.server.seen.append(self.headers.get("X-Vault-Token"))
        body = self.server.value.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class RecordingHttp(Http):
    """Keeps every answer, but those that are meant to hold a secret."""

    def __init__(self, url, key, answers):
        super().__init__(url, key)
        self.answers = answers

    def request(self, method, path, body=None, headers=None):
        answer = super().request(method, path, body, headers)
        plain = path.startswith("/api/settings/secrets/") or "X-Expose-Secrets" in (headers or {})
        if not (plain and method == "GET" and answer.status == 200):
            self.answers.append(("%s %s -> %d" % (method, path, answer.status),
                                 answer.data + json.dumps(answer.headers).encode()))
        return answer


class Canary(Case):
    @classmethod
    def setUpClass(cls):
        # Nothing here is shared with other tests: the server is told its keys in its environment.
        cls.tokens = {slot: "CANARY-%s-%s" % (slot, secrets.token_hex(12)) for slot in SLOTS}
        cls.remote = http.server.ThreadingHTTPServer(("127.0.0.1", 0), RemoteSecrets)
        cls.remote.value, cls.remote.seen = cls.tokens["remote"], []
        threading.Thread(target=cls.remote.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.remote.server_close)
        cls.addClassCleanup(cls.remote.shutdown)
        cls.key = cls.tokens["session-key"]
        plugins = cls.enter(tempfile.TemporaryDirectory(prefix="collet-test-"), "cleanup")
        shutil.copy(PLUGIN, plugins.name)
        cls.server = cls.enter(Server(
            environment={"SESSION_API_KEY": cls.key, "OH_SECRET_KEY": cls.tokens["secret-key"]},
            config={"log": {"level": "debug"},
                    "plugins": {"directories": [plugins.name], "canary": {"enabled": True}},
                    "outbound": {"allow": ["127.0.0.1:%d" % cls.remote.server_address[1]]}}))
        cls.answers, cls.environments = [], []
        cls.streamed = {"content": "", "reasoning_content": ""}  # what the pieces of all frames come to
        cls.http = RecordingHttp(cls.server.url, cls.key, cls.answers)
        cls.mock = cls.enter(MockLlm(), "stop")

    # -- collecting ------------------------------------------------------------------------------------
    def listen(self, conversation):
        """Records all frames of a conversation's socket from now on."""
        socket = WebSocket(self.server.url, "/sockets/events/%s?session_api_key=%s" % (conversation, self.key))

        def read():
            try:
                while True:
                    frame = socket.receive_text()
                    self.answers.append(("frame of " + conversation, frame.encode()))
                    event = json.loads(frame)
                    for part in ("content", "reasoning_content"):
                        if event["kind"] == "StreamingDeltaEvent":
                            self.streamed[part] += event.get(part) or ""
            except (OSError, EOFError, Exception):  # the server was killed, or the test is over
                pass

        threading.Thread(target=read, daemon=True).start()
        self.addCleanup(socket.close)

    def note_environments(self):
        """Records environment and command line of everything that the server has started."""
        for pid in self.server.descendants():
            for part in ("environ", "cmdline"):
                try:
                    data = pathlib.Path("/proc/%d/%s" % (pid, part)).read_bytes()
                except OSError:
                    continue
                self.environments.append(("%s of %d" % (part, pid), data))

    def written(self):
        """-> (what, bytes) of every file that the server has written."""
        for path in sorted(self.server.state.parent.rglob("*")):
            if path.is_file() and path.name != "config.json":
                yield "file " + str(path.relative_to(self.server.state.parent)), path.read_bytes()

    def note_trajectory(self, conversation):
        """Records what is in a conversation's archive; -> (what, bytes) of it."""
        answer = self.assert_status(self.http.get("/api/file/download-trajectory/" + conversation), 200)
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            found = [("trajectory " + name, archive.read(name)) for name in archive.namelist()]
        self.answers += found
        return found

    def note_tools(self):
        """Records what operators get from the command line."""
        environment = clean_environment(**self.server.environment, **database_environment(self.server.state))
        exported = self.new_folder() / "export"
        for arguments in (("db", "export", "--state", self.server.state, exported),
                          ("config", "show", *self.server.arguments), ("openapi",)):
            done = subprocess.run([str(binary()), *map(str, arguments)], env=environment, capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.answers.append(("collet " + arguments[0], done.stdout + done.stderr))
        self.answers.append(("the export", exported.read_bytes()))

    def assert_absent(self, places, allowed=("told",)):
        needles = {slot: encodings(token) for slot, token in self.tokens.items() if slot not in allowed}
        found = ["%s in %s: …%r…" % (slot, what, data[max(0, data.find(needle) - 60):][:120])
                 for what, data in places for slot, them in needles.items() for needle in them if needle in data]
        self.assertEqual(found, [], "\n".join(found[:20]))

    # -- the scenario --------------------------------------------------------------------------------------
    def body_with_secrets(self, model, **changes):
        token = self.tokens
        remote = {"kind": "LookupSecret", "url": "http://127.0.0.1:%d/v1/secret" % self.remote.server_address[1],
                  "headers": {"X-Vault-Token": token["lookup-header"]}}
        llm = {"api_key": token["agent-key"], "stream": True, "extra_headers": {"X-Gate": token["agent-header"]}, **changes}
        body = self.body(model, tools=("terminal", "file_editor", "canary_fail"), llm=llm, secrets={
            "STATIC_TOKEN": token["static"], "REMOTE_TOKEN": remote, "TOLD_TOKEN": token["told"],
            "CONTROL_TOKEN": "gone\r" + token["control"],
            "STORED_TOKEN": {"kind": "LookupSecret", "url": "/api/settings/secrets/STORED_TOKEN",
                             "headers": {"X-Session-API-Key": self.key}}})
        body["autotitle"] = True
        body["agent"]["agent_context"] = {"secrets": {"CONTEXT_TOKEN": token["context"]}}
        body["agent"]["mcp_config"] = {"mcpServers": {
            "tools": {"command": "true", "env": {"K": token["agent-mcp"]}},
            "bearer": {"url": "https://mcp.example", "auth": {"strategy": "bearer", "value": token["agent-auth"]}},
            "short": {"url": "https://mcp.example", "auth": token["agent-auth-text"]}}}
        return body

    def give_settings(self):
        token = self.tokens
        self.assert_status(self.http.patch("/api/settings", {"agent_settings_diff": {
            "llm": {"api_key": token["settings-key"], "model": "openai/mock",
                    "extra_headers": {"X-Gate": token["settings-header"]}},
            "mcp_config": {"mcpServers": {
                "x": {"url": "https://mcp.example", "headers": {"Authorization": token["settings-mcp"]}},
                "y": {"url": "https://mcp.example", "auth": {"strategy": "bearer", "value": token["settings-auth"]}}}},
        }}), 200)
        self.assert_status(self.http.put("/api/settings/secrets", {"name": "STORED_TOKEN", "value": token["stored"]}), 200)
        self.assertEqual(self.http.get("/api/settings/secrets/STORED_TOKEN").text, token["stored"])
        for path in ("/api/settings", "/api/settings/secrets", "/server_info", "/ready", "/openapi.json"):
            self.http.get(path)

    def give_what_teams_share(self):
        token = self.tokens
        profile, connections, agents = "/api/profiles/shared", "/api/llm/provider-connections", "/api/agent-profiles"
        llm = {"model": "openai/mock", "api_key": token["profile"]}
        self.assert_status(self.http.post(profile, {"llm": llm}), 201)
        self.assertEqual(self.http.get(profile, {"X-Expose-Secrets": "plaintext"})["config"]["api_key"], token["profile"])
        self.assert_status(self.http.post(connections, {"display_name": "C", "api_key": token["connection"]}), 201)
        self.assert_status(self.http.post(connections, {"display_name": "C", "api_key": [token["connection"]]}), 422)
        self.assert_status(self.http.post(profile, {"llm": {"model": "m", "api_key": [token["profile"]]}}), 422)
        self.assert_status(self.http.post(profile + "/validate", {"llm": {**llm, "base_url": "http://127.0.0.1:9"}}), 200)
        said = "no %s with %s" % (token["profile"], token["profile-header"])
        loud = {"http_status": 401, "error_body": {"error": {"message": said}}}
        self.mock.model("loud", loud, no_tools=loud)
        self.assert_status(self.http.post(profile + "/validate", {"llm": {
            "model": "openai/loud", "api_key": token["profile"], "base_url": self.mock.url + "/v1",
            "extra_headers": {"X-Gate": token["profile-header"]}}}), 200)
        self.assert_status(self.http.post(agents + "/shared", {"llm_profile_ref": "shared"}), 201)
        self.assert_status(self.http.post(agents + "/shared/materialize"), 200)
        for path in (profile, "/api/profiles", connections, agents):
            self.assert_status(self.http.get(path), 200)
        # The older bootstrap; its key goes where that of the settings was.
        self.assert_status(self.http.post("/api/settings", {"llm_api_key": token["older-key"], "llm_model": "openai/mock"}), 200)
        providers = {"provider_tokens": {"github": {"token": token["git"]}}}
        self.assert_status(self.http.post("/api/add-git-providers", providers), 200)
        self.assert_status(self.http.post("/api/add-git-providers", {"provider_tokens": {"github": token["git"]}}), 422)
        self.assert_status(self.http.post("/api/conversations", {"initial_user_msg": None}), 200)

    def make_mistakes(self, conversation):
        """Wrong requests that hold a secret: each answer says what is wrong without repeating it."""
        token = self.tokens["refused"]

        def from_settings(sources):
            return {"agent_settings": {"llm": {"model": "openai/mock"}, "agent_context": {"secrets": sources}},
                    "workspace": {"kind": "LocalWorkspace", "working_dir": str(self.folder)}}

        for method, path, body in (
                ("PATCH", "/api/settings", {"agent_settings_diff": {"llm": {"api_key": token, "num_retries": "no"}}}),
                ("PATCH", "/api/settings", {"agent_settings_diff": {"llm": {"api_key": {"deep": token}}}}),
                ("PATCH", "/api/settings", ('{"agent_settings_diff":{"llm":{"api_key":"%s"' % token).encode()),
                ("PUT", "/api/settings/secrets", {"name": "not a name", "value": token}),
                ("PUT", "/api/settings/secrets", {"name": "A", "value": [token]}),
                ("PUT", "/api/settings/secrets", {"value": token}),
                ("PUT", "/api/settings/secrets", token.join('""').encode()),
                ("PUT", "/api/settings/secrets", [token]),
                ("POST", "/api/conversations", {"secrets": [token]}),
                ("POST", "/api/conversations", {"secrets": token}),
                ("POST", "/api/conversations", {"secrets": {"A": {"kind": "Vault", "token": token}}}),
                ("POST", "/api/conversations", from_settings({"A": [token]})),
                ("POST", "/api/conversations", from_settings({"A": {"kind": "Vault", "token": token}})),
                ("POST", "/api/conversations", {"secrets": {"A": token}, "agent": {"llm": {"api_key": token}}}),
                ("POST", "/api/conversations", {**self.body(), "secrets": {"A": {"kind": "Unknown", "value": token}}}),
                ("POST", "/api/conversations", {**self.body(), "secrets": {"A": [token]}}),
                ("POST", self.of(conversation, "/secrets"), {"secrets": {"A": {"value": [token]}}}),
                ("POST", self.of(conversation, "/secrets"), {"secrets": {"A": {"kind": "LookupSecret", "url": [token]}}})):
            answer = self.http.request(method, path, body)
            self.assertIn(answer.status, (400, 422), (path, answer))

    def work(self, conversation):
        """Commands that use, print, cut and hide the values; a model that knows them."""
        token = self.tokens
        halves = 'printf %s "${STATIC_TOKEN:0:20}"; sleep 1; printf %s "${STATIC_TOKEN:20}"; sleep 0.5; echo'
        turns = [
            command("echo $STATIC_TOKEN $STORED_TOKEN; echo $REMOTE_TOKEN-$CONTEXT_TOKEN; echo $ADDED_TOKEN >&2"),
            command(halves, timeout=0.5), command("", timeout=5),
            command("head -c 14980 /dev/zero | tr '\\0' x; echo $STATIC_TOKEN; head -c 40000 /dev/zero | tr '\\0' y"),
            command("env; cat /proc/$$/environ /proc/$PPID/environ | tr '\\0' '\\n'; set"),
            command("printf 'a%sb' \"$STATIC_TOKEN\" >> note; cat note; git -c x=$STATIC_TOKEN nonsense"),
            call("file_editor", {"command": "view", "path": str(self.folder / "note")}),
            call("file_editor", {"command": "create", "path": str(self.folder / "own"), "file_text": token["static"]}),
            command("echo 'a model that knows: %s'" % token["stored"], text="I know %s" % token["static"],
                    reasoning="Using %s and %s." % (token["remote"], token["agent-key"])),
            call("terminal", '{"command": "echo %s' % token["static"]),
            call("nonsense", {"a": token["static"]}),
            call(token["static"], {}),
            call("canary_fail", {"text": token["static"]}),
            command("echo \"$CONTROL_TOKEN\""),
            # In its middle something that leaves nothing; saved, since it is long.
            command("printf '%s\\033[1m%s\\n' \"${STATIC_TOKEN:0:9}\" \"${STATIC_TOKEN:9}\"; "
                    "head -c 40000 /dev/zero | tr '\\0' z"),
            {"deltas": [{"reasoning_content": "It is " + token["remote"][:20]}, {"content": "."},
                        {"reasoning_content": token["remote"][20:] + ", I think."}], **command("true")},
            command("echo \"$STATIC_TOKEN\" | tee quiet >/dev/null; sleep 1"),
            command("sleep 0.%s" % UNNAMED),
            command("echo %s >/dev/null" % token["stored"]),  # the last one: nothing comes over it
            finish("Done with %s." % token["static"]),
        ]
        self.mock.model("works", *turns, chunk_chars=5, no_tools={"text": "On %s" % token["static"]})
        self.say(conversation, "Work, with %s." % token["told"])
        seen = set()

        def settled():
            seen.update(self.look_into_children())
            if "at <secret-hidden>" in self.http.get("/api/collet/plugins").text:
                seen.add("progress")
            return self.document(conversation)["execution_status"] in ("finished", "error", "stuck")

        wait_until("the work to be done", settled, 60)
        self.assertEqual(self.document(conversation)["execution_status"], "finished")
        self.assertEqual(self.document(conversation)["title"], "On <secret-hidden>")
        self.assertEqual(seen, {"with", "without", "progress"},
                         "of a command that names a secret, of one that names none, of the tool that fails")
        self.assertIn(token["static"], (self.folder / "own").read_text())

    def look_into_children(self):
        """-> "with" when a command was seen with the one secret that it names, "without" for the one that names none."""
        seen = set()
        for pid in self.server.descendants():
            try:
                command_line = pathlib.Path("/proc/%d/cmdline" % pid).read_bytes()
                environment = pathlib.Path("/proc/%d/environ" % pid).read_bytes()
            except OSError:
                continue
            found = {slot for slot, token in self.tokens.items() if token.encode() in environment}
            if command_line == b"sleep\x001\x00":
                self.assertEqual(found, {"static"})
                seen.add("with")
            elif command_line == b"sleep\x000.%s\x00" % UNNAMED.encode():
                self.assertEqual(found, set())
                seen.add("without")
            elif command_line.startswith(b"bash\x00"):
                self.assertEqual(found, set(), "the shell's own environment")
        return seen

    def meet_errors(self):
        """Endpoints that repeat the key in their errors."""
        token = self.tokens["agent-key"]
        for status in (400, 401, 429, 500):
            name = "fails%d" % status
            self.mock.model(name, {"http_status": status, "error_body": {"error": {"message": "bad key %s" % token}}})
            self.fail_with(name, timeout=5)
        # Its end is cut off somewhere; nowhere the end of the key alone.
        for before in range(950, 1000, 7):
            name = "long%d" % before
            self.mock.model(name, {"http_status": 400, "error_body": {"error": {"message": "x" * before + token}}})
            self.fail_with(name)
        self.mock.model("breaks", {"text": "half of " + token, "malformed": "stream"})
        self.fail_with("breaks")
        self.mock.model("repeats", {"http_status": 400, "error_body": {"error": {"message": "no %s" % self.tokens["static"]}}})
        self.fail_with("repeats")
        with_password = "http://:%s@127.0.0.1:9/v1" % self.tokens["refused"]
        self.assert_status(self.http.post("/api/conversations", self.body_with_secrets("m", base_url=with_password)), 422)
        self.assert_status(self.http.patch("/api/settings", {"agent_settings_diff": {"llm": {"base_url": with_password}}}), 422)

    def fail_with(self, model, **changes):
        answer = self.http.post("/api/conversations", self.body_with_secrets("openai/" + model, **changes))
        self.assert_status(answer, 201, 422)
        if answer.status == 201:
            self.listen(answer["id"])
            self.say(answer["id"], "Go.")
            self.wait_for(answer["id"], "error", "finished")
            self.events(answer["id"])

    def crash(self):
        """Killed while a command with secrets is running; started again."""
        self.mock.model("crashes", command("echo $STATIC_TOKEN %s; sleep 30" % self.tokens["stored"]),
                        finish("After the crash."))
        conversation = self.http.post("/api/conversations", self.body_with_secrets("openai/crashes"))["id"]
        self.say(conversation, "Go.")
        wait_until("the command to run", self.server.descendants_named("sleep"))
        self.server.kill()
        self.assert_absent(self.written())
        self.server.start()
        self.http = RecordingHttp(self.server.url, self.key, self.answers)
        self.assertEqual(self.wait_for(conversation, "paused")["execution_status"], "paused")
        self.assert_status(self.http.post(self.of(conversation, "/run")), 200)
        self.wait_for(conversation, "finished")
        self.events(conversation)

    def test_no_token_is_found_where_it_must_not_be(self):
        self.folder = self.new_folder()
        self.give_settings()
        self.give_what_teams_share()
        answer = self.http.post("/api/conversations", {**self.body_with_secrets("openai/works"),
                                                       "workspace": {"kind": "LocalWorkspace", "working_dir": str(self.folder)}})
        self.assert_status(answer, 201)
        conversation = answer["id"]
        self.listen(conversation)
        self.assert_status(self.http.post(self.of(conversation, "/secrets"),
                                          {"secrets": {"ADDED_TOKEN": self.tokens["added"]}}), 200)
        self.make_mistakes(conversation)
        self.work(conversation)
        events = self.events(conversation)
        self.assertIn("<secret-hidden>", json.dumps(events))
        self.note_environments()
        self.meet_errors()
        self.crash()
        for path in ("", "/events/search", "/events/count"):
            self.http.get(self.of(conversation, path))
        self.http.get("/api/conversations/search")
        self.note_environments()
        trajectory = self.note_trajectory(conversation)
        self.note_tools()
        self.assertIn(self.tokens["lookup-header"], self.remote.seen)

        self.assert_absent(self.answers)
        self.assert_absent(trajectory, allowed=())
        for part, text in self.streamed.items():
            self.assertIn("<secret-hidden>", text, "streamed " + part)
            self.assert_absent([("streamed " + part, text.encode())])
        self.assert_absent(self.environments)
        self.assert_absent([("the log", self.server.log.encode())])
        self.assert_absent(self.written())
        self.assertEqual(self.server.terminate(), 0)
        self.assert_absent(self.written())


if __name__ == "__main__":
    main()
