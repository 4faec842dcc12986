#!/usr/bin/env python3
"""/sockets/bash-events: commands in, events out, each once and in order, for slow readers and many of them too."""
import threading

import _path  # noqa: F401
from harness import Case, Http, PATIENCE, SocketClosed, SocketRefused, WebSocket, main, wait_until

KEY = "key-of-the-tests"
SOCKET = "/sockets/bash-events"


class Bash(Case):
    def listen(self, query="", headers=None, **options):
        socket = WebSocket(self.server.url, SOCKET + query, headers, **options)
        self.addCleanup(socket.close)
        return socket

    def execute(self, command, **more):
        return self.assert_status(self.http.post("/api/bash/execute_bash_command", {"command": command, **more}), 200)

    def stored(self):
        """-> all stored events, oldest first."""
        found, page = [], ""
        while page is not None:
            answer = self.http.get("/api/bash/bash_events/search?limit=100" + (page and "&page_id=" + page))
            found += answer["items"]
            page = answer["next_page_id"]
        return found

    def settled(self, socket):
        """The socket follows from now on: what it is told after its own error frame is new."""
        socket.send("not JSON")
        socket.receive_until(lambda message: message["kind"] == "BashError")
        return socket


class Talking(Bash):
    def test_a_command_is_echoed_and_its_output_follows(self):
        socket = self.listen()
        socket.send({"command": "echo hi; exit 7", "timeout": 5})
        command, output = socket.receive(), socket.receive()
        self.assertEqual((command["kind"], command["command"], command["cwd"], command["timeout"]),
                         ("BashCommand", "echo hi; exit 7", None, 5))
        self.assertEqual((output["kind"], output["command_id"], output["stdout"], output["stderr"], output["exit_code"]),
                         ("BashOutput", command["id"], "hi\n", None, 7))
        self.assertEqual([command, output], self.stored()[-2:])

    def test_commands_are_echoed_in_their_order(self):
        socket = self.listen()
        for number in range(50):
            socket.send({"command": "exit %d" % number})
        echoed, codes = [], {}
        while len(codes) < 50:
            event = socket.receive()
            if event["kind"] == "BashCommand":
                echoed.append(event)
            else:
                codes[event["command_id"]] = event["exit_code"]
        self.assertEqual([event["command"] for event in echoed], ["exit %d" % number for number in range(50)])
        self.assertEqual([codes[event["id"]] for event in echoed], list(range(50)))

    def test_nonsense_gets_an_error_frame_and_goes_on(self):
        socket, other = self.listen(), self.settled(self.listen())
        for nonsense, code in (("garbage", "JSONDecodeError"), ("", "JSONDecodeError"), ({"bogus": 1}, "ValidationError"),
                               ([1], "ValidationError"), ({"command": 5}, "ValidationError")):
            socket.send(nonsense)
            answer = socket.receive()
            self.assertEqual((answer["kind"], answer["code"]), ("BashError", code))
            self.assertEqual(sorted(answer), ["code", "detail", "id", "kind", "timestamp"])
        socket.send({"type": "auth", "session_api_key": "zzz"})  # swallowed
        socket.send({"command": "true"})
        self.assertEqual(socket.receive()["kind"], "BashCommand")
        self.assertEqual(other.receive()["kind"], "BashCommand")  # the errors are not for the others
        self.assertNotIn("BashError", [event["kind"] for event in self.stored()])


