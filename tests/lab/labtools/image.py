"""The disk image of a host: a root made by mmdebstrap, kept for compiling, and an ext4 image of it.

Both are cached by the hash of the recipe, which is everything under tests/lab/image. See desktop.py for images with a
desktop.
"""

import hashlib
import os
import re
import shutil
from shlex import quote

from . import mirror
from .paths import HOSTS, LAB, cache
from .say import LabError, locked, run_logged, stage

RECIPE = LAB / "image"
SIZE = "8G"


def recipe_hash(host):
    digest = hashlib.sha256(HOSTS[host].encode())
    for path in sorted(p for p in RECIPE.rglob("*") if p.is_file()):
        digest.update(f"\0{path.relative_to(RECIPE)} {path.stat().st_mode & 0o111:o}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class Image:
    """Paths of a finished image."""

    def __init__(self, host, directory):
        self.host = host
        self.directory = directory
        self.root = directory / "root"
        self.disk = directory / "disk.img"
        self.initrd = directory / "initrd"
        self.kernel = directory / "kernel"

    @property
    def kernel_version(self):
        return next(p.name for p in (self.root / "usr/lib/modules").iterdir())


def packages():
    lines = (RECIPE / "packages").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def ensure(host):
    """The image of a host, built first if its recipe changed."""
    if os.geteuid() != 0:
        raise LabError("the lab must run as root: it builds images with mmdebstrap and chroot")
    directory = cache() / f"{host}-{recipe_hash(host)}"
    image = Image(host, directory)
    if (directory / "complete").exists():
        return image
    with locked(cache() / f"{host}.lock", f"{host}: waiting for another build of the image"):
        if not (directory / "complete").exists():
            build(host, image)
    return image


def build(host, image):
    for tool in ("mmdebstrap", "mke2fs", "apt-get"):
        if not shutil.which(tool):
            raise LabError(f"{tool} is missing; apt-get install mmdebstrap e2fsprogs")
    log = cache() / f"{host}.log"
    shutil.rmtree(image.directory, ignore_errors=True)
    image.directory.mkdir(parents=True)
    with stage(f"{host}: installing the packages of {HOSTS[host]} with mmdebstrap (about 3 minutes; log {log})"):
        run_logged(bootstrap_command(host, image.root), log, "mmdebstrap")
    with stage(f"{host}: writing the disk image"):
        run_logged(disk_command(image.root, image.disk), log.with_suffix(".disk.log"), "mke2fs")
    boot = image.root / "boot"
    shutil.copy(next(boot.glob("vmlinuz-*")), image.kernel)
    shutil.copy(next(boot.glob("initrd.img-*")), image.initrd)
    (image.directory / "complete").touch()
    drop_others(host, image.directory)


def disk_command(root, disk):
    """Writes a disk image of a root."""
    return ["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-E", "root_owner=0:0,lazy_itable_init=1",
            "-m", "0", "-d", str(root), str(disk), SIZE]


def drop_others(name, directory):
    """Deletes the images of that name that a change of its recipe has made old; a hash has no '-'."""
    for old in cache().glob(f"{name}-*"):
        if old != directory and re.fullmatch("[0-9a-f]{16}", old.name.removeprefix(f"{name}-")):
            shutil.rmtree(old, ignore_errors=True)


def bootstrap_command(host, root):
    options = [f"--aptopt={option}" for option in mirror.apt_options()]
    return ["mmdebstrap", "--mode=root", "--variant=minbase", *options,
            "--aptopt=APT::Install-Recommends false", "--keyring=/usr/share/keyrings",
            f"--include={','.join(packages())}",
            f'--essential-hook=cp -r --no-preserve=ownership {quote(str(RECIPE))}/root/. "$1"/',
            f'--customize-hook={quote(str(RECIPE))}/finish "$1"',
            HOSTS[host], str(root), *mirror.sources_for(HOSTS[host])]
