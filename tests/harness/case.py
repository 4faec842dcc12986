"""The base of all tests: a server per class, a mock LLM on demand, and the usual requests."""
import pathlib
import sys
import tempfile
import time
import unittest
import uuid

from . import documented
from .client import Http, WebSocket
from .mock import MockLlm
from .server import Server
from .wait import PATIENCE, wait_until

SETTLED = ("finished", "error", "stuck", "paused", "waiting_for_confirmation")


class Case(unittest.TestCase):
    """One server for all tests of a class. A class that wants another one sets `server_options`."""

    server_options = {}
    key = None
    says_all = True  # False: there are plugins whose operations do not list all that they answer

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enter(Server(**cls.server_options))
        cls.http = Http(cls.server.url, cls.key)
        if cls.says_all:
            cls.addClassCleanup(lambda: documented.check(cls.server.url, cls.key))
        cls.mock = cls.enter(MockLlm(), "stop")

    @classmethod
    def enter(cls, thing, end="close"):
        cls.addClassCleanup(getattr(thing, end))
        return thing

    def setUp(self):
        self.begin = len(self.server.log) if getattr(self, "server", None) else 0
        self.addCleanup(self.show_log)

    def show_log(self):
        outcome = getattr(self._outcome, "result", None)
        failed = outcome and any(test is self for test, _ in outcome.failures + outcome.errors)
        if failed and getattr(self, "server", None) and self.server.log_file.exists():
            print("--- server log during %s\n%s---" % (self.id(), self.server.log[self.begin:][-5000:]), file=sys.stderr)

    # -- things ------------------------------------------------------------------------------------
    def another_server(self, **options):
        server = Server(**options)
        self.addCleanup(server.close)
        return server

    def new_folder(self):
        """-> a fresh folder; a workspace, say."""
        folder = tempfile.TemporaryDirectory(prefix="collet-test-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        return pathlib.Path(folder.name)

    # -- request bodies ------------------------------------------------------------------------------
    def llm(self, model="openai/mock", **changes):
        return {"model": model, "api_key": "sk-test", "base_url": self.mock.url + "/v1", "usage_id": "agent",
                "num_retries": 0, **changes}

    def body(self, model="openai/mock", text=None, *, tools=("terminal", "file_editor"), llm=None, folder=None,
             **changes):
        """For POST /api/conversations. text=None: no initial message, so nothing runs yet."""
        body = {"agent": {"kind": "Agent", "llm": self.llm(model, **(llm or {})),
                          "tools": [{"name": tool} for tool in tools]},
                "workspace": {"kind": "LocalWorkspace", "working_dir": str(folder or self.new_folder())},
                "autotitle": False}
        if text is not None:
            body["initial_message"] = self.message(text, True)
        return {**body, **changes}

    @staticmethod
    def message(text, run=None):
        message = {"role": "user", "content": [{"type": "text", "text": text}]}
        return message if run is None else {**message, "run": run}

    # -- conversations ---------------------------------------------------------------------------------
    def start(self, *arguments, **options):
        """-> the id of a new conversation."""
        answer = self.http.post("/api/conversations", self.body(*arguments, **options))
        self.assertEqual(answer.status, 201, answer)
        return answer["id"]

    def of(self, conversation, tail=""):
        return "/api/conversations/%s%s" % (conversation, tail)

    def say(self, conversation, text, run=True):
        answer = self.http.post(self.of(conversation, "/events"), self.message(text, run))
        self.assertEqual(answer.status, 200, answer)

    def document(self, conversation):
        answer = self.http.get(self.of(conversation))
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def wait_for(self, conversation, *states, seconds=20):
        """Waits until it is in one of these states (none named: until it has settled); -> its document."""
        wanted = states or SETTLED
        last = {}

        def there():
            last.update(self.document(conversation))
            return last["execution_status"] in wanted

        try:
            wait_until("status %s" % (wanted,), there, seconds)
        except AssertionError as error:
            raise AssertionError("%s; it is %s" % (error, last.get("execution_status"))) from None
        return last

    def run_to_end(self, model, text="Go.", **options):
        """Starts, says something, waits; -> (id, events)."""
        conversation = self.start(model, text, **options)
        self.wait_for(conversation)
        return conversation, self.events(conversation)

    def events(self, conversation, query=""):
        """-> all events, in order, over all pages."""
        found, page = [], None
        while True:
            more = "&page_id=" + page if page else ""
            answer = self.http.get(self.of(conversation, "/events/search?limit=100%s%s" % (more, query)))
            self.assertEqual(answer.status, 200, answer)
            found += answer["items"]
            page = answer["next_page_id"]
            if not page:
                return found

    def socket(self, conversation, query="", headers=None, **options):
        socket = WebSocket(self.server.url, "/sockets/events/%s%s" % (conversation, query), headers, **options)
        self.addCleanup(socket.close)
        return socket

    # -- checks ------------------------------------------------------------------------------------------
    def assert_status(self, answer, *statuses):
        self.assertIn(answer.status, statuses, answer)
        return answer

    def assert_quiet(self, server=None, seconds=1.0, most=0.1):
        """The server uses next to no CPU."""
        server = server or self.server
        before = server.cpu_seconds()
        time.sleep(seconds)  # an interval to measure in, not something to wait for
        self.assertLessEqual(server.cpu_seconds() - before, PATIENCE * most)

    @staticmethod
    def kinds(events):
        return [event["kind"] for event in events]

    @staticmethod
    def of_kind(events, kind):
        return [event for event in events if event["kind"] == kind]

    @staticmethod
    def new_id():
        return str(uuid.uuid4())


def main():
    unittest.main(verbosity=2)
