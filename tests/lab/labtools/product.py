"""The product and the stand-in kernel modules, built inside an image's root from this checkout's sources."""

import shutil
import subprocess
from pathlib import Path

from . import image
from .paths import REPO, build_dir
from .say import LabError, locked, run_logged, stage

# Without debugging information, which is a third of a compiler's work and stripped from what the guest gets.
CONFIGURE = """
cmake -S /lab/src -B /lab/build -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo '-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2 -DNDEBUG' \\
    -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_COMPILE_WARNING_AS_ERROR=ON -DBUILD_TESTING=$1
cmake --build /lab/build
"""

PRODUCT = CONFIGURE + """
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


# The unit tests with this suite's compiler and Catch2, beside the product.
CHECK = CONFIGURE + """
ctest --test-dir /lab/build --output-on-failure
"""

PARTS = ("modules", "guest-os")  # of tests/lab, built; its other parts are only copied into the guest


def is_built(name):
    """Whether a file of the checkout goes into the product, the stand-in modules or the nested guest."""
    parts = name.split("/")
    if parts[0] == "tests":
        return parts[1] == "lab" and parts[2] in PARTS
    return len(parts) > 1 or parts[0] == "CMakeLists.txt"


def everything():
    """Every file of the checkout that git knows or would take."""
    done = subprocess.run(["git", "-C", str(REPO), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                          capture_output=True)
    if done.returncode != 0:
        raise LabError(f"git ls-files: {done.stderr.decode().strip()}")
    return {name for name in done.stdout.decode().split("\0") if name and (REPO / name).is_file()}


def copy_sources(to):
    """Brings a copy up to date and names what changed; an unchanged file keeps its time for the next build's sake."""
    manifest = to.with_suffix(".manifest")
    before = set(manifest.read_text().splitlines()) if manifest.exists() else set()
    now = everything()
    changed = before ^ now
    for name in before - now:
        (to / name).unlink(missing_ok=True)
    for name in now:
        source, copy = REPO / name, to / name
        if not (copy.exists() and copy.read_bytes() == source.read_bytes()
                and copy.stat().st_mode == source.stat().st_mode):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy)
            changed.add(name)
    manifest.write_text("\n".join(sorted(now)))
    return changed


def in_root(root, directory, script, log, what, *arguments):
    """Runs a script in the image's root, with this checkout's directory at /lab, visible to nobody else."""
    (root / "lab").mkdir(exist_ok=True)
    shell = ('mount --bind "$2" "$1/lab" && mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && '
             'root=$1 script=$3; shift 3; exec chroot "$root" /bin/sh -euc "$script" build "$@"')
    run_logged(["unshare", "--mount", "--propagation", "private", "sh", "-c", shell, "enter", str(root),
                str(directory), script, *arguments], log, what)


def build(host):
    """Builds what this checkout has, if anything changed; gives the directory with stage/ and modules/."""
    made = image.ensure(host)
    directory = build_dir(host)
    with locked(directory / "lock", f"{host}: waiting for another build"):
        stamp = directory / "built"
        content = made.directory.name
        if not stamp.exists() or stamp.read_text() != content:
            shutil.rmtree(directory / "build", ignore_errors=True)
            shutil.rmtree(directory / "src", ignore_errors=True)
            stamp.unlink(missing_ok=True)
        (directory / "src").mkdir(parents=True, exist_ok=True)
        if any(is_built(name) for name in copy_sources(directory / "src")):
            stamp.unlink(missing_ok=True)
        if not stamp.exists():
            with compiling(host):
                build_product(made, directory)
                build_parts(made, directory)
            stamp.write_text(content)
    return directory


def compiling(host):
    """For who changes the host's directory build/."""
    return locked(build_dir(host) / "compiling", f"{host}: waiting for another compiler")


def check(host):
    """Builds the unit tests inside an image's root, beside the product, and runs them. Who only wants to know that the product is
    built does not wait for that."""
    made, directory = image.ensure(host), build(host)
    log = directory / "check.log"
    with compiling(host), stage(f"{host}: unit tests (log {log})"):
        in_root(made.root, directory, CHECK, log, f"{host}: unit tests", "ON")


def check_install(host):
    """Installs and uninstalls inside a throw-away copy of an image's root."""
    made, directory = image.ensure(host), build(host)
    log = directory / "install.log"
    upper = directory / "install-root"
    with locked(directory / "installing", f"{host}: waiting for another installation"), \
            stage(f"{host}: install (log {log})"):
        install_in_copy(host, made, directory, upper, log)


def install_in_copy(host, made, directory, upper, log):
    shutil.rmtree(upper, ignore_errors=True)
    for name in ("changes", "work", "root"):
        (upper / name).mkdir(parents=True)
    shell = ('mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/changes,workdir=$2/work" "$2/root" && '
             'mkdir -p "$2/root/lab" && mount --bind "$3" "$2/root/lab" && mount -t proc proc "$2/root/proc" && '
             'mount --rbind /dev "$2/root/dev" && exec chroot "$2/root" /bin/bash /lab/src/tests/install/check')
    run_logged(["unshare", "--mount", "--propagation", "private", "sh", "-euc", shell, "enter", str(made.root),
                str(upper), str(directory)], log, f"{host}: install")
    shutil.rmtree(upper, ignore_errors=True)


def build_product(made, directory):
    log = directory / "product.log"
    with stage(f"{made.host}: building the product (log {log})"):
        in_root(made.root, directory, PRODUCT, log, f"{made.host}: building the product", "OFF")


def build_parts(made, directory):
    parts = directory / "src/tests/lab"
    if (parts / "modules/Makefile").exists():
        log = directory / "modules.log"
        with stage(f"{made.host}: building the stand-in modules for Linux {made.kernel_version}"):
            in_root(made.root, directory, MODULES, log, f"{made.host}: building the modules", made.kernel_version)
    if (parts / "guest-os/Makefile").exists():
        log = directory / "guest-os.log"
        with stage(f"{made.host}: building the nested guest"):
            in_root(made.root, directory, "make -C /lab/src/tests/lab/guest-os OUT=/lab/guest-os", log,
                    f"{made.host}: building the nested guest")


def guest_disk(directory):
    """The nested guest's disk: ours if it is built, else an empty one that boots nothing."""
    built = Path(directory) / "guest-os/guest.img"
    return built.read_bytes() if built.exists() else bytes(1 << 20)
