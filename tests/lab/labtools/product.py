"""The product and the stand-in kernel modules, built inside an image's root from this checkout's sources."""

import os
import shutil
import subprocess
from pathlib import Path

from . import image
from .paths import LAB, REPO, build_dir
from .say import LabError, locked, run_logged, say, stage

PRODUCT = """
cmake -S /lab/src -B /lab/build -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_INSTALL_PREFIX=/usr -DGPU_HANDOFF_WERROR=ON
cmake --build /lab/build
rm -rf /lab/stage
DESTDIR=/lab/stage cmake --install /lab/build --strip
for unit in /lab/stage/usr/lib/systemd/system/*.service /lab/stage/lib/systemd/system/*.service; do
    if grep -qs '^\\[Install\\]' "$unit"; then systemctl --root=/lab/stage enable "${unit##*/}"; fi
done
"""

# depmod runs here, where it takes a second, and not in the guest, where it takes ten.
MODULES = """
make -C /lab/src/tests/lab/modules KDIR=/lib/modules/$1/build
rm -rf /lab/modules /usr/lib/modules/$1/updates
mkdir -p /usr/lib/modules/$1/updates /lab/modules/usr/lib/modules/$1
find /lab/src/tests/lab/modules -name '*.ko' -exec cp {} /usr/lib/modules/$1/updates/ ';'
depmod $1
cp -r /usr/lib/modules/$1/updates /usr/lib/modules/$1/modules.* /lab/modules/usr/lib/modules/$1/
"""


def sources():
    """Every file of the checkout that git knows or would take."""
    done = subprocess.run(["git", "-C", str(REPO), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                          capture_output=True)
    if done.returncode != 0:
        raise LabError(f"git ls-files: {done.stderr.decode().strip()}")
    return {name for name in done.stdout.decode().split("\0") if name and (REPO / name).is_file()}


def copy_sources(to):
    """Brings a copy up to date; an unchanged file keeps its time, so that the build stays incremental."""
    manifest = to.with_suffix(".manifest")
    before = set(manifest.read_text().splitlines()) if manifest.exists() else set()
    now = sources()
    for name in before - now:
        (to / name).unlink(missing_ok=True)
    for name in now:
        source, copy = REPO / name, to / name
        if not copy.exists() or copy.read_bytes() != source.read_bytes() or copy.stat().st_mode != source.stat().st_mode:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy)
    manifest.write_text("\n".join(sorted(now)))


def in_root(root, directory, script, log, what, *arguments):
    """Runs a script in the image's root, with this checkout's directory at /lab, visible to nobody else."""
    (root / "lab").mkdir(exist_ok=True)
    shell = ('mount --bind "$2" "$1/lab" && mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && '
             'root=$1 script=$3; shift 3; exec chroot "$root" /bin/sh -euc "$script" build "$@"')
    run_logged(["unshare", "--mount", "--propagation", "private", "sh", "-c", shell, "enter", str(root),
                str(directory), script, *arguments], log, what)


def build(host):
    """Builds what this checkout has; gives the directory with stage/ and modules/."""
    made = image.ensure(host)
    directory = build_dir(host)
    with locked(directory / "lock", f"{host}: waiting for another build"):
        (directory / "src").mkdir(parents=True, exist_ok=True)
        copy_sources(directory / "src")
        if os.environ.get("LAB_PRODUCT") == "none":
            shutil.rmtree(directory / "stage", ignore_errors=True)
            say(f"{host}: without the product, as LAB_PRODUCT=none asks")
        elif (REPO / "CMakeLists.txt").exists():
            with stage(f"{host}: building the product (log {directory / 'product.log'})"):
                in_root(made.root, directory, PRODUCT, directory / "product.log", f"{host}: building the product")
        else:
            say(f"{host}: no CMakeLists.txt, so no product is built")
        if (LAB / "modules" / "Makefile").exists() or (LAB / "modules" / "Kbuild").exists():
            with stage(f"{host}: building the stand-in modules for Linux {made.kernel_version}"):
                in_root(made.root, directory, MODULES, directory / "modules.log",
                        f"{host}: building the modules", made.kernel_version)
        if (LAB / "guest-os" / "Makefile").exists():
            run_logged(["make", "-C", str(directory / "src" / "tests/lab/guest-os")],
                       directory / "guest-os.log", "building the nested guest")
    return directory


def guest_disk(directory):
    """The nested guest's disk: ours if it is built, else an empty one that boots nothing."""
    built = Path(directory) / "src/tests/lab/guest-os/guest.img"
    return built.read_bytes() if built.exists() else bytes(1 << 20)
