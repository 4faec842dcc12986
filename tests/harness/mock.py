"""The scripted LLM endpoint, in a process of its own."""
import pathlib
import subprocess
import sys

from .client import Http

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / "mock_llm"


def call(tool, arguments=None, text=None, **more):
    """A turn with one tool call; arguments: an object, or raw text for broken JSON."""
    return {"text": text, "tool_calls": [{"name": tool, "arguments": {} if arguments is None else arguments}], **more}


def command(line, *, text=None, reasoning=None, **arguments):
    """arguments: those of the tool."""
    return call("terminal", {"command": line, **arguments}, text, **({"reasoning": reasoning} if reasoning else {}))


def finish(message="All done.", **more):
    return call("finish", {"message": message}, **more)


class MockLlm:
    """Each model name plays its own turns; the turn is chosen by the number of assistant messages in the request, so
    that parallel conversations do not disturb each other."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, str(PROGRAM)], stdout=subprocess.PIPE, text=True)
        self.url = "http://127.0.0.1:%d" % int(self.process.stdout.readline().split()[1])
        self.models = {}

    def model(self, name, *turns, **options):
        """Sets the turns of a model; -> the name to use in an agent."""
        self.models[name] = {"turns": list(turns), **options}
        Http(self.url).post("/__script", {"index": "assistant", "turns": [finish()], "models": self.models})
        return "openai/" + name

    def requests(self, model):
        """-> the bodies of all requests for this model."""
        short = model.rsplit("/", 1)[-1]
        return [entry["body"] for entry in Http(self.url).get("/__requests").json
                if isinstance(entry["body"], dict) and entry["body"].get("model", "").rsplit("/", 1)[-1] == short]

    def last_headers(self):
        return Http(self.url).get("/__requests").json[-1]["headers"]

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
