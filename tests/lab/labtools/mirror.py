"""The apt sources of an image, derived from the sources this machine itself uses."""

import os
import re
import subprocess

from .say import LabError

DEBIAN = re.compile(r"(?:bullseye|bookworm|trixie|forky|sid|oldstable|stable|testing)(-updates|-security)?")


def machine_sources():
    """(uri, suite) of every binary package index apt knows here."""
    done = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"],
        capture_output=True, text=True)
    if done.returncode != 0:
        raise LabError(f"apt-get indextargets: {done.stderr.strip()}")
    return sorted({tuple(line.split()) for line in done.stdout.splitlines() if len(line.split()) == 2})


def sources_for(suite, sources=None):
    """Lines of a sources.list: this machine's Debian mirror, updates and security, for another suite.

    GPU_HANDOFF_LAB_MIRROR names a mirror where this machine is no Debian.
    """
    chosen = os.environ.get("GPU_HANDOFF_LAB_MIRROR")
    if chosen:
        return [f"deb {chosen} {suite} main"]
    lines = set()
    for uri, release in machine_sources() if sources is None else sources:
        match = DEBIAN.fullmatch(release)
        if match:
            lines.add(f"deb {uri} {suite}{match[1] or ''} main")
    if not lines:
        raise LabError("apt names no Debian mirror here; set GPU_HANDOFF_LAB_MIRROR to one")
    return sorted(lines)


def apt_options():
    """apt's settings that decide whether a mirror can be reached from this machine."""
    wanted = ("Acquire::http::Proxy", "Acquire::https::Proxy", "Acquire::Check-Valid-Until", "Acquire::Check-Date")
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True).stdout
    return [line.rstrip(";") for line in dump.splitlines() if line.split(" ")[0] in wanted]
