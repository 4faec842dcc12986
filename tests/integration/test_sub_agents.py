#!/usr/bin/env python3
"""Sub-agents: of a project, of a user, and those that come with the server."""
import _path  # noqa: F401
from harness import Case, main

PATH = "/api/sub-agents"
NOTHING = {"load_user": False, "load_project": False, "load_builtin": False}
AGENT = """---
name: reviewer
description: |
  Reviews. <example>When code is written</example> <EXAMPLE> Before a merge </EXAMPLE>
model: inherit
tools: terminal
skills: a, b,
permission_mode: Always_Confirm
max_iteration_per_run: "7"
max_budget_per_run: 1.5
condenser: none
hooks:
  PreToolUse:
  - matcher: terminal
    hooks:
    - command: "true"
mcp_servers:
  x:
    command: run
    env: {TOKEN: sec-r3t}
    zzz: 1
extra: {deep: [1]}
---
You review.
"""


def write(file, text):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


class SubAgents(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.new_folder()

    def agents(self, **wanted):
        answer = self.assert_status(self.http.post(PATH, {**NOTHING, **wanted}), 200)
        return {one["name"]: one for one in answer["agents"]}

    def of_project(self):
        return self.agents(load_project=True, project_dir=str(self.folder))

    def test_those_that_come_with_the_server(self):
        agents = self.agents(load_builtin=True)
        self.assertEqual(list(agents), ["bash-runner", "code-explorer", "general-purpose", "web-researcher"])
        for agent in agents.values():
            self.assertEqual((agent["level"], agent["is_builtin"], agent["model"]), ("builtin", True, "inherit"))
            self.assertTrue(agent["description"] and agent["system_prompt"] and agent["tools"])
        self.assertEqual(agents["web-researcher"]["mcp_config"]["tavily"]["env"], {"TAVILY_API_KEY": "**********"})

    def test_all_that_one_may_say(self):
        write(self.folder / ".agents/agents/any.md", AGENT)
        agent = self.of_project()["reviewer"]
        self.assertEqual(agent["when_to_use_examples"], ["When code is written", "Before a merge"])
        self.assertEqual((agent["tools"], agent["skills"]), (["terminal"], ["a", "b"]))
        self.assertEqual((agent["permission_mode"], agent["max_iteration_per_run"], agent["max_budget_per_run"]),
                         ("always_confirm", 7, 1.5))
        self.assertEqual(agent["condenser"]["kind"], "NoOpCondenser")
        self.assertEqual(agent["hooks"]["pre_tool_use"][0]["hooks"][0]["command"], "true")
        self.assertEqual(agent["mcp_config"], {"x": {"command": "run", "env": {"TOKEN": "**********"}, "enabled": True}})
        self.assertEqual(agent["mcp_servers"], agent["mcp_config"])
        self.assertEqual(agent["metadata"], {"extra": {"deep": [1]}})
        self.assertEqual((agent["level"], agent["system_prompt"]), ("project", "You review."))

    def test_which_of_one_name_counts(self):
        home = self.server.state.parent
        write(home / ".agents/agents/general-purpose.md", "User's.")
        self.addCleanup((home / ".agents/agents/general-purpose.md").unlink)
        self.assertEqual(self.agents(load_user=True, load_builtin=True)["general-purpose"]["system_prompt"], "User's.")
        write(self.folder / ".openhands/agents/general-purpose.md", "Second.")
        write(self.folder / ".agents/agents/general-purpose.md", "First.")
        all_of_them = self.agents(load_user=True, load_builtin=True, load_project=True, project_dir=str(self.folder))
        self.assertEqual(all_of_them["general-purpose"]["system_prompt"], "First.")
        self.assertEqual(len(all_of_them), 4)

    def test_a_wrong_one_is_left_out(self):
        for number, line in enumerate(("permission_mode: maybe", "max_iteration_per_run: -1", "max_budget_per_run: x",
                                       "condenser: zz", "condenser: {kind: Zz}", "mcp_config: [x]", "mcp_config: {a: {args: 1}}",
                                       "profile_store_dir: [x]", "name: [", "hooks: {Zzz: []}", "a: &x 1\nb: *x")):
            write(self.folder / ".agents/agents" / ("bad%d.md" % number), "---\n%s\n---\nText." % line)
        write(self.folder / ".agents/agents/README.md", "no agent")
        write(self.folder / ".agents/agents/sub/deep.md", "no agent")
        write(self.folder / ".agents/agents/good.md", "Text.")
        self.assertEqual(list(self.of_project()), ["good"])
        self.assertEqual(self.server.log.count("is left out"), 11)

    def test_secrets_of_a_condenser_are_hidden(self):
        write(self.folder / ".agents/agents/a.md",
              "---\ncondenser:\n  kind: LLMSummarizingCondenser\n  llm: {model: m, api_key: sec-r3t, max_tokens: 5}\n---\n")
        condenser = self.of_project()["a"]["condenser"]
        self.assertEqual(condenser["llm"], {"model": "m", "api_key": "**********", "max_tokens": 5})

    def test_bad_requests(self):
        answer = self.assert_status(self.http.post(PATH, {"load_user": "zz"}), 422)
        self.assertEqual(answer["detail"][0]["loc"], ["body", "load_user"])
        self.assert_status(self.http.post(PATH, {"project_dir": 5}), 422)
        self.assert_status(self.http.request("POST", PATH, b"[]"), 422)
        self.assertEqual(self.agents(load_project=True, project_dir="/nowhere"), {})


if __name__ == "__main__":
    main()
