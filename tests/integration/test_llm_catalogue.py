#!/usr/bin/env python3
"""Lists of models, what conversations cost by them, and the login of a subscription, against the program."""
import http.server
import json
import threading
import time

import _path  # noqa: F401
from harness import Case, Http, PATIENCE, main
from harness.mock import finish

BASE = "/api/llm"
OFF = {"vendor": "openai", "connected": False, "account_email": None, "expires_at": None}


class Lists(Case):
    def test_providers_and_models(self):
        providers = self.assert_status(self.http.get(BASE + "/providers"), 200)["providers"]
        self.assertEqual(providers, sorted(providers))
        self.assertTrue({"openai", "anthropic", "mistral", "gemini"} <= set(providers))
        everything = self.http.get(BASE + "/models")["models"]
        self.assertEqual(everything, sorted(everything))
        self.assertGreater(len(everything), 100)
        for provider, model in (("openai", "gpt-4o"), ("anthropic", "claude-opus-4-5"), ("mistral", "mistral/devstral-2512")):
            models = self.http.get(BASE + "/models?provider=" + provider)["models"]
            self.assertIn(model, models)
            self.assertTrue(set(models) < set(everything))
        self.assertEqual(self.http.get(BASE + "/models?provider=zzz").json, {"models": []})
        verified = self.http.get(BASE + "/models/verified")["models"]
        self.assertIn("claude-opus-4-5", verified["anthropic"])
        self.assertIn("gpt-5.5", self.http.get(BASE + "/subscription/openai/models")["models"])

    def test_conversations_cost_what_the_table_says(self):
        self.mock.model("gpt-4o", finish("Done."))
        conversation, _ = self.run_to_end("openai/gpt-4o")
        usage = self.document(conversation)["stats"]["usage_to_metrics"]["agent"]
        tokens = usage["accumulated_token_usage"]
        self.assertGreater(tokens["prompt_tokens"], 0)
        uncached = tokens["prompt_tokens"] - tokens["cache_read_tokens"]
        self.assertAlmostEqual(usage["accumulated_cost"], (uncached * 2.5 + tokens["cache_read_tokens"] * 1.25 +
                                                           tokens["completion_tokens"] * 10) / 1e6)


class SignIn(http.server.BaseHTTPRequestHandler):
    """What stands for OpenAI's sign-in service."""

    confirmed = False

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path.endswith("/usercode"):
            self.answer(200, {"user_code": "AB-CD", "device_auth_id": "auth-1", "interval": "1"})
        elif self.path.endswith("/deviceauth/token"):
            self.answer(200 if SignIn.confirmed else 403, {"authorization_code": "code", "code_verifier": "v"})
        else:
            good = "code=code" in body and "code_verifier=v" in body
            self.answer(200 if good else 400, {"access_token": "canary-a", "refresh_token": "canary-r", "expires_in": 600})

    def answer(self, status, document):
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Subscription(Case):
    path = BASE + "/subscription/openai"

    @classmethod
    def setUpClass(cls):
        """A server whose sign-in service is ours."""
        service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), SignIn)
        threading.Thread(target=service.serve_forever, daemon=True).start()
        cls.addClassCleanup(service.server_close)
        cls.addClassCleanup(service.shutdown)
        issuer = "http://127.0.0.1:%d" % service.server_port
        cls.server_options = {"config": {"plugins": {"llm": {"openai_issuer": issuer}},
                                         "outbound": {"allow": ["127.0.0.1"]}}}
        super().setUpClass()

    def test_sign_in_and_out(self):
        self.assertEqual(self.assert_status(self.http.get(self.path + "/status"), 200).json, OFF)
        started = self.assert_status(self.http.post(self.path + "/device/start"), 200)
        self.assertEqual((started["user_code"], started["interval_seconds"]), ("AB-CD", 1))
        code = {"device_code": started["device_code"]}
        self.assertEqual(self.assert_status(self.http.post(self.path + "/device/poll", code), 200).json, OFF)
        SignIn.confirmed = True
        connected = self.assert_status(self.http.post(self.path + "/device/poll", code), 200)
        self.assertTrue(connected["connected"])
        self.assert_status(self.http.post(self.path + "/device/poll", code), 404)
        self.assertEqual(self.server.terminate(), 0)
        self.server.start()
        http = Http(self.server.url)
        self.assertEqual(http.get(self.path + "/status").json, connected.json)
        self.assertEqual(self.assert_status(http.post(self.path + "/logout"), 200).json, OFF)
        self.assertEqual(http.get(self.path + "/status").json, OFF)
        self.assertNotIn("canary-", self.server.log)
        type(self).http = http

    def test_wrong_requests(self):
        self.assert_status(self.http.post(self.path + "/device/poll", {"device_code": "zzz"}), 404)
        for body in ({}, {"device_code": 5}, []):
            self.assert_status(self.http.post(self.path + "/device/poll", body), 422)


class Offline(Case):
    server_options = {"config": {"plugins": {"llm": {"openai_issuer": "http://127.0.0.1:9"}},
                                 "outbound": {"allow": ["127.0.0.1"]}}}

    def test_a_login_fails_clearly_and_soon(self):
        begin = time.monotonic()
        answer = self.assert_status(self.http.post(BASE + "/subscription/openai/device/start"), 503)
        self.assertIn("cannot be reached", answer["detail"])
        self.assertLess(time.monotonic() - begin, 15 * PATIENCE)
        self.assert_status(self.http.get(BASE + "/subscription/openai/status"), 200)


class SwitchedOff(Case):
    server_options = {"config": {"plugins": {"llm": {"enabled": False}}}}

    def test_nothing_is_there(self):
        for path in ("/providers", "/models", "/subscription/openai/status"):
            self.assert_status(self.http.get(BASE + path), 404)
        self.assert_status(self.http.get(BASE + "/provider-connections"), 200)


if __name__ == "__main__":
    main()
