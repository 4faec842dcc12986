#!/usr/bin/env python3
"""Conversations as chat completions, against the program."""
import concurrent.futures
import http.client
import json
import time
import urllib.parse

import _path  # noqa: F401
from harness import Case, Http, PATIENCE, main, wait_until
from harness.mock import finish

CHAT = "/v1/chat/completions"
ID = "x-openhands-serverconversation-id"


def save(case, name, model, **llm):
    """Makes an LLM profile."""
    answer = case.http.post("/api/profiles/" + name, {
        "llm": {"model": model, "api_key": "sk-of-the-profile", "base_url": case.mock.url + "/v1", "num_retries": 0, **llm}})
    assert answer.status == 201, answer


def asked(text="hi", model="openhands_p", **more):
    return {"model": model, "messages": [{"role": "system", "content": "Sing."}, {"role": "user", "content": text}], **more}


class Stream:
    """A streamed answer, read as it comes."""

    def __init__(self, case, server=None, **more):
        address = urllib.parse.urlsplit((server or case.server).url)
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60 * PATIENCE)
        case.addCleanup(self.leave)
        self.connection.request("POST", CHAT, json.dumps(asked(stream=True, **more)), {"Content-Type": "application/json"})
        self.answer = self.connection.getresponse()
        self.conversation = self.answer.headers[ID]

    def next(self):
        """The next frame's object, "[DONE]", or None: the end. Comments are left out."""
        while line := self.answer.readline():
            if line.startswith(b"data: "):
                return "[DONE]" if line == b"data: [DONE]\n" else json.loads(line[6:])
        return None

    def rest(self):
        return list(iter(self.next, None))

    def leave(self):
        self.answer.close()
        self.connection.close()


