"""/openapi.json: whole, true of what is served, and as the contract has it."""
import copy
import json
import pathlib
import re

import _path  # noqa: F401
from harness.case import Case, main
from harness.client import Http
from harness.git import git, repository
from json_schema import mistakes, resolve
from openapi_structure import operations, problems

HERE = pathlib.Path(__file__).resolve().parent
REFERENCE = {(one["method"], one["path"]): one
             for one in json.loads((HERE / "reference_operations.json").read_text())}
NOT_CLAIMED = {tuple(line.split()) for line in (HERE / "not_claimed.txt").read_text().splitlines()}
# What the contract does not have.
OUR_OPERATIONS = {(method, path) for method in ("GET", "HEAD") for path in ("/openapi.json", "/docs", "/redoc")}
OUR_OPERATIONS |= {("GET", "/api/collet/plugins"), ("GET", "/api/collet/tools"), ("GET", "/metrics")}
OUR_OPERATIONS |= {  # of the plugin bash
    ("GET", "/api/bash/commands"), ("DELETE", "/api/bash/commands/{command_id}"),
    ("POST", "/api/bash/commands/{command_id}/signal"), ("GET", "/api/bash/pty"), ("POST", "/api/bash/pty"),
    ("GET", "/api/bash/pty/{pty_id}"), ("DELETE", "/api/bash/pty/{pty_id}")}
OUR_OPERATIONS |= {  # the older bootstrap
    ("POST", "/api/settings"), ("POST", "/api/add-git-providers"), ("POST", "/api/unset-provider-tokens"),
    ("GET", "/api/secrets"), ("POST", "/api/secrets"), ("PUT", "/api/secrets/{secret_id}"),
    ("DELETE", "/api/secrets/{secret_id}"), ("POST", "/api/conversations/{conversation_id}/exp-config"),
    ("POST", "/api/conversations/{conversation_id}/stop")}
OUR_OPERATIONS |= {  # files by the path of older clients, and the heads of what can be downloaded
    ("POST", "/api/file/upload/{path}"), ("GET", "/api/file/download/{path}"), ("HEAD", "/api/file/download/{path}"),
    ("HEAD", "/api/file/download"), ("HEAD", "/api/conversations/{conversation_id}/workspace"),
    ("HEAD", "/api/conversations/{conversation_id}/workspace/{file_path}")}
OUR_PARAMETERS = {("GET", "/api/settings"): {("header", "X-Expose-Secrets")},
                  ("GET", "/api/profiles/{name}"): {("header", "X-Expose-Secrets")}}
FACTS = ("type", "format", "pattern", "enum", "default", "minimum", "maximum", "exclusiveMinimum", "minLength", "maxLength", "items")


def facts(parameter, document):
    """-> the parameter as reference_operations.json has it."""
    schema = resolve(parameter["schema"], document)
    return {"name": parameter["name"], "in": parameter["in"], "required": parameter.get("required", False),
            **{key: schema[key] for key in FACTS if key in schema}}


