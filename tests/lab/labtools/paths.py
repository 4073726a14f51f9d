"""Where things lie: the repository, the cache shared by all checkouts, and this checkout's lab output."""

import os
from pathlib import Path

LAB = Path(__file__).resolve().parent.parent
REPO = LAB.parent.parent
OUT = Path(os.environ.get("GPU_HANDOFF_LAB_OUT") or REPO / "build" / "lab")

HOSTS = {"debian12": "bookworm", "debian13": "trixie"}


def cache():
    """The directory for what takes long and depends on no checkout: the images."""
    chosen = os.environ.get("GPU_HANDOFF_LAB_CACHE")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "gpu-handoff-lab"


def guest_dir(host, topology):
    return OUT / "guests" / f"{host}-{topology}"


def results_dir(host, scenario):
    return OUT / "results" / host / scenario


def build_dir(host):
    return OUT / "hosts" / host
