"""The desktop images of a host: its base root with more packages, as an ext4 image.

Each is cached by the hash of the base's recipe and its own, which is tests/lab/images/install and the directory
tests/lab/images/NAME; the others stay as they are when one changes.
"""

import hashlib
import shutil

from . import image
from .paths import LAB, cache
from .say import LabError, locked, run_logged, stage

RECIPES = LAB / "images"


def names():
    return sorted(path.name for path in RECIPES.iterdir() if path.is_dir())


def recipe_hash(host, name):
    digest = hashlib.sha256(image.recipe_hash(host).encode())
    for path in [RECIPES / "install", *sorted(p for p in (RECIPES / name).rglob("*") if p.is_file())]:
        digest.update(f"\0{path.relative_to(RECIPES)} {path.stat().st_mode & 0o111:o}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def disk(host, name):
    """The disk of a host's desktop image, built first if its recipe or the base's changed."""
    if name not in names():
        raise LabError(f"no desktop image {name}; there are {', '.join(names())}")
    base = image.ensure(host)
    directory = cache() / f"{host}-{name}-{recipe_hash(host, name)}"
    if not (directory / "complete").exists():
        with locked(cache() / f"{host}-{name}.lock", f"{host}: waiting for another build of the image {name}"):
            if not (directory / "complete").exists():
                build(base, name, directory)
    return directory / "disk.img"


# All that is written before the disk image stays in memory, and goes with the mount namespace.
BUILD = """
mount -t tmpfs -o mode=755 changes "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$1/root"
"$3/install" "$1/root" "$4"
if [ -x "$4/finish" ]; then "$4/finish" "$1/root"; fi
shift 4
exec "$@"
"""


def build(base, name, directory):
    log = cache() / f"{base.host}-{name}.log"
    changes = directory / "changes"
    shutil.rmtree(directory, ignore_errors=True)
    changes.mkdir(parents=True)
    with stage(f"{base.host}: making the desktop image {name} (about 3 minutes; log {log})"):
        run_logged(["unshare", "--mount", "--propagation", "private", "sh", "-euc", BUILD, "build", str(changes),
                    str(base.root), str(RECIPES), str(RECIPES / name),
                    *image.disk_command(changes / "root", directory / "disk.img")],
                   log, f"{base.host}: making the desktop image {name}")
    changes.rmdir()
    (directory / "complete").touch()
    image.drop_others(f"{base.host}-{name}", directory)
