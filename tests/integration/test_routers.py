#!/usr/bin/env python3
"""Every router switched off by the configuration, one by one: its paths are unknown, and all others are as before."""
import json
import subprocess

import _path  # noqa: F401
from harness import Case, Http, SocketRefused, WebSocket, main
from harness.server import ROOT, binary, clean_environment

ID = "00000000-0000-4000-8000-000000000000"
ONE = "/api/conversations/" + ID
SOCKET = "/sockets/events/" + ID

# What each router answers: (method, path).
CORE = {
    "server": [("GET", path) for path in ("/", "/server_info", "/alive", "/health", "/ready")],
    "conversations": [("POST", "/api/conversations"), ("GET", "/api/conversations"),
                      ("GET", "/api/conversations/search"), ("GET", "/api/conversations/count"), ("GET", ONE),
                      ("PATCH", ONE), ("DELETE", ONE)] + [
        ("POST", ONE + tail) for tail in ("/run", "/pause", "/interrupt", "/confirmation_policy", "/security_analyzer")],
    "events": [("GET", ONE + "/events/search"), ("GET", ONE + "/events/count"), ("GET", ONE + "/events"),
               ("GET", ONE + "/events/" + ID), ("GET", ONE + "/agent_final_response"), ("POST", ONE + "/events"),
               ("POST", ONE + "/events/respond_to_confirmation")],
    "settings": [("GET", "/api/settings"), ("PATCH", "/api/settings")],
    "secrets": [("GET", "/api/settings/secrets"), ("PUT", "/api/settings/secrets"),
                ("GET", "/api/settings/secrets/NAME"), ("DELETE", "/api/settings/secrets/NAME")],
    "plugins": [("GET", "/api/collet/plugins")],
    "init": [("GET", "/api/init"), ("POST", "/api/init")],
    "auth": [("POST", "/api/auth/workspace-session"), ("DELETE", "/api/auth/workspace-session")],
    "openapi": [("GET", "/openapi.json"), ("GET", "/docs"), ("GET", "/redoc")],
    "metrics": [("GET", "/metrics")],
    "sockets": [],
}


def installs(path):
    return [("POST", path), ("GET", path + "/marketplace"), ("GET", path + "/installed"), ("POST", path + "/install"),
            *[(method, path + "/installed/x") for method in ("GET", "PATCH", "DELETE")],
            ("POST", path + "/installed/x/refresh")]


PLUGINS = {
    "bash": [("POST", "/api/bash/execute_bash_command"), ("POST", "/api/bash/start_bash_command"),
             ("GET", "/api/bash/bash_events/search"), ("GET", "/api/bash/bash_events/"),
             ("GET", "/api/bash/bash_events/" + ID), ("DELETE", "/api/bash/bash_events")],
    "tools": [("GET", "/api/tools/"), ("GET", "/api/collet/tools")],
    "vscode": [("GET", "/api/vscode/status"), ("GET", "/api/vscode/url")],
    "desktop": [("GET", "/api/desktop/url")],
    "profiles": [("GET", "/api/profiles"), ("GET", "/api/profiles/p"), ("POST", "/api/profiles/p"), ("DELETE", "/api/profiles/p"),
                 *[("POST", "/api/profiles/p" + tail) for tail in ("/validate", "/rename", "/activate")],
                 ("GET", "/api/agent-profiles"), ("GET", "/api/agent-profiles/p"), ("POST", "/api/agent-profiles/p"),
                 ("DELETE", "/api/agent-profiles/p"),
                 *[("POST", "/api/agent-profiles/p" + tail) for tail in ("/rename", "/activate", "/materialize")],
                 ("GET", "/api/llm/provider-connections"), ("POST", "/api/llm/provider-connections"),
                 ("PATCH", "/api/llm/provider-connections/c"), ("DELETE", "/api/llm/provider-connections/c")],
    "nested": [("POST", "/api/add-git-providers"), ("POST", "/api/unset-provider-tokens"), ("GET", "/api/secrets"),
               ("POST", "/api/secrets"), ("PUT", "/api/secrets/S"), ("DELETE", "/api/secrets/S"),
               ("POST", ONE + "/exp-config"), ("POST", ONE + "/stop")],
    "file": [("POST", "/api/file/upload"), ("POST", "/api/file/upload/x"), ("GET", "/api/file/download"),
             ("GET", "/api/file/download/x"), ("POST", "/api/file/create_directory"), ("GET", "/api/file/home"),
             ("GET", "/api/file/search_subdirs"), ("GET", "/api/file/archive"), ("GET", "/api/file/download-trajectory/" + ID),
             ("GET", ONE + "/workspace"), ("GET", ONE + "/workspace/x")],
    "demo": [],
    "skills": installs("/api/skills") + [("POST", "/api/skills/sync")],
    "bundles": installs("/api/plugins"),
    "sub_agents": [("POST", "/api/sub-agents")],
    "workspaces": [("GET", "/api/workspaces"), ("POST", "/api/workspaces"), ("DELETE", "/api/workspaces"),
                   ("POST", "/api/workspaces/parents"), ("DELETE", "/api/workspaces/parents")],
    "llm": [("GET", "/api/llm/providers"), ("GET", "/api/llm/models"), ("GET", "/api/llm/models/verified"),
            *[("GET", "/api/llm/subscription/openai/" + tail) for tail in ("models", "status")],
            *[("POST", "/api/llm/subscription/openai/" + tail) for tail in ("device/start", "device/poll", "logout")]],
    "gateway": [("GET", "/v1/models"), ("POST", "/v1/chat/completions")],
    "git": [("GET", "/api/git/" + tail) for tail in ("changes", "diff", "commits", "commits/abc/changes")],
    "hooks": [("POST", "/api/hooks")],
}
TOOLS = {"bash": "terminal", "file": "file_editor"}