class Gateway(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        save(cls, "p", "openai/mock")

    def ask(self, *arguments, headers=None, **more):
        return self.http.post(CHAT, asked(*arguments, **more), headers)

    def test_models_are_the_profiles(self):
        models = self.assert_status(self.http.get("/v1/models"), 200)
        self.assertEqual(models["object"], "list")
        self.assertIn({"id": "openhands_p", "created": 0, "object": "model", "owned_by": "openhands",
                       "shutdown_date": None}, models["data"])

    def test_an_answer_and_one_that_goes_on(self):
        self.mock.model("chat", finish("First."), finish("Second."))
        save(self, "chat", "openai/chat")
        first = self.assert_status(self.ask(model="openhands_chat"), 200)
        self.assertEqual(first["choices"], [{"finish_reason": "stop", "index": 0,
                                             "message": {"content": "First.", "role": "assistant"}}])
        self.assertGreater(first["usage"]["prompt_tokens"], 0)
        self.assertIn("Sing.", str(self.mock.requests("openai/chat")[0]["messages"]))
        conversation = first.headers[ID]
        second = self.assert_status(self.ask("more", model="openhands_chat", headers={ID: conversation}), 200)
        self.assertEqual(second["choices"][0]["message"]["content"], "Second.")
        self.assertEqual(second.headers[ID], conversation)
        self.assertEqual(self.wait_for(conversation)["execution_status"], "finished")

    def test_a_new_conversation_may_have_a_given_id(self):
        wanted = self.new_id()
        answer = self.assert_status(self.ask(headers={ID: wanted}), 200)
        self.assertEqual(answer.headers[ID], wanted)

    def test_a_stream(self):
        answer = self.assert_status(self.ask(stream=True, stream_options={"include_usage": True}), 200)
        self.assertTrue(answer.headers["content-type"].startswith("text/event-stream"))
        frames = [line[6:] for line in answer.text.split("\n\n") if line]
        self.assertEqual(frames.pop(), "[DONE]")
        chunks = [json.loads(frame) for frame in frames]
        self.assertEqual({chunk["object"] for chunk in chunks}, {"chat.completion.chunk"})
        deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
        self.assertEqual("".join(delta.get("content", "") for delta in deltas), "All done.")
        self.assertGreater(chunks[-1]["usage"]["total_tokens"], 0)

    def test_a_stream_begins_before_the_run_ends(self):
        self.mock.model("patient", finish("Done.", delay_ms=int(2000 * PATIENCE)))
        save(self, "patient", "openai/patient")
        stream = Stream(self, model="openhands_patient")
        self.assertEqual(stream.answer.status, 200)
        self.assertEqual(stream.answer.headers["transfer-encoding"], "chunked")
        first = stream.next()
        self.assertEqual(first["choices"], [{"delta": {"role": "assistant"}, "index": 0}])
        self.wait_for(stream.conversation, "running")
        *rest, done = stream.rest()
        self.assertEqual([chunk["choices"] for chunk in rest], [[{"delta": {"content": "Done."}, "index": 0}],
                                                                [{"delta": {}, "finish_reason": "stop", "index": 0}]])
        self.assertEqual({chunk["id"] for chunk in rest}, {first["id"]})
        self.assertEqual(done, "[DONE]")

    def test_a_client_that_leaves_a_stream_leaves_the_run(self):
        self.mock.model("left", finish("Alone.", delay_ms=int(2000 * PATIENCE)))
        save(self, "left", "openai/left")
        streams = [Stream(self, model="openhands_left") for _ in range(8)]
        for stream in streams:
            self.assertEqual(stream.next()["choices"][0]["delta"], {"role": "assistant"})
            self.wait_for(stream.conversation, "running")
        wait_until("the models to be asked", lambda: len(self.mock.requests("openai/left")) == len(streams))
        files = self.server.open_files()
        for stream in streams:
            stream.leave()
        wait_until("the connections to go", lambda: self.server.open_files() <= files - len(streams))
        for stream in streams:
            self.assertEqual(self.wait_for(stream.conversation)["execution_status"], "finished")
            self.assertEqual(self.http.get(self.of(stream.conversation, "/agent_final_response"))["response"], "Alone.")

    def test_a_stream_that_has_begun_ends_with_the_error(self):
        save(self, "streamed", "openai/mock", base_url="http://127.0.0.1:9/v1")
        stream = Stream(self, model="openhands_streamed")
        self.assertEqual(stream.answer.status, 200)
        _, last = stream.rest()
        self.assertIn("Agent run ended with status: error (LLM", last["error"]["message"])
        self.assertEqual((last["error"]["type"], last["error"]["code"]), ("server_error", "500"))
        self.assertEqual(Stream(self, model="openhands_nope").answer.status, 404)

    def test_the_end_of_the_server_ends_streams(self):
        self.mock.model("hung", finish(hang=True))
        server = self.another_server()
        own = Http(server.url)
        own.post("/api/profiles/hung", {"llm": {"model": "openai/hung", "api_key": "k", "base_url": self.mock.url + "/v1"}})
        stream = Stream(self, server, model="openhands_hung")
        stream.next()
        begin = time.monotonic()
        self.assertEqual(server.terminate(), 0)
        self.assertLess(time.monotonic() - begin, 30 * PATIENCE)

    def test_what_is_wrong_is_told(self):
        self.assert_status(self.ask(model="zzz"), 404)
        self.assert_status(self.ask(model="openhands_nope"), 404)
        self.assert_status(self.http.post(CHAT, {"model": "openhands_p", "messages": []}), 400)
        for body in ({}, {"model": 5, "messages": []}, {"model": "openhands_p", "messages": [{"role": "zzz"}]}, [],
                     asked(stream="yes")):
            self.assert_status(self.http.post(CHAT, body), 422)
        self.assert_status(self.ask(headers={ID: "zzz"}), 422)

    def test_a_run_that_fails_says_why(self):
        save(self, "broken", "openai/mock", base_url="http://127.0.0.1:9/v1")
        answer = self.assert_status(self.ask(model="openhands_broken"), 500)
        self.assertIn("Agent run ended with status: error (LLM", answer["detail"])
        self.assertNotIn("sk-of-the-profile", answer.text)

    def test_many_at_once_hold_no_thread(self):
        self.mock.model("slow", finish("Slow.", delay_ms=2000))
        save(self, "slow", "openai/slow")
        with concurrent.futures.ThreadPoolExecutor(24) as pool:
            answers = [pool.submit(Http(self.server.url).post, CHAT, asked(model="openhands_slow", stream=stream))
                       for stream in (False, True) * 12]
            begin = time.monotonic()
            self.assert_status(Http(self.server.url).get("/v1/models"), 200)
            self.assertLess(time.monotonic() - begin, 2 * PATIENCE)
            self.assertEqual({answer.result().status for answer in answers}, {200})


class TooLate(Case):
    server_options = {"config": {"plugins": {"gateway": {"timeout_seconds": 1}}}}

    def test_the_run_goes_on(self):
        self.mock.model("busy", finish("Done.", delay_ms=int(3000 * PATIENCE)))
        save(self, "busy", "openai/busy")
        answer = self.assert_status(self.http.post(CHAT, asked(model="openhands_busy")), 504)
        self.assertEqual(self.wait_for(answer.headers[ID])["execution_status"], "finished")

    def test_a_stream_says_so(self):
        self.mock.model("slow", finish("Done.", delay_ms=int(3000 * PATIENCE)))
        save(self, "slow", "openai/slow")
        stream = Stream(self, model="openhands_slow")
        self.assertEqual(stream.rest()[-1]["error"]["message"], "Agent run timed out")
        self.assertEqual(self.wait_for(stream.conversation)["execution_status"], "finished")


class WithKey(Case):
    key = "test-session-key"
    server_options = {"environment": {"SESSION_API_KEY": key}}

    def test_the_key_is_needed(self):
        self.assert_status(Http(self.server.url).get("/v1/models"), 401)
        self.assert_status(Http(self.server.url).get("/v1/models", {"Authorization": "Bearer x"}), 401)
        self.assert_status(self.http.get("/v1/models"), 200)
        self.assert_status(Http(self.server.url).get("/v1/models", {"Authorization": "Bearer " + self.key}), 200)
        self.assert_status(Http(self.server.url).get("/api/settings", {"Authorization": "Bearer " + self.key}), 401)


class SwitchedOff(Case):
    server_options = {"config": {"plugins": {"gateway": {"enabled": False}}}}

    def test_nothing_is_there(self):
        self.assert_status(self.http.get("/v1/models"), 404)


if __name__ == "__main__":
    main()
