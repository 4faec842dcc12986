"""What the tests of skills share."""
from .installed import InstalledCase

SKILLS, INSTALLED = "/api/skills", "/api/skills/installed"
NOTHING = {"load_public": False, "load_user": False, "load_project": False, "load_org": False}


def skill(name, text="Body.", **fields):
    return "---\nname: %s\n%s---\n%s\n" % (name, "".join("%s: %s\n" % one for one in fields.items()), text)


class SkillCase(InstalledCase):
    kind = "skills"
    server_options = {"config": {"plugins": {"skills": {"public_repository": ""}}}}

    def load(self, **wanted):
        return self.assert_status(self.http.post(SKILLS, {**NOTHING, **wanted}), 200)
