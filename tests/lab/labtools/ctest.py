"""The scenarios as CTest tests: one per scenario and host, with the guest's boot and stop as fixtures."""

from .paths import LAB
from .scenario import all_scenarios


def registrations(everything):
    """The text of a CTestTestfile: included by tests/CMakeLists.txt with TEST_INCLUDE_FILES."""
    lines = []
    guests = set()
    for scenario in all_scenarios():
        for host in scenario.hosts(everything):
            guests.add((host, scenario.topology))
            guest = f"{host}-{scenario.topology}"
            words = ["exec", host, scenario.topology, scenario.name] + (["--all"] if everything else [])
            add(lines, f"lab.{host}.{scenario.name}", words,
                FIXTURES_REQUIRED=guest, RESOURCE_LOCK=guest, LABELS="lab", TIMEOUT=scenario.deadline + 900)
    for host, topology in sorted(guests):
        guest = f"{host}-{topology}"
        add(lines, f"lab.{host}.{topology}.boot", ["boot", host, topology],
            FIXTURES_SETUP=guest, RESOURCE_LOCK=guest, LABELS="lab", TIMEOUT=1800)
        add(lines, f"lab.{host}.{topology}.stop", ["stop", host, topology],
            FIXTURES_CLEANUP=guest, RESOURCE_LOCK=guest, LABELS="lab", TIMEOUT=60)
    return "\n".join(lines) + "\n"


def add(lines, name, arguments, **properties):
    command = " ".join(f"[==[{word}]==]" for word in [str(LAB / "lab"), *arguments])
    lines.append(f"add_test([==[{name}]==] {command})")
    values = " ".join(f"{key} [==[{value}]==]" for key, value in properties.items())
    lines.append(f"set_tests_properties([==[{name}]==] PROPERTIES {values})")
