#!/usr/bin/env python3
"""What operators use: the configuration's commands, SIGHUP, metrics, ids in the log."""
import json
import re
import signal
import subprocess

import _path  # noqa: F401
from harness import Case, Http, main, wait_until
from harness.mock import finish
from harness.server import binary, clean_environment


def collet(*arguments, **environment):
    return subprocess.run([str(binary()), *arguments], env=clean_environment(HOME="/nonexistent", **environment),
                          capture_output=True, text=True, timeout=120)


class Config(Case):
    @classmethod
    def setUpClass(cls):
        pass

    def file(self, content):
        path = self.new_folder() / "collet.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    def test_show_names_the_origin_and_hides_secrets(self):
        file = self.file({"port": 1234, "plugins": {"bash": {"api_key": "s3cret"}}})
        shown = collet("config", "show", "--json", "--config", file, "--host", "::1", SESSION_API_KEY="k3y")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertNotRegex(shown.stdout, "s3cret|k3y")
        keys = {entry["key"]: (entry["value"], entry["from"]) for entry in json.loads(shown.stdout)}
        self.assertEqual(keys["port"], (1234, file))
        self.assertEqual(keys["host"], ("::1", "--host"))
        self.assertEqual(keys["log.level"], ("info", "default"))
        self.assertEqual(keys["session_api_keys"][1], "SESSION_API_KEY")
        self.assertEqual(keys["plugins.bash"], ({"api_key": "<redacted>"}, file))
        self.assertRegex(collet("config", "show", "--config", file).stdout, r"(?m)^port +1234 +/")

    def test_check_passes_what_a_server_takes(self):
        checked = collet("config", "check")
        self.assertEqual((checked.returncode, checked.stdout), (0, "the configuration is fine\n"), checked.stderr)

    def test_check_says_what_is_wrong(self):
        for content, words in (({"prot": 1}, 'did you mean "port"'), ("{", "is no JSON"),
                               ({"host": "0.0.0.0"}, "without a session key"),
                               ({"session_api_keys": ["a\nb"]}, "key"),
                               ({"plugins": {"bash": {"enabld": True}}}, "did you mean 'enabled'"),
                               ({"plugins": {"bsh": {}}}, "bsh")):
            checked = collet("config", "check", "--config", self.file(content))
            self.assertEqual(checked.returncode, 1, (content, checked.stdout))
            self.assertIn(words, checked.stderr)

    def test_variables_without_effect_are_named(self):
        checked = collet("config", "check", COLLET_PROT="1", OH_WEBHOOKS_0_BASE_URL="s3cret")
        self.assertEqual(checked.returncode, 0)
        self.assertIn("COLLET_PROT has no effect; did you mean COLLET_PORT?", checked.stderr)
        self.assertIn("OH_WEBHOOKS_0_BASE_URL has no effect", checked.stderr)
        self.assertNotIn("s3cret", checked.stderr)
        server = self.another_server(environment={"OH_WEBHOOKS_0_BASE_URL": "1"})
        self.assertEqual(server.log.count("OH_WEBHOOKS_0_BASE_URL has no effect"), 1)


class Reload(Case):
    @classmethod
    def setUpClass(cls):
        pass

    def reload(self, server, config):
        begin = len(server.log)
        (server.state.parent / "config.json").write_text(config if isinstance(config, str) else json.dumps(config))
        server.process.send_signal(signal.SIGHUP)
        wait_until("the reload", lambda: re.search("reloaded|SIGHUP changed nothing", server.log[begin:]), 10)
        return server.log[begin:]

    def status(self, server, key):
        return Http(server.url, key).get("/api/settings").status

    def test_session_keys_change_without_a_restart(self):
        server = self.another_server(config={"session_api_keys": ["old"]})
        self.assertEqual(self.status(server, "old"), 200)
        self.assertIn("session_api_keys", self.reload(server, {"session_api_keys": ["old", "new"]}))
        self.assertEqual([self.status(server, key) for key in ("old", "new")], [200, 200])
        self.reload(server, {"session_api_keys": ["new"]})
        self.assertEqual([self.status(server, key) for key in ("old", "new")], [401, 200])

    def test_a_kept_connection_obeys_the_new_keys(self):
        server = self.another_server(config={"session_api_keys": ["old"]})
        http = Http(server.url, "old")
        self.assertEqual(http.get("/api/settings").status, 200)
        self.reload(server, {"session_api_keys": ["new"]})
        self.assertEqual(http.get("/api/settings").status, 401)

    def test_what_needs_a_restart_is_named_and_left(self):
        server = self.another_server(config={"session_api_keys": ["k"]})
        log = self.reload(server, {"session_api_keys": ["k"], "limits": {"idle_seconds": 9}, "log": {"level": "debug"}})
        self.assertRegex(log, "needs a restart to take effect: limits.idle_seconds")
        self.assertEqual(self.status(server, "k"), 200)
        self.assertIn("[http] 127.0.0.1 GET /api/settings 200", server.log)

    def test_a_broken_file_changes_nothing(self):
        server = self.another_server(config={"session_api_keys": ["k"]})
        for broken in ("{", {"prot": 1}, {"session_api_keys": ["a\nb"]}):
            self.assertIn("SIGHUP changed nothing", self.reload(server, broken))
            self.assertEqual([self.status(server, key) for key in ("k", None)], [200, 401])


