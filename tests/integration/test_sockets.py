#!/usr/bin/env python3
"""The events socket: full state first, every event once and in order, keys, messages, close codes."""
import json
import threading

import _path  # noqa: F401
from harness import Case, PATIENCE, SocketClosed, SocketRefused, WebSocket, main, wait_until
from harness.mock import command, finish

KEY = "key-of-the-tests"


def is_full_state(message):
    return message["kind"] == "ConversationStateUpdateEvent" and message["key"] == "full_state"


def stored(messages):
    """-> the ids of what is in the log too."""
    return [message["id"] for message in messages if not is_full_state(message) and message["kind"] != "ServerErrorEvent"]


class Following(Case):
    def finished(self, name="talk"):
        model = self.mock.model(name, command("echo hello"), finish(), loop=True)
        conversation = self.start(model, "Go.")
        self.wait_for(conversation, "finished")
        wait_until("the last event", lambda: self.events(conversation)[-1].get("key") == "stats")
        return conversation

    def test_full_state_comes_first_and_alone_without_resend(self):
        conversation = self.finished()
        for query in ("", "?resend_mode=since"):
            first, *rest = self.socket(conversation, query).receive_for(0.3 * PATIENCE)
            self.assertTrue(is_full_state(first))
            self.assertEqual(first["value"]["execution_status"], "finished")
            self.assertEqual(first["value"]["id"], conversation)
            self.assertEqual(rest, [])

    def test_full_state_hides_the_key(self):
        conversation = self.start(llm={"api_key": "sk-hidden"})
        text = self.socket(conversation).receive_text()
        self.assertNotIn("sk-hidden", text)
        self.assertEqual(json.loads(text)["value"]["agent"]["llm"]["api_key"], "**********")

    def test_resend_all_is_the_log(self):
        conversation = self.finished()
        events = self.events(conversation)
        for query in ("?resend_mode=all", "?resend_all=true"):
            socket = self.socket(conversation, query)
            first, *rest = [socket.receive() for _ in range(len(events) + 1)]
            self.assertTrue(is_full_state(first))
            self.assertEqual(rest, events)

    def test_resend_since_a_timestamp(self):
        conversation = self.finished()
        events = self.events(conversation)
        socket = self.socket(conversation, "?resend_mode=since&after_timestamp=" + events[4]["timestamp"])
        received = [socket.receive() for _ in range(len(events) - 4 + 1)][1:]
        self.assertEqual(received, events[4:])

    def test_live_events_are_the_log_then_a_full_state(self):
        model = self.mock.model("live", command("echo hello"), finish())
        conversation = self.start(model)
        socket = self.socket(conversation)
        self.assertTrue(is_full_state(socket.receive()))
        self.say(conversation, "go")
        received = socket.receive_until(
            lambda message: is_full_state(message) and message["value"]["execution_status"] == "finished")
        self.assertEqual([message for message in received if not is_full_state(message)], self.events(conversation))

    def test_each_event_once_whenever_one_connects(self):
        """Sockets open at every moment of a run; each gets the whole log, in order, nothing twice."""
        steps = [command("echo %d" % number) for number in range(8)]
        model = self.mock.model("busy", *steps, finish())
        conversation = self.start(model)
        received, problems, stop = [], [], threading.Event()

        def follow():
            try:
                with WebSocket(self.server.url, "/sockets/events/%s?resend_mode=all" % conversation) as socket:
                    received.append(socket.receive_until(
                        lambda message: is_full_state(message) and message["value"]["execution_status"] == "finished"))
            except Exception as problem:  # pylint: disable=broad-except
                problems.append(problem)

        threads = []
        self.say(conversation, "go")
        while not stop.is_set() and len(threads) < 40:
            threads.append(threading.Thread(target=follow))
            threads[-1].start()
            if self.document(conversation)["execution_status"] == "finished":
                stop.set()
        self.wait_for(conversation, "finished")
        for thread in threads:
            thread.join(30 * PATIENCE)
        self.assertEqual(problems, [])
        log = [event["id"] for event in self.events(conversation)]
        self.assertEqual(len(received), len(threads))
        for messages in received:
            got = stored(messages)
            # One who comes last may be told "finished" first and end before the replay; what came is a prefix.
            self.assertEqual(got, log[:len(got)])
        self.assertIn(log, [stored(messages) for messages in received])

    def test_a_slow_reader_catches_up_and_the_server_stays_small(self):
        conversation = self.start()
        socket = self.socket(conversation, receive_buffer=4096)
        self.assertTrue(is_full_state(socket.receive()))
        before = self.server.resident_bytes()
        for number in range(60):
            self.say(conversation, "%d %s" % (number, "x" * 400_000), run=False)
        grown = self.server.resident_bytes() - before
        self.assertLess(grown, PATIENCE * (120 << 20), "24 MB of events waited for one reader")
        log = [event["id"] for event in self.events(conversation)]
        got = []
        while len(got) < len(log):
            got += stored([socket.receive()])
        self.assertEqual(got, log)

    def test_a_reader_that_never_reads_hinders_nobody(self):
        conversation = self.start()
        self.socket(conversation, receive_buffer=4096)
        other = self.socket(conversation)
        self.assertTrue(is_full_state(other.receive()))
        for number in range(40):
            self.say(conversation, "%d %s" % (number, "x" * 400_000), run=False)
        log = [event["id"] for event in self.events(conversation)]
        got = []
        while len(got) < len(log):
            got += stored([other.receive()])
        self.assertEqual(got, log)

    def test_deletion_closes_the_socket(self):
        conversation = self.finished()
        socket = self.socket(conversation)
        socket.receive()
        self.http.delete(self.of(conversation))
        code, _ = socket.wait_closed()
        self.assertIn(code, (1000, 1001, 4004))


