#!/usr/bin/env python3
"""Secrets in the agents' terminal: what a command gets is gone behind it, what it prints is hidden, and what the model
writes into a command is in no file."""
import json

import _path  # noqa: F401
from harness import Case, Http, main, wait_until
from harness.mock import command, finish

VALUE = "CANARY-of-the-terminal-1f2e3d"


class TerminalCase(Case):
    def run_commands(self, name, secrets, *commands):
        """Runs the commands, one call each; -> (texts of the observations, the conversation's events as text)."""
        model = self.mock.model(name, *[command(line) for line in commands], finish())
        _, events = self.run_to_end(model, secrets=secrets)
        texts = ["".join(part.get("text", "") for part in event["observation"]["content"])
                 for event in self.of_kind(events, "ObservationEvent")]
        return texts[:len(commands)], json.dumps(events, ensure_ascii=False)


class Lent(TerminalCase):
    """Variables for one command, whatever they are called."""

    def test_names_that_the_shells_functions_might_use_too(self):
        for name in ("i", "name", "status", "set", "IFS", "PATH", "PS1", "REPLY", "ENV", "LC_ALL"):
            with self.subTest(name):
                count = "printenv | while IFS= read -r line; do case $line in %s=*) echo \"got ${#line}\";; esac; done" % name
                if name == "PATH":  # `printenv` is not found with it
                    count = "echo got $((${#PATH} + 5))"
                [first, second], _ = self.run_commands(
                    "names_" + name, {name: VALUE + name}, count,
                    "printenv | grep -c CANAR[Y]; [[ $(declare -p) != *CANAR[Y]* ]] && echo clean")
                self.assertEqual(first, "got %d" % (len(name) + 1 + len(VALUE + name)))
                self.assertEqual(second, "0\nclean")

    def test_names_that_the_shell_keeps_for_itself_are_left_out_and_logged(self):
        names = ("__collet_text", "__collet_x", "PROMPT_COMMAND", "UID", "SHELLOPTS", "RANDOM", "PWD", "_")
        texts, _ = self.run_commands("kept", {name: VALUE + name for name in names},
                                     "env | grep -c CANARY; : " + " ".join(names), "echo $UID; (exit 3)", "echo $?; pwd")
        self.assertEqual(texts[0], "0")
        self.assertRegex(texts[1], r"^\d+$")
        self.assertRegex(texts[2], "^3\n/")
        for name in names:
            self.assertRegex(self.server.log, r"goes without the secret (\w+ )*%s( \w+)*:" % name)
        self.assertNotIn(VALUE, self.server.log)

    def test_a_command_that_makes_it_readonly_keeps_it_from_programs_all_the_same(self):
        texts, _ = self.run_commands("readonly", {"TOKEN": VALUE}, "readonly TOKEN; echo ok",
                                     "env | grep -c CANARY")
        self.assertEqual(texts, ["ok", "0"])


class Hidden(TerminalCase):
    """Values with control characters: the terminal would act on them."""

    def test_a_value_with_control_characters_is_hidden_as_it_is_printed(self):
        for name, value in {"cr": "AAAA-first-part\rBBBB-second", "escape": "abc\x1b[31mdef-secret",
                            "backspace": "abc\bdef-secret", "bell": "abc\x07def-secret", "title": "ab\x1b]0;def-secret\x07",
                            "erase": "abcdef-secret\x1b[2K\rghijkl-secret"}.items():
            with self.subTest(name):
                texts, events = self.run_commands(
                    "control_" + name, {"TOKEN": value}, "printf '%s\\n' \"<$TOKEN>\"",
                    # In pieces, which the terminal is given one by one.
                    "for ((at = 0; at < ${#TOKEN}; ++at)); do printf %s \"${TOKEN:at:1}\"; sleep 0.01; done")
                self.assertEqual(texts, ["<<secret-hidden>>", "<secret-hidden>"])
                for part in ("secret\"", "def-secret", "first-part", "BBBB"):
                    self.assertNotIn(part, events.replace("<secret-hidden>", ""))

    def test_a_value_that_is_coloured_in_its_middle_is_hidden_too(self):
        texts, _ = self.run_commands("coloured", {"TOKEN": VALUE},
                                     "printf '%s\\033[31m%s\\033[0m\\n' \"${TOKEN:0:9}\" \"${TOKEN:9}\"")
        self.assertEqual(texts, ["<secret-hidden>"])


class Typed(TerminalCase):
    """A command in which the model has written a value."""

    def test_its_text_is_in_no_file_while_it_runs_nor_after_a_kill(self):
        model = self.mock.model("typed", command("echo %s | tr a-z A-Z; sleep 60" % VALUE), finish())
        server = self.server = self.another_server()
        self.http = Http(server.url)
        conversation = self.start(model, "Go.", secrets={"TOKEN": VALUE})
        wait_until("the command to run", server.descendants_named("sleep"))
        self.assertNotIn(VALUE.encode(), server.stored())
        server.kill()
        self.assertNotIn(VALUE.encode(), server.stored())
        server.start()
        self.http = Http(server.url)
        self.wait_for(conversation, "paused")
        self.assertNotIn(VALUE.encode(), server.stored())

    def test_it_may_be_larger_than_a_pipe(self):
        big = "x" * 3_000_000
        texts, _ = self.run_commands("big", {"TOKEN": VALUE}, "wc -c <<'EOF' # TOKEN\n%s\nEOF" % big, "echo after")
        self.assertEqual(texts, ["3000001", "after"])
        self.assertNotIn(b"x" * 100_000, b"".join(
            path.read_bytes() for path in (self.server.state / "plugins" / "bash").rglob("*") if path.is_file()))


if __name__ == "__main__":
    main()