class Following(Bash):
    def test_events_of_the_routes_come_live(self):
        socket = self.settled(self.listen())
        output = self.execute("echo from-a-route").json
        command, event = socket.receive(), socket.receive()
        self.assertEqual(command["id"], output["command_id"])
        self.assertEqual(event, output)

    def test_resend_all_then_live(self):
        for number in range(30):
            self.execute("echo %d" % number)
        log = self.stored()
        for query in ("?resend_mode=all", "?resend_all=true"):
            socket = self.listen(query)
            self.assertEqual([socket.receive() for _ in log], log)
        self.execute("echo more")
        self.assertEqual([socket.receive(), socket.receive()], self.stored()[-2:])

    def test_an_unknown_mode_is_refused_before_the_upgrade(self):
        for query in ("?resend_mode=bogus", "?resend_mode=since", "?resend_all=perhaps"):
            with self.assertRaises(SocketRefused) as refused:
                self.listen(query)
            self.assertEqual(refused.exception.status, 403)

    def test_each_event_once_whenever_one_connects(self):
        stop, problems, received = threading.Event(), [], []

        def follow():
            try:
                with WebSocket(self.server.url, SOCKET + "?resend_mode=all") as socket:
                    received.append(socket.receive_until(lambda message: message.get("stdout") == "the end\n"))
            except Exception as problem:  # pylint: disable=broad-except
                problems.append(problem)

        def work():
            http = Http(self.server.url)  # a connection is for one thread
            while not stop.is_set():
                http.post("/api/bash/execute_bash_command", {"command": "echo x"})

        threads = [threading.Thread(target=follow) for _ in range(30)]
        worker = threading.Thread(target=work)
        worker.start()
        for thread in threads:
            thread.start()
        try:
            wait_until("some events", lambda: len(self.stored()) > 60, 20)
        finally:
            stop.set()
            worker.join()
        self.execute("echo the end")
        for thread in threads:
            thread.join(30 * PATIENCE)
        self.assertEqual(problems, [])
        log = self.stored()
        self.assertEqual(len(received), len(threads))
        for messages in received:
            self.assertEqual(messages, log[:len(messages)])

    def test_a_slow_reader_catches_up_and_the_server_stays_small(self):
        slow = self.settled(self.listen(receive_buffer=65536))
        quick = self.settled(self.listen())
        begin = len(self.stored())
        before = self.server.resident_bytes()
        for _ in range(12):
            self.execute("head -c 3000000 /dev/zero | tr '\\0' x")
        grown = self.server.resident_bytes() - before
        self.assertLess(grown, PATIENCE * (150 << 20))
        ids = [event["id"] for event in self.stored()[begin:]]
        self.assertGreaterEqual(len(ids), 48)
        self.assertEqual([quick.receive()["id"] for _ in ids], ids)
        self.assertEqual([slow.receive()["id"] for _ in ids], ids)

    def test_erased_events_are_not_resent(self):
        socket = self.settled(self.listen())
        self.execute("true")
        self.http.delete("/api/bash/bash_events")
        late = self.settled(self.listen("?resend_mode=all"))
        self.execute("echo new")
        self.assertEqual([late.receive()["kind"], late.receive()["stdout"]], ["BashCommand", "new\n"])
        self.assertEqual([socket.receive()["kind"] for _ in range(4)], ["BashCommand", "BashOutput"] * 2)

    def test_too_many_are_closed_with_1013(self):
        refused = 0
        for _ in range(60):
            socket = self.listen()
            socket.send("not JSON")
            try:
                self.assertEqual(socket.receive()["kind"], "BashError")
            except SocketClosed as closed:
                self.assertEqual(closed.code, 1013)
                refused += 1
        self.assertGreater(refused, 0)
        self.assertGreaterEqual(60 - refused, 40)

    def test_a_stopping_server_closes_with_1001(self):
        server = self.another_server()
        socket = WebSocket(server.url, SOCKET)
        self.addCleanup(socket.close)
        socket.send({"command": "echo; sleep 1000"})
        socket.receive()
        server.process.terminate()
        self.assertEqual(socket.wait_closed()[0], 1001)
        self.assertEqual(server.wait(), 0)


class Keyed(Bash):
    server_options = {"environment": {"SESSION_API_KEY": KEY}}
    key = KEY

    def works(self, socket):
        socket.send({"command": "true"})
        self.assertEqual([socket.receive()["kind"], socket.receive()["kind"]], ["BashCommand", "BashOutput"])

    def test_key_by_query_header_and_first_message(self):
        self.works(self.listen("?session_api_key=" + KEY))
        self.works(self.listen(headers={"X-Session-API-Key": KEY}))
        socket = self.listen()
        socket.send({"type": "auth", "session_api_key": KEY})
        self.works(socket)

    def test_wrong_keys_run_nothing(self):
        for query, headers in (("?session_api_key=bad", {}), ("", {"X-Session-API-Key": "bad"})):
            with self.assertRaises(SocketRefused) as refused:
                self.listen(query, headers)
            self.assertEqual(refused.exception.status, 403)
        before = len(self.stored())
        for message in ({"type": "auth", "session_api_key": "bad"}, {"command": "true"}, "garbage"):
            with self.subTest(message):
                socket = self.listen()
                socket.send(message)
                self.assertEqual(socket.wait_closed(), (4001, []))
        self.assertEqual(self.listen("?resend_mode=all").receive_for(0.3 * PATIENCE), [])
        self.assertEqual(len(self.stored()), before)


class SwitchedOff(Bash):
    server_options = {"config": {"plugins": {"bash": {"enabled": False}}}}

    def test_it_is_an_unknown_path(self):
        with self.assertRaises(SocketRefused) as refused:
            self.listen()
        self.assertEqual(refused.exception.status, 403)


if __name__ == "__main__":
    main()
