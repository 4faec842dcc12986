#!/usr/bin/env python3
"""Values that the server knows of a conversation: hidden in all that is kept of it, and used all the same."""
import json
import socket

import _path  # noqa: F401
from harness import Case, Http, main, wait_until
from harness.mock import call, command, finish

VALUE = "CANARY-abcdefgh-12345"
CONFIRM = {"confirmation_policy": {"kind": "AlwaysConfirm"}}


def calls(*made, **more):
    return {"text": None, "tool_calls": list(made), **more}


def terminal(line, **more):
    return {"name": "terminal", "arguments": {"command": line}, **more}


class Hidden(Case):
    def body(self, *arguments, **options):
        return super().body(*arguments, **{"tools": ("terminal",), **options})

    def outputs(self, events):
        return [part["text"].splitlines()[0] for event in self.of_kind(events, "ObservationEvent")
                if event["tool_name"] == "terminal" for part in event["observation"]["content"][:1]]

    def assert_hidden(self, events):
        self.assertNotIn(VALUE, json.dumps(events))

    def confirm(self, conversation, accept=True):
        self.assert_status(self.http.post(self.of(conversation, "/events/respond_to_confirmation"),
                                          {"accept": accept, "reason": "so"}), 200)


class Calls(Hidden):
    def test_calls_that_share_an_id_are_all_made(self):
        folder = self.new_folder()
        model = self.mock.model("shared", calls(terminal("echo %s >> made" % VALUE, id="call-1"),
                                                terminal("echo second >> made", id="call-1")), finish())
        _, events = self.run_to_end(model, folder=folder, secrets={"TOKEN": VALUE})
        self.assertEqual((folder / "made").read_text(), VALUE + "\nsecond\n")
        self.assert_hidden(events)
        actions = self.of_kind(events, "ActionEvent")[:2]
        answers = self.of_kind(events, "ObservationEvent")[:2]
        self.assertEqual([event["id"] for event in actions], [event["action_id"] for event in answers])
        self.assertEqual([event["tool_call_id"] for event in actions], [event["tool_call_id"] for event in answers])
        self.assertEqual(len({event["tool_call_id"] for event in actions}), 2)
        asked = self.mock.requests(model)[-1]["messages"]
        self.assertEqual(sum(message["role"] == "tool" for message in asked), 2)

    def test_names_and_ids_from_the_model_are_hidden(self):
        made = {"name": VALUE, "id": "id-" + VALUE, "arguments": {}}
        conversation, events = self.run_to_end(self.mock.model("names", calls(made), finish()),
                                               secrets={"TOKEN": VALUE})
        self.assert_hidden(events)
        self.assertNotIn(VALUE, self.http.get(self.of(conversation)).text)
        action, error = self.of_kind(events, "ActionEvent")[0], self.of_kind(events, "AgentErrorEvent")[0]
        self.assertEqual(action["tool_call_id"], error["tool_call_id"])
        self.assertEqual(action["tool_call"]["id"], error["tool_call_id"])
        self.assertIn("Tool '<secret-hidden>' not found.", error["error"])

    def test_what_is_streamed_in_between_splits_no_secret(self):
        model = self.mock.model("between", {"deltas": [{"reasoning_content": "it is " + VALUE[:10]}, {"content": "."},
                                                       {"reasoning_content": VALUE[10:] + " ok"},
                                                       {"content": " bye"}]})
        conversation = self.start(model, llm={"stream": True}, secrets={"TOKEN": VALUE})
        socket = self.socket(conversation)
        self.say(conversation, "Go.")
        self.wait_for(conversation)
        messages = socket.receive_until(lambda event: event["kind"] == "MessageEvent" and event["source"] == "agent")
        deltas = self.of_kind(messages, "StreamingDeltaEvent")
        shown = {member: "".join(delta.get(member) or "" for delta in deltas)
                 for member in ("reasoning_content", "content")}
        self.assertEqual(shown, {"reasoning_content": "it is <secret-hidden> ok", "content": ". bye"})