class Contract(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.api = cls.http.get("/openapi.json").json
        cls.operations = operations(cls.api)

    def test_it_is_an_openapi_document(self):
        self.assertEqual(problems(self.api), [])

    def test_the_check_of_its_structure_bites(self):
        path = "/api/settings/secrets/{name}"
        for damage in (lambda d: d["paths"][path]["get"]["parameters"].clear(),
                       lambda d: d["paths"][path]["get"].update(operationId="alive_alive_get"),
                       lambda d: d["paths"][path]["get"]["responses"]["200"].pop("description"),
                       lambda d: d["components"]["schemas"].pop("SecretItemResponse"),
                       lambda d: d["components"].pop("securitySchemes") and d["components"].update(securitySchemes={}),
                       lambda d: d["components"]["schemas"]["LLM"]["required"].append("zzz")):
            document = copy.deepcopy(self.api)
            damage(document)
            self.assertNotEqual(problems(document), [])

    def test_what_we_claim_is_there_as_in_the_contract(self):
        for key, wanted in REFERENCE.items():
            if key in NOT_CLAIMED:
                continue
            with self.subTest(operation=" ".join(key)):
                self.assertIn(key, self.operations, "claimed, but not there: add it or list it in not_claimed.txt")
                operation = self.operations[key]
                ours = {(one["in"], one["name"]): facts(one, self.api) for one in operation.get("parameters", [])}
                theirs = {(one["in"], one["name"]): one for one in wanted.get("parameters", [])}
                for extra in OUR_PARAMETERS.get(key, ()):
                    self.assertIn(extra, ours)
                    del ours[extra]
                self.assertEqual(ours, theirs)
                self.assertEqual(operation["operationId"], wanted["id"])
                self.assertEqual(list(operation.get("requestBody", {}).get("content", [])), wanted.get("body", []))

    def test_what_we_do_not_claim_is_not_there(self):
        self.assertEqual(NOT_CLAIMED - set(REFERENCE), set(), "not in the contract")
        self.assertEqual(NOT_CLAIMED & set(self.operations), set(), "served now: take it out of not_claimed.txt")

    def test_nothing_else_is_there(self):
        self.assertEqual(set(self.operations) - set(REFERENCE), OUR_OPERATIONS)

    def test_every_operation_says_what_it_is(self):
        for key, operation in self.operations.items():
            with self.subTest(operation=" ".join(key)):
                self.assertTrue(operation.get("summary"))
                success = [one for one in operation["responses"].items() if one[0].startswith("2")]
                self.assertGreater(len(success), 0)
                for status, answer in success:
                    self.assertEqual("content" in answer, status != "204", status)


class Served(Case):
    """The document and the table of routes say the same."""

    key = "test-session-key"
    server_options = {"environment": {"SESSION_API_KEY": key}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.api = Http(cls.server.url).get("/openapi.json").json
        cls.operations = operations(cls.api)

    @staticmethod
    def filled(path):
        return re.sub(r"{\w+}", "00000000-0000-0000-0000-000000000000", path)

    def documented(self, path):
        """-> the methods of all documented paths that fit: /a/{id} fits /a/search too."""
        return {method for method, other in self.operations if re.fullmatch(re.sub(r"{\w+}", "[^/]+", other), path)}

    def routed(self, path):
        """-> the methods that the table of routes has for a path: 405 names them."""
        answer = self.assert_status(self.http.request("TRACE", path), 405, 404, 307)
        return set(answer.headers["allow"].split(", ")) if answer.status == 405 else set()

    def test_each_path_has_the_methods_that_the_router_knows(self):
        for path in self.api["paths"]:
            with self.subTest(path=path):
                self.assertEqual(self.documented(self.filled(path)), self.routed(self.filled(path)))

    def test_no_path_of_the_contract_is_served_in_secret(self):
        for _, path in REFERENCE:
            with self.subTest(path=path):
                self.assertEqual(self.documented(self.filled(path)), self.routed(self.filled(path)))

    def test_what_needs_a_key_says_so(self):
        nobody = Http(self.server.url)
        for (method, path), operation in self.operations.items():
            if (method, path) == ("POST", "/api/init"):  # has a key of its own: tests/integration/test_init.py
                self.assertEqual(operation["security"], [{"InitAPIKeyHeader": []}])
                continue
            answer = nobody.request(method, self.filled(path))
            with self.subTest(operation=method + " " + path):
                self.assertEqual(answer.status == 401, "security" in operation, answer)
                self.assertEqual("401" in operation["responses"], "security" in operation)

    def test_parameters_are_checked_as_documented(self):
        wrong = {"integer": "zzz", "boolean": "zzz"}
        for (method, path), operation in self.operations.items():
            for parameter in operation.get("parameters", []):
                schema = resolve(parameter["schema"], self.api)
                values = [wrong[schema["type"]]] if schema.get("type") in wrong else []
                values += ["zzz"] if "enum" in schema or schema.get("format") in ("uuid", "date-time") else []
                values += [str(schema["maximum"] + 1)] if "maximum" in schema else []
                values += [str(schema["exclusiveMinimum"])] if "exclusiveMinimum" in schema else []
                values += ["a" * (schema["maxLength"] + 1)] if "maxLength" in schema else []
                values += ["!"] if "pattern" in schema else []
                for value in values:
                    with self.subTest(operation=method + " " + path, parameter=parameter["name"], value=value):
                        self.check_refused(method, path, parameter, value)

    def check_refused(self, method, path, parameter, value):
        if parameter["in"] == "header":
            answer = self.http.request(method, path, headers={parameter["name"]: value})
            return self.assert_status(answer, 400, 422)
        if parameter["in"] == "path":
            return self.assert_status(self.http.request(method, self.filled(path.replace("{%s}" % parameter["name"], value))), 422)
        made = getattr(self, "made", None) or self.start()
        type(self).made = made
        url = path.replace("{conversation_id}", made) + "?%s=%s" % (parameter["name"], value)
        body = self.body() if (method, path) == ("POST", "/api/conversations") else None
        if "ids" in [one["name"] for one in self.operations[method, path]["parameters"]] and parameter["name"] != "ids":
            url += "&ids=" + made
        url += "".join("&%s=/" % one["name"] for one in self.operations[method, path]["parameters"]
                       if one["in"] == "query" and one.get("required") and one["name"] not in (parameter["name"], "ids"))
        answer = self.http.request(method, url, body)
        self.assert_status(answer, 422)
        self.assertEqual(answer["detail"][0]["loc"], ["query", parameter["name"]])

    def git_calls(self):
        """-> a commit, and each operation of git in its repository."""
        folder = repository(self.new_folder(), {"old": "x"})
        (folder / "new").write_text("x")
        at = "?path=%s" % folder
        return git(folder, "rev-parse", "HEAD"), [("GET", "/api/git/changes" + at, None), ("GET", "/api/git/diff" + at + "/new", None),
                             ("GET", "/api/git/commits" + at, None), ("GET", "/api/git/commits/{sha}/changes" + at, None)]

    @staticmethod
    def profile_calls():
        """Each operation of profiles and connections; those whose id is not known beforehand as what is missing."""
        llm, agent, connection = "/api/profiles/{name}", "/api/agent-profiles/{name}", "/api/llm/provider-connections"
        of_id = connection + "/{connection_id}"
        return [("POST", llm, {"llm": {"model": "demo/tour"}}), ("GET", "/api/profiles", None), ("GET", llm, None),
                ("POST", llm + "/validate", {"llm": {"model": "demo/tour"}}), ("POST", llm + "/activate", None),
                ("POST", llm + "/rename", {"new_name": "NAME"}), ("GET", "/api/agent-profiles", None),
                ("POST", agent, {"llm_profile_ref": "other"}), ("GET", agent, None), ("POST", agent + "/materialize", None),
                ("POST", agent + "/rename", {"new_name": "NAME"}), ("POST", "/api/agent-profiles/{profile_id}/activate", None),
                ("DELETE", agent, None), ("DELETE", llm, None), ("GET", connection, None),
                ("POST", connection, {"display_name": "C", "api_key": "k"}), ("PATCH", of_id, {"display_name": "D"}),
                ("DELETE", of_id, None)]

    @staticmethod
    def file_calls(folder):
        """Each operation of files, in a folder with a file "index.html"."""
        file, workspace = "?path=%s/index.html" % folder, "/api/conversations/{conversation_id}/workspace"
        at = "?path=%s" % folder
        return [("POST", "/api/file/upload" + file, b"<p>"), ("POST", "/api/file/upload/{path}", b"<p>"),
                ("GET", "/api/file/download" + file, None), ("GET", "/api/file/download/{path}", None),
                ("POST", "/api/file/create_directory" + at, None), ("GET", "/api/file/home", None),
                ("GET", "/api/file/search_subdirs" + at, None), ("GET", "/api/file/archive" + at + "&format=tar.gz", None),
                ("GET", "/api/file/archive" + at, None), ("GET", "/api/file/download-trajectory/{conversation_id}", None),
                ("GET", workspace, None), ("GET", workspace + "/{file_path}", None)]

    @staticmethod
    def bootstrap_calls():
        one = "/api/conversations/{conversation_id}"
        return [("POST", "/api/settings", {}), ("POST", "/api/add-git-providers", {}), ("POST", "/api/unset-provider-tokens", None),
                ("POST", "/api/secrets", {"name": "S", "value": "v"}), ("GET", "/api/secrets", None),
                ("PUT", "/api/secrets/{secret_id}", {"name": "S"}), ("DELETE", "/api/secrets/{secret_id}", None),
                ("POST", one + "/exp-config", {}), ("POST", one + "/stop", None),
                ("POST", "/api/conversations", {"initial_user_msg": "hi"}), ("GET", one + "/events", None),
                ("POST", one + "/events", {"action": "message", "args": {"content": "hi"}})]

    @staticmethod
    def bundle_calls(folder):
        """Skills, the bundles that the contract calls plugins, sub-agents and hooks."""
        (folder / "greet").mkdir()
        (folder / "greet" / "SKILL.md").write_text("---\nname: greet\ndescription: Says hello.\n---\nSay hello.\n")
        calls = [("POST", "/api/sub-agents", {"load_user": False, "load_project": False, "load_builtin": True}),
                 ("POST", "/api/hooks", {"project_dir": str(folder)}), ("POST", "/api/skills/sync", None)]
        for kind, name in (("skills", "skill_name"), ("plugins", "plugin_name")):
            installed = "/api/%s/installed" % kind
            one = installed + "/{%s}" % name
            calls += [("POST", "/api/" + kind, {"load_public": False, "project_dir": str(folder)}),
                      ("POST", "/api/%s/install" % kind, {"source": str(folder / "greet")}), ("GET", installed, None),
                      ("GET", one, None), ("PATCH", one, {"enabled": False}), ("POST", one + "/refresh", None),
                      ("DELETE", one, None), ("DELETE", one, None), ("GET", "/api/%s/marketplace" % kind, None)]
        return calls

    @staticmethod
    def hub_calls():
        """Workspaces, lists of models, the door for other programs."""
        spaces, parents, login = "/api/workspaces", "/api/workspaces/parents", "/api/llm/subscription/openai"
        one = {"id": "w", "name": "W", "path": "/w"}
        return [("POST", "/api/auth/workspace-session", None), ("DELETE", "/api/auth/workspace-session", None),
                ("POST", spaces, {"workspaces": [one]}), ("POST", parents, {"parents": [one]}), ("GET", spaces, None),
                ("DELETE", spaces + "?path=/w", None), ("DELETE", parents + "?path=/w", None),
                ("GET", "/api/llm/providers", None), ("GET", "/api/llm/models?provider=mistral", None),
                ("GET", "/api/llm/models/verified", None), ("GET", login + "/models", None), ("GET", login + "/status", None),
                ("POST", login + "/device/start", None), ("POST", login + "/device/poll", {"device_code": "zzz"}),
                ("POST", login + "/logout", None), ("GET", "/v1/models", None),
                ("POST", "/v1/chat/completions", {"model": "zzz", "messages": [{"role": "user", "content": "hi"}]})]

    @staticmethod
    def bash_calls():
        command, pty = "/api/bash/commands/{command_id}", "/api/bash/pty/{pty_id}"
        return [("GET", "/api/bash/bash_events/search", None), ("GET", "/api/bash/commands", None),
                ("POST", command + "/signal", {"signal": "URG"}), ("POST", command + "/signal", {"signal": "INT"}),
                ("DELETE", command, None), ("POST", "/api/bash/pty", {"command": ["cat"]}), ("GET", "/api/bash/pty", None),
                ("GET", pty, None), ("DELETE", pty, None), ("GET", pty, None),
                ("POST", "/api/bash/execute_bash_command", {"command": "echo out"}),
                ("POST", "/api/bash/start_bash_command", {"command": "true"}), ("DELETE", "/api/bash/bash_events", None)]

    def check_taken(self, key, body, answer):
        """What the server takes is as documented, too."""
        content = self.operations[key].get("requestBody", {}).get("content", {})
        if answer.status < 300 and "application/json" in content and body is not None:
            self.assertEqual(mistakes(body, content["application/json"]["schema"], self.api), [])

    def test_bodies_are_refused_as_documented(self):
        for (method, path), operation in self.operations.items():
            if "requestBody" not in operation or "application/json" not in operation["requestBody"]["content"]:
                continue
            with self.subTest(operation=method + " " + path):
                answer = self.http.request(method, self.filled(path), b"{}", {"Content-Type": "text/plain"})
                self.assertIn(str(answer.status), operation["responses"], answer)
                self.assertLessEqual({"413", "415", "422"}, set(operation["responses"]))

    def test_routes_chosen_by_the_body_are_there(self):
        """An alternative is a form of the body, or of the answers, of the operation that it stands beside."""
        plugins = self.http.get("/api/collet/plugins")["plugins"]
        chosen = {tuple(route.split()[:2]) for one in plugins for route in one["routes"] if route.endswith("(alternative)")}
        self.assertEqual(chosen, {("POST", "/api/conversations"), ("PATCH", "/api/settings"),
                                  ("GET", "/api/conversations/{conversation_id}/events"),
                                  ("POST", "/api/conversations/{conversation_id}/events")})
        older = {"initial_user_msg": "hi"}, {"action": "message", "args": {"content": "hi"}}
        for key, body in zip((("POST", "/api/conversations"), ("POST", "/api/conversations/{conversation_id}/events")), older):
            schema = self.operations[key]["requestBody"]["content"]["application/json"]["schema"]
            self.assertEqual(mistakes(body, schema, self.api), [])
            self.assertEqual(len(schema["anyOf"]), 2)
        self.assertIn("404", self.operations["POST", "/api/conversations"]["responses"])
        self.assertIn("404", self.operations["PATCH", "/api/settings"]["responses"])
        self.assertFalse(self.operations["GET", "/api/conversations/{conversation_id}/events"]["requestBody"]["required"])

    def test_answers_are_as_documented(self):
        folder = self.new_folder()
        (folder / "index.html").write_text("<p>")
        conversation, events = self.run_to_end("demo/tour", "Show me around.", folder=folder)
        bash = self.http.post("/api/bash/start_bash_command", {"command": "true"})["id"]
        one, secret = "/api/conversations/{conversation_id}", {"name": "NAME", "value": "v"}
        mcp = "/api/settings/mcp/{settings_key}"
        of = {"conversation_id": conversation, "event_id": events[0]["id"], "name": "NAME", "settings_key": "mine",
              "profile_id": "none", "connection_id": "none", "secret_id": "S", "path": "%s/index.html" % folder,
              "file_path": "index.html", "skill_name": "greet", "plugin_name": "greet",
              "command_id": self.http.post("/api/bash/start_bash_command", {"command": "sleep 100"})["id"],
              "pty_id": self.http.post("/api/bash/pty", {"command": ["cat"]})["id"]}
        calls = [("GET", path, None) for path in (
            "/", "/alive", "/health", "/ready", "/server_info", "/api/settings", "/api/settings/agent-schema",
            "/api/settings/conversation-schema", "/api/settings/secrets", "/api/tools/",
            "/api/vscode/status", "/api/vscode/url", "/api/desktop/url", "/api/collet/plugins", "/api/collet/tools", "/metrics",
            "/api/conversations?ids=%s&ids=%s" % (conversation, self.new_id()), "/api/conversations/search",
            "/api/conversations/count", one, one + "/events/search", one + "/events/count", one + "/events/{event_id}",
            one + "/agent_final_response")]
        calls += [("GET", one + "/events", [events[0]["id"], "none"]), ("PUT", "/api/settings/secrets", secret),
                  ("GET", "/api/bash/bash_events/", [bash, "none"]), ("GET", "/api/bash/bash_events/{event_id}", None),
                  ("GET", "/api/settings/secrets/{name}", None), ("DELETE", "/api/settings/secrets/{name}", None),
                  ("POST", mcp, {"command": "echo"}), ("PATCH", mcp, {"enabled": False}), ("DELETE", mcp, None),
                  ("PATCH", "/api/settings", {"misc_settings_diff": {"a": 1}}), ("POST", "/api/conversations", self.body()),
                  ("PATCH", one, {"title": "T"}), ("POST", one + "/confirmation_policy", {"policy": {"kind": "NeverConfirm"}}),
                  ("POST", one + "/secrets", {"secrets": {"TOKEN": "value"}}),
                  ("POST", one + "/security_analyzer", {"security_analyzer": None}), ("POST", one + "/pause", None),
                  ("POST", one + "/interrupt", None), ("POST", one + "/events", self.message("Hello")),
                  ("POST", one + "/events/respond_to_confirmation", {"accept": True}), ("POST", one + "/run", None),
                  ("GET", "/openapi.json", None), ("POST", one + "/events", {"role": "zz"}), ("GET", "/docs", None), ("GET", "/redoc", None),
                  *self.bash_calls(), *self.profile_calls(), *self.bootstrap_calls(), *self.file_calls(folder),
                  *self.bundle_calls(folder), *self.hub_calls(), ("DELETE", one, None)]
        tried = set()
        of["sha"], of_git = self.git_calls()
        calls += of_git
        for method, path, body in calls:
            key = (method, path.split("?")[0])
            tried.add(key)
            values = {**of, "event_id": bash} if "/bash_events/" in path else of
            answer = self.http.request(method, path.format(**values), body)
            with self.subTest(operation=method + " " + path):
                described = self.operations[key]["responses"]
                self.assertIn(str(answer.status), described, answer)
                self.check_taken(key, body, answer)
                kind = answer.headers.get("content-type")
                if kind is None:
                    self.assertEqual((answer.status, answer.text), (204, ""))
                    continue
                content = described[str(answer.status)]["content"]
                schema = (content.get(kind) or content.get(kind.split(";")[0]) or content["*/*"])["schema"]
                if kind == "application/json":
                    self.assertEqual(mistakes(answer.json, schema, self.api), [])
        dormant = {("GET", "/api/init"), ("POST", "/api/init")}  # in tests/integration/test_init.py, with such a server
        self.assertEqual({key for key in self.operations if key[0] != "HEAD"} - tried - dormant, set(), "never tried")


if __name__ == "__main__":
    main()
