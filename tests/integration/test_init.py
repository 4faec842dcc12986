#!/usr/bin/env python3
"""A server that is started dormant: what it answers, who may wake it up, and what it is then."""
import pathlib

import _path  # noqa: F401
from harness import Case, Http, SocketRefused, WebSocket, main, on_postgresql

PATH = "/api/init"
BOOT = "the-boot-secret-key"


class Dormant(Case):
    @classmethod
    def setUpClass(cls):
        """Each test has a server of its own."""

    def dormant(self, **environment):
        server = self.another_server(environment={"OH_DEFERRED_INIT": "true", **environment})
        return server, Http(server.url)

    def init(self, http, body, key=None):
        return http.post(PATH, body, {"X-Init-API-Key": key} if key else {})

    def test_it_opens_nothing(self):
        server, http = self.dormant()
        self.assertEqual(http.get(PATH).json, {"state": "dormant", "error": None})
        for path in ("/health", "/alive", "/ready", "/server_info"):
            self.assert_status(http.get(path), 200)
        for method, path in (("GET", "/api/conversations/count"), ("POST", "/api/conversations"), ("GET", "/api/nothing"),
                             ("PATCH", "/api/settings"), ("GET", "/api/tools/")):
            self.assertIn("POST /api/init", self.assert_status(http.request(method, path), 503).text)
        for path in ("/sockets/bash-events", "/sockets/events/" + self.new_id()):
            with self.assertRaises(SocketRefused) as refused:
                WebSocket(server.url, path)
            self.assertEqual(refused.exception.status, 503)
        self.assertFalse(pathlib.Path(server.state).exists())
        self.assertEqual(server.terminate(), 0)

    def test_init_makes_a_server_of_it(self):
        server, http = self.dormant()
        folder = self.new_folder() / "work"
        answer = self.init(http, {"session_api_keys": ["k"], "secret_key": "a-secret", "conversations_path": str(folder),
                                  "env": {"OF_INIT": "yes", "OH_SECRET_KEY": "not for commands"}})
        self.assertEqual(self.assert_status(answer, 200).json, {"state": "ready", "error": None})
        self.assert_status(http.get("/api/conversations/count"), 401)
        mine = Http(server.url, "k")
        self.assertEqual(mine.get("/api/conversations/count").json, 0)
        command = {"command": "echo $OF_INIT; env | grep -c OH_SECRET_KEY"}
        self.assertEqual(mine.post("/api/bash/execute_bash_command", command)["stdout"], "yes\n0\n")
        self.assertTrue((folder / ("plugins" if on_postgresql() else "collet.sqlite3")).exists())
        with WebSocket(server.url, "/sockets/bash-events?session_api_key=k"):
            pass
        self.assert_status(self.init(http, {}), 401)
        self.assert_status(self.init(http, {}, "a-secret"), 400)
        self.assertEqual(http.get(PATH).json, {"state": "ready", "error": None})
        self.assertEqual(server.terminate(), 0)

    def test_the_boot_key_is_needed(self):
        server, http = self.dormant(OH_SECRET_KEY=BOOT)
        for key in (None, "wrong", BOOT[:-1]):
            self.assert_status(self.init(http, {}, key), 401)
        self.assertEqual(http.get(PATH)["state"], "dormant")
        self.assert_status(self.init(http, {}, BOOT), 200)
        self.assertEqual(http.get("/api/conversations/count").json, 0)

    def test_a_wrong_body_leaves_it_dormant(self):
        server, http = self.dormant()
        for body in ({"max_concurrent_runs": "x"}, {"max_concurrent_runs": 0}, {"zzz": 1}, {"session_api_keys": "k"},
                     {"env": {"A=B": "1"}}, {"web_url": "nonsense"}, []):
            self.assert_status(self.init(http, body), 422)
        self.assertEqual(http.get(PATH).json, {"state": "dormant", "error": None})
        self.assert_status(self.init(http, {}), 200)

    def test_a_failure_leaves_it_dormant_and_can_be_repeated(self):
        server, http = self.dormant()
        blocked = self.new_folder() / "file"
        blocked.write_text("in the way")
        answer = self.assert_status(self.init(http, {"conversations_path": str(blocked / "state")}), 500)
        self.assertTrue(answer["detail"])
        self.assertEqual(http.get(PATH).json, {"state": "dormant", "error": answer["detail"]})
        self.assert_status(http.get("/api/conversations/count"), 503)
        self.assert_status(self.init(http, {}), 200)
        self.assertEqual(http.get("/api/conversations/count").json, 0)

    def test_it_may_listen_everywhere_only_with_a_boot_key(self):
        config = {"host": "0.0.0.0"}
        with self.assertRaises(AssertionError):
            self.another_server(config=config, environment={"OH_DEFERRED_INIT": "true"})
        server = self.another_server(config=config, environment={"OH_DEFERRED_INIT": "true", "OH_SECRET_KEY": BOOT})
        http = Http(server.url.replace("0.0.0.0", "127.0.0.1"))
        self.assertIn("session key", self.assert_status(self.init(http, {}, BOOT), 422).text)
        self.assert_status(self.init(http, {"session_api_keys": ["k"]}, BOOT), 200)

    def test_other_servers_have_no_such_state(self):
        server = self.another_server()
        http = Http(server.url)
        self.assert_status(http.get(PATH), 404)
        self.assert_status(http.post(PATH, {}), 404)


if __name__ == "__main__":
    main()