class Confirmed(Hidden):
    def waiting(self, model, **more):
        conversation = self.start(model, "Go.", secrets={"TOKEN": VALUE}, **CONFIRM, **more)
        self.wait_for(conversation, "waiting_for_confirmation")
        return conversation

    def test_a_confirmed_call_is_made_as_the_model_wrote_it(self):
        folder = self.new_folder()
        model = self.mock.model("confirmed", command("echo %s > made" % VALUE), command("touch rejected"), finish())
        conversation = self.waiting(model, folder=folder)
        self.assert_hidden(self.events(conversation))
        self.confirm(conversation)
        wait_until("the second call", lambda: len(self.of_kind(self.events(conversation), "ActionEvent")) == 2)
        self.wait_for(conversation, "waiting_for_confirmation")
        self.assertEqual((folder / "made").read_text(), VALUE + "\n")
        self.assert_hidden(self.events(conversation))
        self.confirm(conversation, accept=False)
        self.wait_for(conversation, "idle")
        self.assertFalse((folder / "rejected").exists())
        self.assert_hidden(self.events(conversation))

    def test_a_call_whose_text_is_gone_is_not_made(self):
        folder = self.new_folder()
        server = self.another_server()
        self.http = Http(server.url)
        model = self.mock.model("gone", command("echo %s; touch made" % VALUE), finish())
        conversation = self.waiting(model, folder=folder)
        self.assertEqual(server.terminate(), 0)
        server.start()
        self.http = Http(server.url)
        self.confirm(conversation)
        self.wait_for(conversation, "finished")
        events = self.events(conversation)
        self.assertIn("Make the call again.", self.of_kind(events, "AgentErrorEvent")[0]["error"])
        self.assertFalse((folder / "made").exists())



class Values(Hidden):
    def test_plain_settings_are_not_hidden(self):
        folder = self.new_folder()
        model = self.mock.model("plain", command("pwd; echo production application/json word-of-a-key"), finish())
        body = self.body(model, "Go.", folder=folder, llm={"extra_headers": {"Accept": "application/json"}})
        body["agent"]["mcp_config"] = {"mcpServers": {"a": {"command": "true", "env": {
            "NODE_ENV": "production", "WORKDIR": str(folder), "MY_KEY": "word-of-a-key"}}}}
        conversation = self.assert_status(self.http.post("/api/conversations", body), 201)["id"]
        self.wait_for(conversation, "finished")
        text = self.of_kind(self.events(conversation), "ObservationEvent")[0]["observation"]["content"][0]["text"]
        self.assertIn("%s\nproduction application/json <secret-hidden>" % folder, text)

    def test_stars_are_no_key_and_no_secret(self):
        model = self.mock.model("stars", command("echo '**********' [$TOKEN]"), finish())
        conversation = self.start(model, llm={"api_key": "**********"}, secrets={"TOKEN": "**********"})
        self.say(conversation, "Go.")
        self.wait_for(conversation)
        events = self.events(conversation)
        self.assertNotIn("<secret-hidden>", json.dumps(events))
        self.assertFalse([entry for entry in Http(self.mock.url).get("/__requests").json
                          if "*" in (entry["headers"].get("authorization") or "")])

    def test_slow_lookups_stall_no_other_conversation(self):
        vault = self.slow_server()
        server = self.another_server(config={"outbound": {"allow": [vault]}})
        self.http = Http(server.url)
        lookup = {"kind": "LookupSecret", "url": "http://%s/" % vault}
        for number in range(10):
            self.start(self.mock.model("slow%d" % number, finish()), "Go.", secrets={"TOKEN": lookup})
        self.assert_status(self.http.put("/api/settings/secrets", {"name": "OWN", "value": "own-" + VALUE}), 200)
        own = {"kind": "LookupSecret", "url": "/api/settings/secrets/OWN"}
        folder = self.new_folder()
        model = self.mock.model("quick", command("echo $OWN $TOKEN > made"), finish())
        conversation = self.start(model, "Go.", folder=folder, secrets={"OWN": own, "TOKEN": VALUE})
        self.wait_for(conversation, "finished", seconds=15)
        self.assertEqual((folder / "made").read_text(), "own-%s %s\n" % (VALUE, VALUE))

    def slow_server(self):
        """-> the address of a server that takes connections and answers none."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.addCleanup(listener.close)
        return "127.0.0.1:%d" % listener.getsockname()[1]


if __name__ == "__main__":
    main()
