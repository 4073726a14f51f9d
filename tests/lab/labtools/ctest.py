"""The scenarios as CTest tests: one per scenario and host, with the guest's boot and stop as fixtures."""

from .paths import LAB
from .scenario import all_scenarios


def registrations(everything):
    """The text of a CTestTestfile: included by tests/CMakeLists.txt with TEST_INCLUDE_FILES."""
    lines = []
    guests = {}
    for scenario in all_scenarios():
        for host in scenario.hosts(everything):
            guests.setdefault((host, scenario.topology), []).append(scenario)
    last_stop = {}
    for (host, topology), scenarios in sorted(guests.items()):
        last_stop[host] = register_guest(lines, host, topology, scenarios, everything, last_stop.get(host))
    for host in ("debian12", "debian13") if everything else ("debian13",):
        add(lines, f"lab.{host}.unit-tests", ["check", host], RESOURCE_LOCK=f"{host}-root", LABELS="lab", TIMEOUT=1800)
    add(lines, "lab.debian12.install", ["install", "debian12"], RESOURCE_LOCK="debian12-root", LABELS="lab", TIMEOUT=1800)
    return "\n".join(lines) + "\n"


def register_guest(lines, host, topology, scenarios, everything, after):
    """One boot for the scenarios that leave the host clean; those that want a boot of their own come after them. A host's guests
    come one after the other (an idle one still costs a tenth of a processor), so ctest -j 2 has one of each host up. Gives the
    name of the test that stops the guest."""
    guest = f"{host}-{topology}"
    boot, stop = f"lab.{guest}.boot", f"lab.{guest}.stop"
    shared = [f"lab.{host}.{scenario.name}" for scenario in scenarios if not scenario.own_boot]
    add(lines, boot, ["boot", host, topology], FIXTURES_SETUP=guest, RESOURCE_LOCK=guest, LABELS="lab", TIMEOUT=1800,
        **depends([after] if after else []))
    for scenario in scenarios:
        options = ["--all"] if everything else []
        add(lines, f"lab.{host}.{scenario.name}", ["exec", host, topology, scenario.name, *options],
            FIXTURES_REQUIRED=guest, RESOURCE_LOCK=guest, LABELS="lab", TIMEOUT=scenario.deadline + 900,
            **depends(shared if scenario.own_boot else []))
    add(lines, stop, ["stop", host, topology], FIXTURES_CLEANUP=guest, RESOURCE_LOCK=guest, LABELS="lab", TIMEOUT=60)
    return stop


def depends(names):
    return {"DEPENDS": ";".join(names)} if names else {}


def add(lines, name, arguments, **properties):
    command = " ".join(f"[==[{word}]==]" for word in [str(LAB / "lab"), *arguments])
    lines.append(f"add_test([==[{name}]==] {command})")
    values = " ".join(f"{key} [==[{value}]==]" for key, value in properties.items())
    lines.append(f"set_tests_properties([==[{name}]==] PROPERTIES {values})")
