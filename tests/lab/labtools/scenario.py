"""A scenario: a bash file of tests/lab/scenarios that says in its first comment lines where and how it runs."""

import re

from .paths import LAB
from .say import LabError
from .topology import load

DIRECTORY = LAB / "scenarios"
CHOICES = {"telling": ("yes", "no", "all"), "boot": ("shared", "own")}


class Scenario:
    def __init__(self, name, text):
        self.name = name
        head = {}
        words = []
        for line in text.splitlines():
            if not line.startswith("#"):
                break
            if match := re.fullmatch(r"# (topology|telling|boot|deadline): *(\S+)", line):
                head[match[1]] = match[2]
            elif not line.startswith("#!"):
                words.append(line.lstrip("# ").strip())
        if missing := {"topology", "telling", "boot", "deadline"} - set(head):
            raise LabError(f"scenario {name}: its header lacks '# {sorted(missing)[0]}: ...'")
        for key, allowed in CHOICES.items():
            if head[key] not in allowed:
                raise LabError(f"scenario {name}: {key} is {head[key]!r}, not {' or '.join(allowed)}")
        self.topology = load(head["topology"]).name
        self.telling = head["telling"]
        self.own_boot = head["boot"] == "own"
        self.deadline = int(head["deadline"])
        self.description = " ".join(words).strip()

    def hosts(self, everything):
        """Debian 12; Debian 13 too for the telling ones, or when everything is asked for; none for those only wanted then."""
        if everything or self.telling == "yes":
            return ["debian12", "debian13"]
        return ["debian12"] if self.telling == "no" else []


def load_scenario(name):
    path = DIRECTORY / f"{name}.sh"
    if not path.is_file():
        raise LabError(f"no scenario {name}; 'lab run --list' names them")
    return Scenario(name, path.read_text())


def all_scenarios():
    return [load_scenario(path.stem) for path in sorted(DIRECTORY.glob("*.sh"))]
