#!/usr/bin/env python3
"""Runs of the agent against the mock LLM."""
import pathlib

import _path  # noqa: F401
from harness import Case, main, wait_until
from harness.mock import call, command, finish


def brief(events):
    """-> the log in short words."""
    words = {"SystemPromptEvent": lambda event: "system", "MessageEvent": lambda event: event["source"] + " says",
             "ConversationStateUpdateEvent": lambda event: event["key"] + ("=" + event["value"]
                                                                           if event["key"] == "execution_status" else ""),
             "ActionEvent": lambda event: "call " + event["tool_name"],
             "ObservationEvent": lambda event: "result " + event["tool_name"],
             "AgentErrorEvent": lambda event: "error " + event["tool_name"],
             "ConversationErrorEvent": lambda event: "failed " + event["code"]}
    return [words.get(event["kind"], lambda event: event["kind"])(event) for event in events]


BEGIN = ["system", "user says", "last_user_message_id", "execution_status=running"]
DONE = ["call finish", "result finish", "execution_status=finished", "stats"]


def text_of(observation):
    return "".join(part.get("text", "") for part in observation["observation"]["content"])


class Runs(Case):
    def assert_log(self, conversation, *expected):
        wanted = [word for part in expected for word in ([part] if isinstance(part, str) else part)]
        try:
            wait_until("the whole log", lambda: len(self.events(conversation)) >= len(wanted), 5)
        finally:
            self.assertEqual(brief(self.events(conversation)), wanted)
        return self.events(conversation)

    def test_text_finishes(self):
        conversation, _ = self.run_to_end(self.mock.model("text", {"text": "Just an answer."}))
        events = self.assert_log(conversation, BEGIN, "agent says", "execution_status=finished", "stats")
        self.assertEqual(events[4]["llm_message"]["content"][0]["text"], "Just an answer.")
        self.assertEqual(self.http.get(self.of(conversation, "/agent_final_response")).json,
                         {"response": "Just an answer."})

    def test_command_and_finish(self):
        model = self.mock.model("command", call("terminal", {"command": "echo hello; (exit 3)"}, "I run a command."), finish())
        conversation, _ = self.run_to_end(model)
        events = self.assert_log(conversation, BEGIN, "call terminal", "result terminal", "stats", DONE)
        self.assertEqual(events[4]["thought"][0]["text"], "I run a command.")
        # What the model gets back is what the log says.
        tool_message = self.mock.requests(model)[1]["messages"][-1]
        self.assertEqual(tool_message["role"], "tool")
        self.assertIn("hello", str(tool_message["content"]))

    def test_command_sees_the_workspace_and_keeps_its_shell(self):
        folder = self.new_folder()
        model = self.mock.model("shell", command("pwd"), command("cd / && export WORD=kept"),
                                command("echo $WORD $PWD"), finish())
        _, events = self.run_to_end(model, folder=folder)
        results = [text_of(event) for event in self.of_kind(events, "ObservationEvent")]
        self.assertIn(str(folder), results[0])
        self.assertIn("kept /", results[2])

    def test_parallel_calls(self):
        model = self.mock.model("parallel", {"tool_calls": [
            {"name": "terminal", "arguments": {"command": "echo one"}},
            {"name": "terminal", "arguments": {"command": "echo two"}}]}, finish())
        conversation, _ = self.run_to_end(model)
        events = self.assert_log(conversation, BEGIN, "call terminal", "call terminal", "result terminal",
                                 "result terminal", "stats", DONE)
        calls, results = self.of_kind(events, "ActionEvent")[:2], self.of_kind(events, "ObservationEvent")[:2]
        self.assertEqual([event["tool_call_id"] for event in calls], [event["tool_call_id"] for event in results])
        self.assertEqual(calls[0]["llm_response_id"], calls[1]["llm_response_id"])

    def test_finish_beside_another_call(self):
        model = self.mock.model("mixed", {"tool_calls": [
            {"name": "terminal", "arguments": {"command": "echo one"}},
            {"name": "finish", "arguments": {"message": "done together"}}]})
        conversation, _ = self.run_to_end(model)
        self.assert_log(conversation, BEGIN, "call terminal", "call finish", "result terminal", "result finish",
                        "execution_status=finished", "stats")

    def test_editor(self):
        folder = self.new_folder()
        file = str(folder / "a.txt")

        def edit(what, **arguments):
            return call("file_editor", {"command": what, "path": file, **arguments})

        model = self.mock.model(
            "edit", edit("create", file_text="one\ntwo\nthree\n"), edit("view"), edit("view", view_range=[2, 3]),
            edit("str_replace", old_str="two", new_str="TWO"), edit("insert", insert_line=1, new_str="inserted"),
            edit("undo_edit"), edit("str_replace", old_str="nope", new_str="x"), edit("bogus"), finish())
        _, events = self.run_to_end(model, folder=folder)
        self.assertEqual(pathlib.Path(file).read_text(), "one\nTWO\nthree\n")
        results = self.of_kind(events, "ObservationEvent")[:7]
        self.assertEqual([event["observation"]["is_error"] for event in results], [False] * 6 + [True])
        self.assertEqual(len(self.of_kind(events, "AgentErrorEvent")), 1)

    def test_bad_tool_calls_are_told_to_the_model(self):
        model = self.mock.model(
            "bad", call("no_such_tool", {"x": 1}), call("terminal", '{"command": "echo'), call("terminal", {"bogus": 1}),
            command("echo ok", security_risk="LOW", summary="say ok"), call("finish", {}), finish())
        conversation, _ = self.run_to_end(model)
        self.assert_log(conversation, BEGIN, "call no_such_tool", "error no_such_tool", "stats", "call terminal",
                        "error terminal", "stats", "call terminal", "error terminal", "stats", "call terminal",
                        "result terminal", "stats", "call finish", "error finish", "stats", DONE)
        errors = self.of_kind(self.events(conversation), "AgentErrorEvent")
        self.assertIn("no_such_tool", errors[0]["error"])
        # Every call has its answer in the next request.
        for message in self.mock.requests(model)[-1]["messages"]:
            for tool_call in message.get("tool_calls") or []:
                answers = [other for other in self.mock.requests(model)[-1]["messages"]
                           if other.get("tool_call_id") == tool_call["id"]]
                self.assertEqual(len(answers), 1)

    def test_empty_answer_gets_a_nudge(self):
        conversation, _ = self.run_to_end(self.mock.model("empty", {"text": ""}, finish()))
        self.assert_log(conversation, BEGIN, "agent says", "environment says", "stats", DONE)

    def test_think(self):
        conversation, _ = self.run_to_end(self.mock.model("think", call("think", {"thought": "Hm."}), finish()))
        self.assert_log(conversation, BEGIN, "call think", "result think", "stats", DONE)

    def test_max_iterations(self):
        model = self.mock.model("loop", command("echo loop"), call("think", {"thought": "t"}), loop=True)
        conversation, _ = self.run_to_end(model, max_iterations=3)
        events = self.assert_log(
            conversation, BEGIN, "call terminal", "result terminal", "stats", "call think", "result think", "stats",
            "call terminal", "result terminal", "execution_status=error", "failed MaxIterationsReached", "stats")
        self.assertIn("3", self.of_kind(events, "ConversationErrorEvent")[0]["detail"])

    def test_the_same_again_and_again_is_stuck(self):
        conversation, _ = self.run_to_end(self.mock.model("stuck", command("echo same")))
        self.assertEqual(self.document(conversation)["execution_status"], "stuck")

    def test_a_long_command_is_cut_off_by_pause_and_told(self):
        model = self.mock.model("sleepy", command("sleep 1 && echo woke"), finish())
        conversation = self.start(model, "go")
        wait_until("the command", lambda: "ActionEvent" in self.kinds(self.events(conversation)))
        self.http.post(self.of(conversation, "/pause"))
        self.wait_for(conversation, "paused", "finished")

    def test_output_of_any_bytes(self):
        model = self.mock.model("bytes", command("printf '\\000\\001\\377\\376ok\\n'; seq 1 20000"), finish())
        conversation, events = self.run_to_end(model)
        self.assertEqual(self.document(conversation)["execution_status"], "finished")
        self.assertIn("ok", text_of(self.of_kind(events, "ObservationEvent")[0]))