def shown(*arguments):
    done = subprocess.run([str(binary()), *arguments, "--json"], env=clean_environment(), capture_output=True, text=True,
                          timeout=60, check=True)
    return json.loads(done.stdout)


class Routers(Case):
    @classmethod
    def setUpClass(cls):
        cls.servers = {}

    def check(self, off, config):
        """All paths of `off` are unknown, all others known."""
        ready = 404 if off == "server" else 200
        server = self.another_server(config=config, ready=ready)
        http = Http(server.url)
        # A path may have methods of two routers.
        others = {path for router, routes in {**CORE, **PLUGINS}.items() if router != off for _, path in routes}
        others |= {"/api/settings"} if off != "nested" else set()
        for router, routes in {**CORE, **PLUGINS}.items():
            for method, path in routes:
                with self.subTest(off=off, route=method + " " + path):
                    # With a method that no route has, a path that is known is 405, and nothing runs.
                    answer = http.request("TRACE", path)
                    if router == off and path in others:
                        self.assertNotIn(method, self.assert_status(answer, 405).headers["allow"].split(", "))
                    elif router == off:
                        self.assert_status(answer, 404)
                        self.assert_status(http.request(method, path), 404)
                    else:
                        self.assert_status(answer, 405)
                        self.assertIn(method, answer.headers["allow"].split(", "))
        self.check_socket(server, off)
        return http

    def check_demo(self, http, off):
        """Its model answers, or there is none."""
        self.http = http
        body = {"agent": {"kind": "Agent", "llm": {"model": "demo/tour"}, "tools": [{"name": "terminal"}]}, "autotitle": False,
                "workspace": {"working_dir": str(self.new_folder())}, "initial_message": self.message("Hello.", True)}
        answer = self.assert_status(http.post("/api/conversations", body), 201)
        self.assertEqual(self.wait_for(answer["id"])["execution_status"], "error" if off else "finished")

    def check_socket(self, server, off):
        with self.subTest(off=off, route=SOCKET):
            if off == "sockets":
                with self.assertRaises(SocketRefused) as refused:
                    WebSocket(server.url, SOCKET)
                self.assertEqual(refused.exception.status, 403)
            else:  # opened, and closed as this conversation is not there
                with WebSocket(server.url, SOCKET) as socket:
                    self.assertEqual(socket.wait_closed()[0], 4004)


def add_tests():
    """One test per router, so that each is counted and named."""
    def of_the_core(name):
        def test(self):
            self.check(name, {"routers": {name: False}})
        return test

    def of_a_plugin(name):
        def test(self):
            http = self.check(name, {"plugins": {name: {"enabled": False}}})
            listed = {plugin["name"]: plugin for plugin in http.get("/api/collet/plugins")["plugins"]}
            self.assertEqual({plugin for plugin, seen in listed.items() if seen["state"] != "started"}, {name})
            self.assertEqual([listed[name][what] for what in ("routes", "sockets", "tools", "providers")], [[], [], [], []])
            if name in TOOLS:
                self.assertNotIn(TOOLS[name], http.get("/api/tools/").json)
            if name != "bash":
                self.check_demo(http, name == "demo")
        return test

    for name in CORE:
        setattr(Routers, "test_core_" + name, of_the_core(name))
    for name in PLUGINS:
        setattr(Routers, "test_plugin_" + name, of_a_plugin(name))


class Names(Case):
    @classmethod
    def setUpClass(cls):
        """No server."""

    def test_every_router_has_an_entry_here(self):
        keys = {entry["key"] for entry in shown("config", "show")}
        self.assertEqual({key.removeprefix("routers.") for key in keys if key.startswith("routers.")}, set(CORE))

    def test_every_plugin_and_each_of_its_routes_has_an_entry_here(self):
        plugins = {plugin["name"]: plugin for plugin in shown("plugins", "list")["plugins"]}
        self.assertEqual(set(plugins), set(PLUGINS))
        for name, plugin in plugins.items():
            routes = [route for route in plugin["routes"] if not route.startswith("HEAD ") and "(alternative)" not in route]
            if name in ("bash", "nested"):  # the entries name some of them
                self.assertLessEqual(len(PLUGINS[name]), len(routes), name)
            else:
                self.assertEqual(len(PLUGINS[name]), len(routes), (name, routes))

    def test_every_router_is_documented(self):
        text = (ROOT / "docs/operations.md").read_text()
        for name in CORE:
            self.assertIn("| `routers.%s` |" % name, text)


class Config(Case):
    @classmethod
    def setUpClass(cls):
        """No server."""

    def refusal(self, **options):
        with self.assertRaises(AssertionError) as refused:
            self.another_server(**options)
        return str(refused.exception)

    def test_an_unknown_name_is_refused_with_the_nearest(self):
        self.assertIn('"routers.setings"', self.refusal(config={"routers": {"setings": False}}))
        self.assertIn('did you mean "routers.settings"?', self.refusal(config={"routers": {"setings": False}}))

    def test_anything_but_true_or_false_is_refused(self):
        self.assertIn("must be true or false", self.refusal(config={"routers": {"settings": "no"}}))

    def test_the_environment_switches_too(self):
        server = self.another_server(environment={"COLLET_ROUTERS_SECRETS": "false"})
        self.assert_status(Http(server.url).get("/api/settings/secrets"), 404)

    def test_all_off_serves_nothing_and_runs(self):
        config = {"routers": {name: False for name in CORE},
                  "plugins": {name: {"enabled": False} for name in PLUGINS}}
        server = self.another_server(config=config, ready=404)
        self.assert_status(Http(server.url).get("/api/conversations/search"), 404)
        self.assertEqual(server.terminate(), 0)


add_tests()

if __name__ == "__main__":
    main()