class Metrics(Case):
    def samples(self):
        """-> {name with labels: value}"""
        answer = self.http.get("/metrics")
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers["content-type"].startswith("text/plain; version=0.0.4"))
        lines = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    def test_requests(self):
        name = 'collet_http_requests_total{method="GET",route="/api/settings",status="200"}'
        before = self.samples().get(name, 0)
        for _ in range(3):
            self.http.get("/api/settings")
        self.assertEqual(self.samples()[name], before + 3)

    def test_a_run_is_counted(self):
        model = self.mock.model("counted", finish())
        before = self.samples()
        self.run_to_end(model, "hello")
        after = self.samples()
        for name, least in (('collet_llm_calls_total{model="openai/counted",outcome="ok"}', 1),
                            ('collet_llm_tokens_total{model="openai/counted",type="prompt"}', 1),
                            ('collet_llm_call_duration_seconds_count{model="openai/counted"}', 1),
                            ('collet_database_writes_total{backend="sqlite",outcome="ok"}', 3)):
            self.assertGreaterEqual(after[name] - before.get(name, 0), least, name)
        self.assertEqual(after["collet_llm_calls_running"], 0)
        self.assertGreaterEqual(after["collet_conversations_loaded"], 1)

    def test_names_are_those_of_the_documentation(self):
        model = self.mock.model("named", finish())
        self.run_to_end(model, "hello")
        answer = self.http.get("/metrics").text
        served = set(re.findall(r"(?m)^# TYPE (\S+)", answer))
        page = (binary().resolve().parents[3] / "docs" / "metrics.md").read_text()
        described = set(re.findall(r"(?m)^\| `(collet_[a-z_]+)`", page))
        rare = {"collet_llm_cost_dollars_total"}  # only where a price is known
        self.assertEqual(served - described, set())
        self.assertEqual(described - served - rare, set())

    def test_plugins_and_queues_are_shown(self):
        samples = self.samples()
        self.assertEqual(samples['collet_plugin_state{plugin="bash",state="started"}'], 1)
        self.assertEqual(samples['collet_queue_requests{owner="core"}'], 0)

    def test_the_key_is_needed_unless_they_are_public(self):
        keyed = self.another_server(environment={"SESSION_API_KEY": "k"})
        self.assertEqual(Http(keyed.url).get("/metrics").status, 401)
        self.assertEqual(Http(keyed.url, "k").get("/metrics").status, 200)
        public = self.another_server(config={"metrics": {"public": True}}, environment={"SESSION_API_KEY": "k"})
        self.assertEqual(Http(public.url).get("/metrics").status, 200)


class LogIds(Case):
    server_options = {"environment": {"LOG_JSON": "1", "LOG_LEVEL": "debug"}}

    def lines(self):
        return [json.loads(line) for line in self.server.log.splitlines() if line.startswith("{")]

    def test_an_answer_names_its_request_and_the_log_too(self):
        given = self.http.request("GET", "/api/settings", headers={"X-Request-ID": "from-the-proxy.1"})
        self.assertEqual(given.headers["x-request-id"], "from-the-proxy.1")
        made = self.http.get("/api/settings").headers["x-request-id"]
        self.assertRegex(made, "^[0-9a-f]{32}$")
        for bad in ("a b", "x" * 65, "a\tb", "\u00e4"):
            answer = self.http.request("GET", "/health", headers={"X-Request-ID": bad.encode("latin-1")})
            self.assertRegex(answer.headers["x-request-id"], "^[0-9a-f]{32}$")
        requests = [line.get("request") for line in self.lines() if line["part"] == "http"]
        self.assertIn("from-the-proxy.1", requests)
        self.assertIn(made, requests)

    def test_json_lines_have_their_fields(self):
        self.assertTrue(all({"time", "level", "part", "message"} <= line.keys() for line in self.lines()))
        plugins = {line.get("plugin") for line in self.lines()}
        self.assertIn("bash", plugins)


if __name__ == "__main__":
    main()
