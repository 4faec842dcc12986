"""What the tests of skills share."""
from .case import Case
from .client import Http

SKILLS, INSTALLED = "/api/skills", "/api/skills/installed"
NOTHING = {"load_public": False, "load_user": False, "load_project": False, "load_org": False}


def skill(name, text="Body.", **fields):
    return "---\nname: %s\n%s---\n%s\n" % (name, "".join("%s: %s\n" % one for one in fields.items()), text)


class SkillCase(Case):
    """A server without a public repository. Each test begins with nothing installed."""

    server_options = {"config": {"plugins": {"skills": {"public_repository": ""}}}}

    def setUp(self):
        super().setUp()
        self.home = self.server.state.parent
        self.folder = self.new_folder()
        self.addCleanup(self.remove_all)

    def remove_all(self):
        for one in Http(self.server.url).get(INSTALLED)["skills"]:
            Http(self.server.url).delete(INSTALLED + "/" + one["name"])

    def load(self, **wanted):
        return self.assert_status(self.http.post(SKILLS, {**NOTHING, **wanted}), 200)

    def install(self, source, status=200, **more):
        return self.assert_status(self.http.post(SKILLS + "/install", {"source": str(source), **more}), status)
