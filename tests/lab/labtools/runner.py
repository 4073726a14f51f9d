"""Runs one scenario in a guest and collects all that tells why it failed."""

import difflib
import re
import shutil
import sys
import time

from .agent import GuestLost
from .guest import Guest
from .lines import Closed, Late
from .paths import results_dir
from .say import LabError, locked, say

STATE = ["bash", "-c", ". /run/lab/guest/lib.sh && host_state"]


def lock(guest):
    return locked(guest.directory.with_suffix(".lock"), f"{guest.name}: waiting for another run on this guest")


def reason_to_boot(guest, scenario):
    if not guest.is_up():
        return "it is not up"
    if guest.is_outdated():
        return "the product was rebuilt"
    if guest.dirty.exists():
        return guest.dirty.read_text().strip()
    if scenario and scenario.own_boot and guest.used.exists():
        return f"{scenario.name} wants a boot of its own"
    try:
        guest.agent().__exit__()
    except GuestLost as lost:
        return str(lost)
    return None


def execute(host, topology, scenario, everything=False):
    """Runs a scenario, in its long form if everything is asked for (ALL=1 tells it); True if it passed."""
    guest = Guest(host, topology)
    with lock(guest):
        if reason := reason_to_boot(guest, scenario):
            say(f"{guest.name}: boots, because {reason}")
            guest.boot()
        passed = Run(guest, scenario, everything).go()
        if not passed and guest.emulator_failed():
            say(f"{guest.name}: the emulator failed; booting and running {scenario.name} once more")
            guest.boot()
            passed = Run(guest, scenario, everything).go()
        return passed


class Run:
    def __init__(self, guest, scenario, everything):
        self.guest = guest
        self.scenario = scenario
        self.env = guest.topology.addresses | {"SCENARIO": scenario.name, "TOPOLOGY": guest.topology.name,
                                               "HOST": guest.host, "ALL": "1" if everything else ""}
        self.results = results_dir(guest.host, scenario.name)
        shutil.rmtree(self.results, ignore_errors=True)
        self.results.mkdir(parents=True)
        self.problems = []

    def go(self):
        guest, scenario = self.guest, self.scenario
        guest.used.touch()
        guest.dirty.write_text(f"{scenario.name} did not come to its end")
        guest.refresh()
        begin = time.monotonic()
        say(f"{guest.host}: {scenario.name}: {scenario.description}")
        serial = (guest.directory / "serial.log").stat().st_size
        try:
            with guest.agent() as agent, open(self.results / "log", "w") as self.log:
                self.inside(agent)
        except GuestLost as lost:
            self.problems.append(f"the guest is lost: {lost}")
            guest.dirty.write_text(str(lost))
        with open(guest.directory / "serial.log", "rb") as file:
            file.seek(serial)
            (self.results / "serial.log").write_bytes(file.read())
        return self.verdict(time.monotonic() - begin)

    def inside(self, agent):
        """State before, the scenario, state after, the journal."""
        before = self.quiet(agent, STATE, "state-before")
        cursor = self.quiet(agent, ["journalctl", "-b", "-n0", "--show-cursor"]).partition("cursor: ")[2].strip()
        code, left = agent.run(["bash", f"/run/lab/scenarios/{self.scenario.name}.sh"], self.scenario.deadline,
                               self.show, self.env, self.shot)
        after = self.quiet(agent, STATE, "state-after")
        self.quiet(agent, ["journalctl", "-b", "-o", "short-precise", f"--after-cursor={cursor}"], "journal")
        difference = list(difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after",
                                               n=0, lineterm=""))
        if code == 124:
            self.problems.append(f"it did not end within its {self.scenario.deadline} s")
        elif code != 0:
            self.problems.append(f"exit code {code}")
        if left:
            self.problems.append(f"it left processes behind: {' '.join(left)}")
        if difference:
            (self.results / "state.diff").write_text("\n".join(difference) + "\n")
            if not self.scenario.own_boot:
                self.problems.append("the host's state is not what it was before:\n    "
                                     + "\n    ".join(difference[2:14]))
        # What failed has perhaps not cleaned up.
        if difference or left or code != 0 or self.scenario.own_boot:
            self.guest.dirty.write_text(f"{self.scenario.name} changed it")
        else:
            self.guest.dirty.unlink()

    def quiet(self, agent, argv, name=None):
        text = []
        code, _ = agent.run(argv, 60, text.append)
        if name:
            (self.results / name).write_text("".join(text))
        if code != 0:
            raise GuestLost(f"{argv[0]} in the guest ended with {code}: {''.join(text)[-500:]}")
        return "".join(text)

    def show(self, text):
        self.log.write(text)
        self.log.flush()
        sys.stdout.write(text)
        sys.stdout.flush()

    def shot(self, display, name, seconds, colours):
        """Takes a screenshot the scenario asked for; gives what went wrong."""
        if not re.fullmatch(r"[A-Za-z0-9_.-]+", name):
            return f"bad name {name!r}"
        try:
            with self.guest.monitor() as monitor:
                monitor.screenshot(display, self.results / f"{name}.png", seconds, colours)
        except (LabError, Closed, Late, OSError, ValueError) as error:
            return str(error) or type(error).__name__
        return ""

    def verdict(self, seconds):
        passed = not self.problems
        say(f"{self.guest.host}: {self.scenario.name}: {'passed' if passed else 'FAILED'} in {seconds:.0f} s")
        if passed:
            return True
        for problem in self.problems:
            print(f"  {problem}")
        for line in (self.results / "log").read_text().splitlines():
            if re.match(r"FAILED:|  (expected|seen):", line):
                print(f"  {line}")
        for name in sorted(path.name for path in self.results.iterdir()):
            print(f"  {self.results / name}")
        return False
