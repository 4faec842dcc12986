#!/usr/bin/env python3
"""Events over HTTP: search, pages, filters, count, single events, messages."""
import _path  # noqa: F401
from harness import Case, main
from harness.mock import command, finish

LONG_KIND = "openhands.sdk.event.llm_convertible.action.ActionEvent"


class Reading(Case):
    """Works on one finished run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        maker = cls("runTest")
        model = cls.mock.model("two", command("echo Hello-There"), command("echo two"), finish())
        cls.conversation = maker.start(model, "Say something")
        maker.wait_for(cls.conversation, "finished")
        maker.doCleanups()

    def runTest(self):
        """Only so that setUpClass can use the helpers."""

    def search(self, query=""):
        return self.assert_status(self.http.get(self.of(self.conversation, "/events/search" + query)), 200)

    def ids(self, query=""):
        return [event["id"] for event in self.search(query)["items"]]

    def count(self, query=""):
        return self.http.get(self.of(self.conversation, "/events/count" + query)).json

    def test_order_is_the_log_and_timestamps_increase(self):
        events = self.events(self.conversation)
        self.assertEqual(events[0]["kind"], "SystemPromptEvent")
        self.assertEqual(events[1]["kind"], "MessageEvent")
        stamps = [event["timestamp"] for event in events]
        self.assertEqual(stamps, sorted(set(stamps)))
        self.assertEqual(self.ids("?sort_order=TIMESTAMP_DESC"), [event["id"] for event in events][::-1])

    def test_pages_cover_everything_once_in_both_orders(self):
        whole = self.ids()
        for order in ("TIMESTAMP", "TIMESTAMP_DESC"):
            found, page = [], ""
            while page is not None:
                answer = self.search("?limit=2&sort_order=%s%s" % (order, "&page_id=" + page if page else ""))
                self.assertLessEqual(len(answer["items"]), 2)
                found += [event["id"] for event in answer["items"]]
                page = answer["next_page_id"]
            self.assertEqual(found, whole if order == "TIMESTAMP" else whole[::-1])

    def test_count_is_the_number_of_events(self):
        self.assertEqual(self.count(), len(self.events(self.conversation)))

    def test_kind_by_long_and_by_short_name(self):
        for kind in (LONG_KIND, "ActionEvent"):
            self.assertEqual(self.kinds(self.search("?kind=" + kind)["items"]), ["ActionEvent"] * 3)
            self.assertEqual(self.count("?kind=" + kind), 3)
        self.assertEqual(self.ids("?kind=Zzz"), [])

    def test_source(self):
        self.assertEqual(self.kinds(self.search("?source=user")["items"]), ["MessageEvent"])
        self.assertEqual(self.count("?source=user"), 1)
        self.assertEqual(self.ids("?source=zzz"), [])

    def test_body_finds_text_in_any_case(self):
        found = self.search("?body=SAY+SOMETHING")["items"]
        self.assertEqual(self.kinds(found), ["MessageEvent"])
        self.assertEqual(self.ids("?body=nowhere-to-be-found"), [])

    def test_timestamps_bound(self):
        actions = self.search("?kind=ActionEvent")["items"]
        middle = actions[1]["timestamp"]
        for zone in ("", "Z"):
            with self.subTest(zone=zone):
                if zone and self.local_time_is_not_utc():
                    self.skipTest("timestamps are in local time")
                self.assertEqual(self.ids("?kind=ActionEvent&timestamp__gte=" + middle + zone),
                                 [action["id"] for action in actions[1:]])
                self.assertEqual(self.ids("?kind=ActionEvent&timestamp__lt=" + middle + zone), [actions[0]["id"]])
        self.assert_status(self.http.get(self.of(self.conversation, "/events/search?timestamp__gte=zzz")), 422)

    @staticmethod
    def local_time_is_not_utc():
        import time
        return time.localtime().tm_gmtoff != 0

    def test_bad_parameters(self):
        for query in ("?limit=0", "?limit=101", "?limit=x", "?sort_order=zzz"):
            with self.subTest(query):
                self.assert_status(self.http.get(self.of(self.conversation, "/events/search" + query)), 422)
        self.assertEqual(self.ids("?page_id=zzz&limit=2"), self.ids("?limit=2"))

    def test_one_event_has_its_nulls_and_the_list_has_not(self):
        for event in self.events(self.conversation):
            single = self.assert_status(self.http.get(self.of(self.conversation, "/events/" + event["id"])), 200).json

            def without_nulls(value):
                if isinstance(value, dict):
                    # What a state update tells is JSON of its own, and stays as it is.
                    return {key: item if key == "value" else without_nulls(item) for key, item in value.items()
                            if item is not None}
                return [without_nulls(item) for item in value] if isinstance(value, list) else value

            self.assertEqual(without_nulls(single), event)
        action = self.search("?kind=ActionEvent")["items"][0]
        single = self.http.get(self.of(self.conversation, "/events/" + action["id"])).json
        self.assertIn(None, single.values())

    def test_unknown_event(self):
        self.assert_status(self.http.get(self.of(self.conversation, "/events/" + self.new_id())), 404)
        self.assert_status(self.http.get(self.of(self.conversation, "/events/zzz")), 404, 422)

    def test_batch(self):
        first, second = self.ids()[:2]
        path = self.of(self.conversation, "/events")
        answer = self.assert_status(self.http.request("GET", path, [second, self.new_id(), first]), 200)
        self.assertEqual([event and event["id"] for event in answer.json], [second, None, first])
        self.assert_status(self.http.get(path), 422)
        self.assert_status(self.http.request("GET", path, {"a": 1}), 422)

    def test_no_two_events_share_an_id_and_parents_exist(self):
        events = self.events(self.conversation)
        ids = [event["id"] for event in events]
        self.assertEqual(len(ids), len(set(ids)))
        for event in events[1:]:
            self.assertIn(event.get("parent_id"), ids)


class Posting(Case):
    def test_message_is_stored_and_answered(self):
        conversation = self.start()
        self.say(conversation, "queued", run=False)
        messages = self.of_kind(self.events(conversation), "MessageEvent")
        self.assertEqual(messages[0]["llm_message"]["content"][0]["text"], "queued")

    def test_empty_message_is_fine(self):
        conversation = self.start()
        path = self.of(conversation, "/events")
        self.assert_status(self.http.post(path, {}), 200)
        self.assert_status(self.http.post(path, {"role": "user", "content": []}), 200)

    def test_image_is_fine(self):
        conversation = self.start()
        image = [{"type": "image", "image_urls": ["data:image/png;base64,iVBORw0KGgo="]}]
        self.assert_status(self.http.post(self.of(conversation, "/events"), {"role": "user", "content": image}), 200)

    def test_bad_messages_are_refused(self):
        conversation = self.start()
        text = [{"type": "text", "text": "x"}]
        for body in ({"role": "assistant", "content": text}, {"role": "system", "content": text},
                     {"role": "zz", "content": text}, {"role": "user", "content": "plain"},
                     {"role": "user", "content": [{"type": "zzz"}]}, [], "text"):
            with self.subTest(body):
                self.assert_status(self.http.post(self.of(conversation, "/events"), body), 422)
        self.assertEqual(self.events(conversation), [])

    def test_text_of_every_kind_comes_back_as_it_was(self):
        conversation = self.start()
        texts = ["", " ", "\n\t\"\\", "Grüße, 世界, 👋🏽", "\u2028\u2029\u0001\u007f", "a" * 300_000]
        for text in texts:
            self.say(conversation, text, run=False)
        stored = [event["llm_message"]["content"][0]["text"]
                  for event in self.of_kind(self.events(conversation), "MessageEvent")]
        self.assertEqual(stored, texts)

    def test_nul_in_a_text_does_no_harm(self):
        conversation = self.start()
        answer = self.http.post(self.of(conversation, "/events"), self.message("a\0b", False))
        self.assertIn(answer.status, (200, 400, 422))
        self.say(conversation, "after", run=False)
        stored = [event["llm_message"]["content"][0]["text"]
                  for event in self.of_kind(self.events(conversation), "MessageEvent")]
        self.assertEqual(stored, (["a\0b"] if answer.status == 200 else []) + ["after"])

    def test_a_thousand_events_page_by_page(self):
        conversation = self.start()
        for number in range(500):
            self.say(conversation, "message %d" % number, run=False)
        stored = [event["llm_message"]["content"][0]["text"]
                  for event in self.of_kind(self.events(conversation), "MessageEvent")]
        self.assertEqual(stored, ["message %d" % number for number in range(500)])


if __name__ == "__main__":
    main()