class FailingModels(Case):
    def fails(self, name, *turns, llm=None):
        conversation = self.start(self.mock.model(name, *turns), "go", llm=llm)
        self.assertEqual(self.wait_for(conversation, seconds=40)["execution_status"], "error")
        error = wait_until("the error", lambda: self.of_kind(self.events(conversation), "ConversationErrorEvent"))[0]
        return conversation, error

    def test_errors_have_their_codes(self):
        def api_error(status, message, **more):
            return {"http_status": status, "error_body": {"error": {"message": message, **more}}}

        for name, turn, code in (
                ("e401", api_error(401, "Incorrect API key provided"), "LLMAuthenticationError"),
                ("e400", api_error(400, "bad things"), "LLMBadRequestError"),
                ("ectx", api_error(400, "This model's maximum context length is 8192 tokens.",
                                   code="context_length_exceeded"), "LLMContextWindowExceedError"),
                ("e429", {"http_status": 429}, "LLMRateLimitError"),
                ("e500", {"http_status": 500}, "LLMServiceUnavailableError"),
                ("ebad", {"malformed": True}, "LLMServiceUnavailableError"),
                ("eclose", {"close": True}, "LLMServiceUnavailableError")):
            with self.subTest(name):
                _, error = self.fails(name, turn)
                self.assertEqual(error["code"], code)

    def test_the_key_is_not_in_the_error(self):
        answer = {"http_status": 401, "error_body": {"error": {"message": "Incorrect API key provided: sk-leaky"}}}
        conversation, _ = self.fails("leak", answer, llm={"api_key": "sk-leaky"})
        self.assertNotIn("sk-leaky", self.http.get(self.of(conversation, "/events/search?limit=100")).text)
        self.assertNotIn("sk-leaky", self.server.log)

    def test_retries_until_it_works(self):
        model = self.mock.model("flaky", {"http_status": 500}, {"http_status": 429, "headers": {"Retry-After": "0"}},
                                {"text": "At last."}, index="counter")
        conversation = self.start(model, "go", llm={"num_retries": 4, "retry_min_wait": 0, "retry_max_wait": 1})
        self.assertEqual(self.wait_for(conversation, seconds=30)["execution_status"], "finished")
        self.assertEqual(len(self.mock.requests(model)), 3)

    def test_no_retry_of_the_callers_mistakes(self):
        model = self.mock.model("refused", {"http_status": 400})
        conversation = self.start(model, "go", llm={"num_retries": 4, "retry_min_wait": 0, "retry_max_wait": 1})
        self.wait_for(conversation, "error")
        self.assertEqual(len(self.mock.requests(model)), 1)

    def test_an_endpoint_that_is_not_there(self):
        conversation = self.start(text="go", llm={"base_url": "http://127.0.0.1:9/v1"})
        self.wait_for(conversation, "error")

    def test_the_conversation_goes_on_after_an_error(self):
        model = self.mock.model("recovers", {"http_status": 500}, {"text": "Fine again."}, index="counter")
        conversation = self.start(model, "go")
        self.wait_for(conversation, "error")
        self.say(conversation, "again")
        self.wait_for(conversation, "finished")


if __name__ == "__main__":
    main()
