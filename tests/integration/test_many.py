#!/usr/bin/env python3
"""Two hundred conversations run at once, and all finish."""
import concurrent.futures

import _path  # noqa: F401
from harness import Case, Http, PATIENCE, main, wait_until
from harness.mock import call, command, finish

MANY = 200


class Many(Case):
    def test_all_finish(self):
        # The first answer comes late, so that all runs are under way together.
        model = self.mock.model("crowd", call("think", {"thought": "t"}, delay_ms=int(6000 * PATIENCE)), command("echo hello"),
                                call("think", {"thought": "t"}), finish())
        folder = self.new_folder()
        bodies = [self.body(model, "go", folder=folder) for _ in range(MANY)]

        def start(body):
            http = Http(self.server.url)
            try:
                return http.post("/api/conversations", body)
            finally:
                http.close()

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(start, bodies))
        self.assertEqual({answer.status for answer in answers}, {201})
        wait_until("all of them running", lambda: self.count("running") == MANY, 10)
        # Others are served meanwhile.
        self.assert_status(self.http.get("/health"), 200)
        wait_until("the end of all runs", lambda: self.count("finished") == MANY, 120, pause=0.1)
        for answer in answers[::20]:
            events = self.events(answer["id"])
            self.assertEqual(len(self.of_kind(events, "ObservationEvent")), 4)
        self.assertLess(self.server.resident_bytes(), PATIENCE * (600 << 20))

    def count(self, status):
        return self.http.get("/api/conversations/count?status=" + status).json


if __name__ == "__main__":
    main()
