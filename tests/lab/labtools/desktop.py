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


def build(base, name, directory):
    host, root = base.host, directory / "root"
    log = cache() / f"{host}-{name}.log"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    with stage(f"{host}: installing the packages of the image {name} (log {log})"):
        run_logged(["cp", "-a", "--reflink=auto", str(base.root), str(root)], log, "copying the base's root")
        run_logged(["unshare", "--mount", "--propagation", "private", str(RECIPES / "install"), str(root),
                    str(RECIPES / name)], log, f"{host}: installing the image {name}")
    with stage(f"{host}: writing the disk image {name}"):
        image.write_disk(root, directory / "disk.img", log.with_suffix(".disk.log"))
    # Nothing is compiled in it.
    shutil.rmtree(root)
    (directory / "complete").touch()
    image.drop_others(f"{host}-{name}", directory)
