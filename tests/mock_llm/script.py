"""The script that the endpoint follows, and what all protocols make of a turn."""
import json
import threading

DEFAULT_SCRIPT = {
    "index": "assistant",
    "turns": [
        {"text": "I will run a command.",
         "tool_calls": [{"name": "terminal",
                         "arguments": {"command": "echo hello"}}]},
        {"tool_calls": [{"name": "finish",
                         "arguments": {"message": "All done."}}]},
    ],
    "no_tools": {"text": "Mock title"},
}
DEFAULT_USAGE = {"prompt_tokens": 100, "completion_tokens": 10,
                 "cached_tokens": 0, "cache_write_tokens": 0,
                 "reasoning_tokens": 0}


class Script:
    def __init__(self, raw):
        if isinstance(raw, list):
            raw = {"turns": raw}
        self.raw = raw
        self.lock = threading.Lock()
        self.counts = {}

    @staticmethod
    def _expand(turns):
        out = []
        for t in turns:
            out.extend([t] * int(t.get("repeat", 1)))
        return out

    def pick(self, model, n_assistant, has_tools):
        """-> (turn index or None, turn)"""
        name = (model or "").rsplit("/", 1)[-1]
        spec = dict(self.raw)
        sub = self.raw.get("models", {}).get(name)
        if sub is not None:
            if isinstance(sub, list):
                sub = {"turns": sub}
            spec.update(sub)
        no_tools = spec.get("no_tools", {"text": "Mock title"})
        if not has_tools and no_tools is not None:
            return None, no_tools
        turns = self._expand(spec.get("turns") or [{"text": "ok"}])
        if spec.get("index", "counter") == "assistant":
            i = n_assistant
        else:
            with self.lock:
                i = self.counts.get(name, 0)
                self.counts[name] = i + 1
        if i >= len(turns):
            i = i % len(turns) if spec.get("loop") else len(turns) - 1
        return i, turns[i]


class State:
    script = Script(DEFAULT_SCRIPT)
    log_file = None
    requests = []
    lock = threading.Lock()
    ids = 0


def next_id(prefix):
    with State.lock:
        State.ids += 1
        return "%s%012d" % (prefix, State.ids)


def pieces(text, n):
    return [text[i:i + n] for i in range(0, len(text), n)] or [""]


def arguments_text(call):
    a = call.get("arguments", {})
    return a if isinstance(a, str) else json.dumps(a)