class Talking(Case):
    def test_message_through_the_socket_runs(self):
        model = self.mock.model("heard", {"text": "I heard you."})
        conversation = self.start(model)
        socket = self.socket(conversation)
        socket.receive()
        socket.send({"role": "user", "content": [{"type": "text", "text": "via socket"}]})
        received = socket.receive_until(
            lambda message: is_full_state(message) and message["value"]["execution_status"] == "finished")
        sources = [message["source"] for message in received if message["kind"] == "MessageEvent"]
        self.assertEqual(sources, ["user", "agent"])

    def test_message_with_string_content(self):
        conversation = self.start(self.mock.model("string", {"text": "Yes."}))
        socket = self.socket(conversation)
        socket.receive()
        socket.send({"role": "user", "content": "plain string"})
        message = socket.receive_until(lambda message: message["kind"] == "MessageEvent")[-1]
        self.assertEqual(message["llm_message"]["content"][0]["text"], "plain string")

    def test_nonsense_gives_an_error_frame_and_nothing_stored(self):
        conversation = self.start()
        socket = self.socket(conversation)
        socket.receive()
        for nonsense, code in (("garbage", "JSONDecodeError"), ({"bogus": 1}, "ValidationError"),
                               ([1], "ValidationError")):
            socket.send(nonsense)
            answer = socket.receive()
            self.assertEqual((answer["kind"], answer["code"]), ("ServerErrorEvent", code))
        self.assertEqual(self.events(conversation), [])

    def test_auth_frame_without_need_is_swallowed(self):
        conversation = self.start()
        socket = self.socket(conversation)
        socket.receive()
        socket.send({"type": "auth", "session_api_key": "x"})
        self.assertEqual(socket.receive_for(0.3 * PATIENCE), [])
        self.assertEqual(self.events(conversation), [])

    def test_too_large_a_message_closes_with_1009(self):
        socket = self.socket(self.start())
        socket.receive()
        try:
            socket.send(self.message("x" * 20_000_000))
        except OSError:
            pass
        code, _ = socket.wait_closed()
        self.assertIn(code, (1009, 1006))
        self.assert_status(self.http.get("/health"), 200)


class Refused(Case):
    def assert_refused(self, path, status=403):
        with self.assertRaises(SocketRefused) as refused:
            WebSocket(self.server.url, path)
        self.assertEqual(refused.exception.status, status)

    def test_unknown_conversation_closes_with_4004(self):
        socket = WebSocket(self.server.url, "/sockets/events/" + self.new_id())
        self.addCleanup(socket.close)
        with self.assertRaises(SocketClosed) as closed:
            socket.receive()
        self.assertEqual((closed.exception.code, closed.exception.reason), (4004, "Conversation not found"))

    def test_bad_ids_modes_and_paths_are_refused_before_the_upgrade(self):
        conversation = self.start()
        self.assert_refused("/sockets/events/zzz")
        self.assert_refused("/sockets/events/%s?resend_mode=bogus" % conversation)
        self.assert_refused("/sockets/nope")

    def test_too_many_subscribers_close_with_1013(self):
        conversation = self.start()
        sockets = [self.socket(conversation) for _ in range(60)]
        refused = 0
        for socket in sockets:
            try:
                self.assertTrue(is_full_state(socket.receive()))
            except SocketClosed as closed:
                self.assertEqual(closed.code, 1013)
                refused += 1
        self.assertGreater(refused, 0)
        self.assertGreaterEqual(60 - refused, 49)


class Keyed(Case):
    server_options = {"environment": {"SESSION_API_KEY": KEY}}
    key = KEY

    def test_key_by_query_and_by_header(self):
        conversation = self.start()
        self.assertTrue(is_full_state(self.socket(conversation, "?session_api_key=" + KEY).receive()))
        self.assertTrue(is_full_state(self.socket(conversation, headers={"X-Session-API-Key": KEY}).receive()))

    def test_wrong_key_is_refused_before_the_upgrade(self):
        conversation = self.start()
        for query, headers in (("?session_api_key=bad", {}), ("", {"X-Session-API-Key": "bad"})):
            with self.assertRaises(SocketRefused) as refused:
                self.socket(conversation, query, headers)
            self.assertEqual(refused.exception.status, 403)

    def test_key_in_the_first_message(self):
        conversation = self.start()
        socket = self.socket(conversation, "?resend_mode=all")
        socket.send({"type": "auth", "session_api_key": KEY})
        self.assertTrue(is_full_state(socket.receive()))

    def test_nothing_is_sent_before_the_key(self):
        conversation = self.start()
        self.assertEqual(self.socket(conversation, "?resend_mode=all").receive_for(0.3 * PATIENCE), [])

    def test_other_first_messages_close_with_4001(self):
        conversation = self.start()
        for message in ({"type": "auth", "session_api_key": "bad"}, {"type": "hello"}, "garbage", [1],
                        {"role": "user", "content": []}):
            with self.subTest(message):
                socket = self.socket(conversation)
                socket.send(message)
                code, messages = socket.wait_closed()
                self.assertEqual((code, messages), (4001, []))

    def test_no_first_message_closes_with_4001_after_ten_seconds(self):
        code, messages = self.socket(self.start()).wait_closed()
        self.assertEqual((code, messages), (4001, []))

    def test_second_auth_frame_is_swallowed(self):
        conversation = self.start()
        socket = self.socket(conversation, "?session_api_key=" + KEY)
        socket.receive()
        socket.send({"type": "auth", "session_api_key": KEY})
        self.assertEqual(socket.receive_for(0.3 * PATIENCE), [])


if __name__ == "__main__":
    main()
