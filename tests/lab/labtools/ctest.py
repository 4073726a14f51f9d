"""The scenarios as CTest tests: one per scenario and host, with the guest's boot and stop as fixtures."""

from .paths import LAB
from .scenario import all_scenarios

LANES = 2  # as many tests as tests/run lets ctest run at once
# What they take, roughly: in minutes, to share them out.
SCENARIO = BOOT = 1
CHECK = 5
# What runs inside a host's root, without a guest: (host, the command of tests/lab/lab, the test's name).
ROOT_CHECKS = [("debian12", "check", "unit-tests"), ("debian13", "check", "unit-tests"), ("debian12", "install", "install")]
MORE_ROOT_CHECKS = [("debian13", "install", "install")]  # when everything is asked for


def registrations(everything):
    """The text of a CTestTestfile: included by tests/CMakeLists.txt with TEST_INCLUDE_FILES."""
    lines = []
    guests = {}
    for scenario in all_scenarios():
        for host in scenario.hosts(everything):
            guests.setdefault((host, scenario.topology), []).append(scenario)
    work = [(BOOT + SCENARIO * len(scenarios), "guest", guest) for guest, scenarios in guests.items()]
    work += [(CHECK, "check", check) for check in ROOT_CHECKS + (MORE_ROOT_CHECKS if everything else [])]
    for lane in lanes(work):
        last = None
        for _, kind, what in lane:
            if kind == "guest":
                last = register_guest(lines, *what, guests[what], everything, last)
            else:
                last = register_check(lines, *what, last)
    return "\n".join(lines) + "\n"


def lanes(work):
    """Shares out what begins with its minutes: the longest first, each to the lane that has the least. What is in a lane comes one
    after the other: an idle guest still costs a tenth of a processor."""
    shared = [[] for _ in range(LANES)]
    for item in sorted(work, reverse=True):
        min(shared, key=lambda lane: sum(minutes for minutes, *_ in lane)).append(item)
    return shared


def register_check(lines, host, command, name, after):
    """Gives the test's name."""
    test = f"lab.{host}.{name}"
    add(lines, test, [command, host], RESOURCE_LOCK=f"{host}-root", LABELS="lab", TIMEOUT=1800, **depends([after]))
    return test


def register_guest(lines, host, topology, scenarios, everything, after):
    """One boot for the scenarios that leave the host clean; those that want a boot of their own come after them. Gives the name of
    the test that stops the guest."""
    guest = f"{host}-{topology}"
    boot, stop = f"lab.{guest}.boot", f"lab.{guest}.stop"
    shared = [f"lab.{host}.{scenario.name}" for scenario in scenarios if not scenario.own_boot]
    add(lines, boot, ["boot", host, topology], FIXTURES_SETUP=guest, RESOURCE_LOCK=guest, LABELS="lab", TIMEOUT=1800, **depends([after]))
    for scenario in scenarios:
        options = ["--all"] if everything else []
        add(lines, f"lab.{host}.{scenario.name}", ["exec", host, topology, scenario.name, *options],
            FIXTURES_REQUIRED=guest, RESOURCE_LOCK=guest, LABELS="lab", TIMEOUT=scenario.deadline + 900,
            **depends(shared if scenario.own_boot else []))
    add(lines, stop, ["stop", host, topology], FIXTURES_CLEANUP=guest, RESOURCE_LOCK=guest, LABELS="lab", TIMEOUT=60)
    return stop


def depends(names):
    names = [name for name in names if name]
    return {"DEPENDS": ";".join(names)} if names else {}


def add(lines, name, arguments, **properties):
    command = " ".join(f"[==[{word}]==]" for word in [str(LAB / "lab"), *arguments])
    lines.append(f"add_test([==[{name}]==] {command})")
    values = " ".join(f"{key} [==[{value}]==]" for key, value in properties.items())
    lines.append(f"set_tests_properties([==[{name}]==] PROPERTIES {values})")
