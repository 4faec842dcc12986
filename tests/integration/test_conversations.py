#!/usr/bin/env python3
"""Conversations over HTTP: start, read, search, count, run, pause, delete, and what is refused."""
import _path  # noqa: F401
from harness import Case, main, wait_until
from harness.mock import call, command, finish

PATH = "/api/conversations"


class Starting(Case):
    def test_start_without_message_is_idle(self):
        answer = self.http.post(PATH, self.body())
        self.assert_status(answer, 201)
        self.assertEqual(answer["execution_status"], "idle")
        self.assertEqual(self.document(answer["id"])["execution_status"], "idle")
        self.assertEqual(self.events(answer["id"]), [])
        self.assertEqual(self.http.get(self.of(answer["id"], "/agent_final_response")).json, {"response": ""})

    def test_start_with_message_runs_to_the_end(self):
        model = self.mock.model("plain", command("echo hello"), finish("All done."))
        conversation = self.start(model, "Say hello")
        self.assertEqual(self.wait_for(conversation)["execution_status"], "finished")
        self.assertEqual(self.http.get(self.of(conversation, "/agent_final_response")).json, {"response": "All done."})

    def test_initial_message_runs_whatever_its_run_says(self):
        model = self.mock.model("unasked", finish())
        answer = self.http.post(PATH, {**self.body(model), "initial_message": self.message("hi", False)})
        self.assertEqual(self.wait_for(answer["id"])["execution_status"], "finished")

    def test_same_id_again_answers_200_with_the_same_conversation(self):
        chosen = self.new_id()
        first = self.http.post(PATH, self.body(conversation_id=chosen))
        again = self.http.post(PATH, self.body(conversation_id=chosen))
        self.assertEqual((first.status, again.status), (201, 200))
        self.assertEqual(first["id"], chosen)
        self.assertEqual(again["id"], chosen)
        self.assertEqual(first["created_at"], again["created_at"])

    def test_id_without_dashes_is_the_same_id(self):
        conversation = self.start()
        answer = self.http.get(self.of(conversation.replace("-", "")))
        self.assertEqual((answer.status, answer["id"]), (200, conversation))

    def test_unknown_extra_fields_are_accepted(self):
        self.assert_status(self.http.post(PATH, self.body(zzz=1)), 201)
        self.assert_status(self.http.post(PATH, self.body(llm={"zzz": 1})), 201)

    def test_what_has_no_effect_is_checked(self):
        for member, wrong in (("worktree", "maybe"), ("plugins", [{}]), ("agent_definitions", [{}]), ("user_id", 5),
                              ("observability_tags", "t"), ("secrets_encrypted", "yes, please"), ("max_iterations", None),
                              ("agent_launch_additions", {"other": 1}), ("tool_module_qualnames", [])):
            answer = self.assert_status(self.http.post(PATH, self.body(**{member: wrong})), 422)
            self.assertEqual(answer["detail"][0]["loc"][:2], ["body", member])

    def test_a_worktree_that_is_not_made_is_in_the_log(self):
        conversation = self.start(worktree=True, plugins=[{"source": "github:a/b"}])
        self.assertIn("conversation %s was started with what has no effect here: worktree, plugins" % conversation, self.server.log)
        self.assertNotIn(self.start(worktree=False, plugins=[]), self.server.log)

    def test_the_deployments_suffix_goes_behind_the_agents(self):
        body = self.body(agent_launch_additions={"system_message_suffix_append": "More."})
        body["agent"]["agent_context"] = {"system_message_suffix": "First."}
        answer = self.assert_status(self.http.post(PATH, body), 201)
        self.assertEqual(answer["agent"]["agent_context"]["system_message_suffix"], "First.\n\nMore.")

    def test_bad_bodies_are_refused_with_a_place(self):
        def of_agent(**changes):
            return {**self.body()["agent"], **changes}

        for what, changes, place in (
                ("no workspace", {"workspace": None}, "workspace"),
                ("unknown agent kind", {"agent": of_agent(kind="Zzz")}, "agent"),
                ("llm without model", {"agent": of_agent(llm={})}, "llm"),
                ("model of a wrong type", {"agent": of_agent(llm={"model": 5, "api_key": "sk-leak-me"})}, "llm"),
                ("bad role", {"initial_message": {"role": "zzz", "content": []}}, "role"),
                ("bad content", {"initial_message": {"content": [{"type": "zzz"}]}}, "content"),
                ("bad id", {"conversation_id": "zzz"}, "conversation_id"),
                ("no iterations", {"max_iterations": 0}, "max_iterations"),
                ("bad tag", {"tags": {"Bad Key": "x"}}, "tags"),
                ("bad policy", {"confirmation_policy": {"kind": "zzz"}}, "confirmation_policy")):
            with self.subTest(what):
                answer = self.assert_status(self.http.post(PATH, {**self.body(), **changes}), 422)
                self.assertIn(place, str([problem["loc"] for problem in answer["detail"]]))
                self.assertNotIn("sk-leak-me", answer.text)

    def test_no_agent_is_refused(self):
        body = self.body()
        del body["agent"]
        self.assertIn("agent", self.assert_status(self.http.post(PATH, body), 422).text)

    def test_unknown_tool_is_refused_by_name(self):
        answer = self.assert_status(self.http.post(PATH, self.body(tools=("no_such_tool",))), 400, 422)
        self.assertIn("no_such_tool", answer.text)

    def test_a_body_that_is_no_json_object_is_refused(self):
        for raw in (b"{", b"[]", b"", b"null", b'"text"', b"\xff\xfe{}", b'{"a":1} x', b"[" * 100000):
            with self.subTest(raw[:20]):
                answer = self.http.request("POST", PATH, raw, {"Content-Type": "application/json"})
                self.assert_status(answer, 422, 400)
                self.assertIn("detail", answer.json)

    def test_secrets_are_not_echoed(self):
        body = {**self.body(llm={"api_key": "sk-very-secret-1"}), "max_iterations": 0}
        self.assertNotIn("sk-very-secret-1", self.assert_status(self.http.post(PATH, body), 422).text)

    def test_the_document_hides_the_key(self):
        conversation = self.start(llm={"api_key": "sk-very-secret-2"})
        answer = self.http.get(self.of(conversation))
        self.assertNotIn("sk-very-secret-2", answer.text)
        self.assertIsNone(answer["agent"]["llm"]["api_key"])


