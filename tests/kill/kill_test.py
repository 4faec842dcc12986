#!/usr/bin/env python3
"""The kill test: whatever the server has acknowledged is there after a kill -9, in order.

A client journals what it was told: conversations whose start was answered, messages whose POST was answered, event
frames that a socket delivered. At a random moment the server is killed with -9 and started again on the same state; in
half of the rounds the moment is the arrival of a frame, when a server that tells too early has not committed yet.
Then every journalled thing must be there, in the order in which it was told; the log must be well-formed; and each
conversation must go on. usage: kill_test.py [--rounds N] [--seed N]

With a server that publishes before it commits, this fails: show_it_bites.sh."""
import argparse
import os
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from harness import Http, MockLlm, Server, WebSocket, wait_until  # noqa: E402
from harness.mock import call, command, finish  # noqa: E402

CONVERSATIONS = 4
GONE = (OSError, EOFError, ValueError)


class Journal:
    """What one conversation's clients were told, in order."""

    def __init__(self, conversation):
        self.conversation = conversation
        self.messages = []  # texts whose POST was answered with 200
        self.unsure = []    # texts that were sent without an answer; they may be there
        self.frames = []    # ids of events that the socket delivered, in order


class Client:
    """Posts and listens on one conversation until the server is gone."""

    def __init__(self, server, journal, model_runs, kill_now):
        self.url, self.process = server.url, server.process
        self.journal, self.runs, self.kill_now = journal, model_runs, kill_now
        self.threads = [threading.Thread(target=self.guarded, args=(work,)) for work in (self.post, self.listen)]

    @staticmethod
    def guarded(work):
        try:
            work()
        except Exception as end:  # pylint: disable=broad-except
            # The server was killed in the middle of something: all that can be seen is a broken connection.
            if not isinstance(end, GONE) and type(end).__module__ not in ("http.client", "harness.client"):
                raise

    def post(self):
        http = Http(self.url)
        while True:
            text = "message %d of %s" % (len(self.journal.messages) + len(self.journal.unsure), self.journal.conversation)
            self.journal.unsure.append(text)
            body = {"role": "user", "content": [{"type": "text", "text": text}], "run": self.runs}
            if http.post("/api/conversations/%s/events" % self.journal.conversation, body).status == 200:
                self.journal.unsure.remove(text)
                self.journal.messages.append(text)

    def listen(self):
        # Only what is new: the journal already has the rest.
        socket = WebSocket(self.url, "/sockets/events/" + self.journal.conversation)
        while True:
            event = socket.receive()
            if event.get("key") != "full_state" and event["kind"] != "ServerErrorEvent":
                self.journal.frames.append(event["id"])
                if self.kill_now.is_set():
                    self.process.kill()

    def start(self):
        for thread in self.threads:
            thread.start()

    def join(self):
        for thread in self.threads:
            thread.join()


class KillTest:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.mock = MockLlm()
        self.model = self.mock.model("killed", command("echo one"), call("think", {"thought": "t"}),
                                     command("echo two"), finish(), loop=True)
        self.server = Server()
        self.journals = []

    def close(self):
        self.server.close()
        self.mock.stop()

    def start_conversation(self):
        body = {"agent": {"kind": "Agent", "tools": [{"name": "terminal"}],
                          "llm": {"model": self.model, "api_key": "sk-x", "base_url": self.mock.url + "/v1",
                                  "num_retries": 0}},
                "workspace": {"working_dir": str(self.server.state.parent)}, "autotitle": False,
                "stuck_detection": False, "max_iterations": 100_000}
        answer = Http(self.server.url).post("/api/conversations", body)
        assert answer.status == 201, answer
        self.journals.append(Journal(answer["id"]))

    def round(self):
        """Works, kills, starts again, checks. -> how many things were checked."""
        if len(self.journals) < CONVERSATIONS:
            self.start_conversation()
        # Every other conversation runs its agent, the rest only stores messages, as fast as it goes.
        kill_now = threading.Event()
        clients = [Client(self.server, journal, number % 2 == 0, kill_now)
                   for number, journal in enumerate(self.journals)]
        for client in clients:
            client.start()
        time.sleep(self.random.uniform(0.05, 1.0))  # the random moment
        if self.random.random() < 0.5:
            kill_now.set()
            self.server.wait()
        else:
            self.server.kill()
        for client in clients:
            client.join()
        self.server.start()
        return sum(self.check(journal) for journal in self.journals)

    def events(self, conversation):
        http, found, page = Http(self.server.url), [], None
        while True:
            answer = http.get("/api/conversations/%s/events/search?limit=100%s" % (
                conversation, "&page_id=" + page if page else ""))
            assert answer.status == 200, answer
            found += answer["items"]
            page = answer["next_page_id"]
            if not page:
                return found

    def check(self, journal):
        status = Http(self.server.url).get("/api/conversations/" + journal.conversation)
        assert status.status == 200, "an acknowledged conversation is gone: %s" % status
        assert status["execution_status"] != "running", "nothing runs by itself after a restart"
        events = self.events(journal.conversation)
        ids = [event["id"] for event in events]
        assert len(set(ids)) == len(ids), "an event is there twice"
        stamps = [event["timestamp"] for event in events]
        assert stamps == sorted(set(stamps)), "timestamps do not increase"

        texts = [event["llm_message"]["content"][0]["text"] for event in events
                 if event["kind"] == "MessageEvent" and event["source"] == "user"]
        known = [text for text in texts if text in set(journal.messages)]
        assert known == journal.messages, "acknowledged messages are lost or out of order: %s" % (
            sorted(set(journal.messages) - set(texts)) or "order")
        strange = set(texts) - set(journal.messages) - set(journal.unsure)
        assert not strange, "messages that nobody sent: %s" % strange

        position = {event: place for place, event in enumerate(ids)}
        lost = [event for event in journal.frames if event not in position]
        assert not lost, "%d delivered events are gone" % len(lost)
        places = [position[event] for event in journal.frames]
        assert places == sorted(places), "events were delivered in another order than that of the log"

        calls = [event["tool_call_id"] for event in events if event["kind"] == "ActionEvent"]
        ends = [event["tool_call_id"] for event in events if event["kind"] in ("ObservationEvent", "AgentErrorEvent")]
        assert sorted(calls) == sorted(ends), "an action has no end, or two"
        return len(journal.messages) + len(journal.frames)

    def goes_on(self):
        """Each conversation still answers to a message with a whole run."""
        for journal in self.journals:
            http, path = Http(self.server.url), "/api/conversations/" + journal.conversation
            before = len(self.events(journal.conversation))
            body = {"role": "user", "content": [{"type": "text", "text": "and now?"}], "run": True}
            journal.unsure.append("and now?")
            assert http.post(path + "/events", body).status == 200
            wait_until("the run after the last restart",
                       lambda http=http, path=path: http.get(path)["execution_status"] == "finished", 30)
            assert len(self.events(journal.conversation)) > before


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    options = parser.parse_args()
    print("seed %d, %d rounds" % (options.seed, options.rounds), flush=True)
    test = KillTest(options.seed)
    try:
        for number in range(options.rounds):
            checked = test.round()
            print("round %d: %d acknowledged things are there" % (number + 1, checked), flush=True)
        test.goes_on()
    except AssertionError as failure:
        print("FAILED: %s" % failure)
        print("--- end of the server's log\n" + test.server.log[-2000:])
        return 1
    finally:
        test.close()
    print("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
