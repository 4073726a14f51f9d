"""What lies over the image's root at boot: an archive for the kernel, appended to the initrd.

The initrd's last script copies /overlay into the root before systemd starts, so that the product is there
as on a machine it was installed on long ago.
"""

import os
import stat
from pathlib import Path

MERGED = {"lib", "bin", "sbin", "lib64"}


def put_tree(entries, tree, to=""):
    """Adds a directory; /lib and its like are links to /usr in the root and must not be shadowed by directories."""
    for path in sorted(tree.rglob("*")):
        parts = (Path(to) / path.relative_to(tree)).parts
        name = "/".join(("usr",) + parts if parts[0] in MERGED else parts)
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            entries[name] = (status.st_mode, os.readlink(path).encode())
        elif stat.S_ISREG(status.st_mode):
            entries[name] = (status.st_mode, path.read_bytes())
        elif stat.S_ISDIR(status.st_mode):
            entries[name] = (status.st_mode, b"")


def put_file(entries, name, data, mode=0o644):
    entries[name] = (stat.S_IFREG | mode, data)


def put_link(entries, name, target):
    entries[name] = (stat.S_IFLNK | 0o777, target.encode())


def put_directory(entries, name, mode=0o755):
    entries.setdefault(name, (stat.S_IFDIR | mode, b""))


def archive(entries):
    """The entries below /overlay as a cpio archive in the kernel's format, everything owned by root."""
    full = {"overlay": (stat.S_IFDIR | 0o755, b"")}
    for name in entries:
        for parent in reversed(list(Path("overlay", name).parents)[:-1]):
            full.setdefault(str(parent), (stat.S_IFDIR | 0o755, b""))
        full[f"overlay/{name}"] = entries[name]
    parts = [record(name, *full[name], inode) for inode, name in enumerate(sorted(full), 1)]
    return b"".join(parts) + record("TRAILER!!!", 0, b"", 0)


def record(name, mode, data, inode):
    path = name.encode() + b"\0"
    fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + path
    return pad(head) + pad(data)


def pad(data):
    return data + b"\0" * (-len(data) % 4)