class Finding(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        maker = cls("runTest")
        cls.made = [maker.start() for _ in range(5)]
        finished = maker.start(cls.mock.model("done", finish()), "go")
        maker.wait_for(finished, "finished")
        cls.made.append(finished)
        maker.doCleanups()

    def runTest(self):
        """Only so that setUpClass can use the helpers."""

    def pages(self, query):
        found, page = [], None
        while True:
            answer = self.http.get(PATH + "/search?" + query + ("&page_id=" + page if page else ""))
            self.assert_status(answer, 200)
            found.append([item["id"] for item in answer["items"]])
            page = answer["next_page_id"]
            if page is None:
                return found

    def test_count(self):
        self.assertEqual(self.http.get(PATH + "/count").json, 6)
        self.assertEqual(self.http.get(PATH + "/count?status=idle").json, 5)
        self.assertEqual(self.http.get(PATH + "/count?status=finished").json, 1)
        self.assert_status(self.http.get(PATH + "/count?status=zzz"), 422)

    def test_search_in_both_orders(self):
        self.assertEqual(self.pages("sort_order=CREATED_AT"), [self.made])
        self.assertEqual(self.pages("sort_order=CREATED_AT_DESC"), [self.made[::-1]])

    def test_search_in_pages(self):
        pages = self.pages("sort_order=CREATED_AT&limit=4")
        self.assertEqual(pages, [self.made[:4], self.made[4:]])

    def test_search_by_status(self):
        self.assertEqual(self.pages("status=finished"), [self.made[5:]])

    def test_search_bad_parameters(self):
        for query in ("limit=0", "limit=101", "limit=x", "sort_order=zzz", "status=zzz"):
            with self.subTest(query):
                self.assert_status(self.http.get(PATH + "/search?" + query), 422)
        # An unknown page is the first page.
        answer = self.http.get(PATH + "/search?page_id=zzz&limit=1&sort_order=CREATED_AT")
        self.assertEqual([item["id"] for item in answer["items"]], self.made[:1])

    def test_batch(self):
        missing = self.new_id()
        answer = self.http.get(PATH + "?ids=%s&ids=%s" % (self.made[0], missing))
        self.assertEqual([item and item["id"] for item in answer.json], [self.made[0], None])
        self.assert_status(self.http.get(PATH), 422)
        self.assert_status(self.http.get(PATH + "?ids=zzz"), 422)


class Living(Case):
    def test_second_message_continues_the_conversation(self):
        model = self.mock.model("twice", finish("first"), finish("second"))
        conversation = self.start(model, "one")
        self.wait_for(conversation, "finished")
        self.say(conversation, "two")
        wait_until("the second answer", lambda: self.http.get(
            self.of(conversation, "/agent_final_response")).json == {"response": "second"})
        texts = [part["text"] for event in self.of_kind(self.events(conversation), "MessageEvent")
                 if event["source"] == "user" for part in event["llm_message"]["content"]]
        self.assertEqual(texts, ["one", "two"])
        # The model has seen both.
        roles = [message["role"] for message in self.mock.requests(model)[-1]["messages"]]
        self.assertEqual(roles.count("user"), 2)

    def test_message_without_run_waits_for_run(self):
        conversation = self.start(self.mock.model("asked", finish()))
        self.say(conversation, "later", run=False)
        self.assertEqual(self.document(conversation)["execution_status"], "idle")
        self.assertEqual(self.http.post(self.of(conversation, "/run")).json, {"success": True})
        self.wait_for(conversation, "finished")

    def test_run_while_running_is_a_conflict_and_pause_stops(self):
        slow = self.mock.model("slow", command("sleep 0.5"), command("echo never"), finish())
        conversation = self.start(slow, "go")
        self.wait_for(conversation, "running")
        self.assert_status(self.http.post(self.of(conversation, "/run")), 409)
        self.assert_status(self.http.post(self.of(conversation, "/pause")), 200)
        self.wait_for(conversation, "paused")
        self.assertIn("PauseEvent", self.kinds(self.events(conversation)))
        self.assert_status(self.http.post(self.of(conversation, "/run")), 200)
        self.wait_for(conversation, "finished")

    def test_a_run_asked_for_while_a_pause_takes_effect_is_not_lost(self):
        # The step under way may end between the pause and the new run, or while the latter is being stored.
        thinking = [call("think", {"thought": str(number)}, delay_ms=1) for number in range(30)]
        conversation = self.start(self.mock.model("pausing", *thinking, finish()), "Go.")
        for _ in range(30):
            self.assert_status(self.http.post(self.of(conversation, "/pause")), 200)
            self.assert_status(self.http.post(self.of(conversation, "/run")), 200, 409)
        self.wait_for(conversation, "finished")

    def test_pause_of_an_idle_conversation_is_fine(self):
        conversation = self.start()
        self.assertEqual(self.http.post(self.of(conversation, "/pause")).json, {"success": True})

    def test_delete(self):
        conversation = self.start(self.mock.model("gone", finish()), "go")
        self.wait_for(conversation, "finished")
        self.assertEqual(self.http.delete(self.of(conversation)).json, {"success": True})
        self.assert_status(self.http.get(self.of(conversation)), 404)
        self.assert_status(self.http.get(self.of(conversation, "/events/search")), 404)
        self.assert_status(self.http.delete(self.of(conversation)), 400)

    def test_delete_while_running_ends_its_command(self):
        conversation = self.start(self.mock.model("endless", command("sleep 4321")), "go")
        wait_until("the command", lambda: "4321" in self.commands())
        self.assert_status(self.http.delete(self.of(conversation)), 200)
        wait_until("the end of the command", lambda: "4321" not in self.commands())

    def commands(self):
        found = ""
        for pid in self.server.descendants():
            try:
                with open("/proc/%d/cmdline" % pid, "rb") as file:
                    found += file.read().decode().replace("\0", " ") + "\n"
            except OSError:
                pass
        return found

    def test_missing_conversation(self):
        nobody = self.new_id()
        self.assert_status(self.http.get(self.of(nobody)), 404)
        self.assert_status(self.http.post(self.of(nobody, "/run")), 404)
        self.assert_status(self.http.post(self.of(nobody, "/pause")), 400)
        self.assert_status(self.http.delete(self.of(nobody)), 400)
        self.assert_status(self.http.post(self.of(nobody, "/events"), self.message("x")), 404)
        self.assert_status(self.http.get(self.of(nobody, "/events/search")), 404)
        self.assert_status(self.http.get(self.of(nobody, "/agent_final_response")), 404)

    def test_bad_id(self):
        for method in ("GET", "DELETE"):
            self.assert_status(self.http.request(method, self.of("zzz")), 422)

    def test_stats_add_up(self):
        usage = {"prompt_tokens": 1000, "completion_tokens": 50, "cached_tokens": 400}
        model = self.mock.model("counted", call("terminal", {"command": "true"}, usage=usage), finish(usage=usage))
        conversation = self.start(model, "go")
        self.wait_for(conversation, "finished")
        metrics = self.document(conversation)["stats"]["usage_to_metrics"]["agent"]
        tokens = metrics["accumulated_token_usage"]
        self.assertEqual((tokens["prompt_tokens"], tokens["completion_tokens"], tokens["cache_read_tokens"]),
                         (2000, 100, 800))


if __name__ == "__main__":
    main()
