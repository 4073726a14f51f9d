// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/uses.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/tree.hpp"

using namespace handoff;

namespace {

const std::string usb = "0000:01:00.2";
const std::string function = "sys/bus/pci/devices/" + usb;
const std::string disk = function + "/usb1/1-1/host2/block/sdb";

/// A USB controller with a disk of one partition.
void plug_in(const Tree& tree) {
    tree.file(disk + "/dev", "8:16\n");
    tree.link(disk + "/subsystem", "../../../../class/block");
    tree.file(disk + "/sdb1/dev", "8:17\n");
    tree.link(disk + "/sdb1/subsystem", "../../../../../class/block");
}

std::vector<std::string> uses(const Tree& tree) {
    return uses_of(tree.roots, devices_below(tree.roots, usb));
}

} // namespace

TEST_CASE("a disk that nobody uses is no use") {
    const Tree tree;
    plug_in(tree);
    tree.file("proc/self/mountinfo", "22 1 8:2 / / rw - ext4 /dev/sda2 rw\n");
    tree.file("proc/swaps", "Filename Type Size Used Priority\n/dev/sda3 partition 1 0 -2\n");
    CHECK(uses(tree).empty());
}

TEST_CASE("a mounted partition, swap, and a member of a device mapper or RAID device are uses") {
    const Tree tree;
    plug_in(tree);
    SECTION("mounted, by the device's number") {
        tree.file("proc/self/mountinfo", "22 1 8:17 / /media/stick rw - ext4 /dev/other rw\n");
        CHECK(uses(tree) == std::vector<std::string>{"/media/stick is mounted from /dev/sdb1"});
    }
    SECTION("mounted, by the node's name: btrfs has numbers of its own") {
        tree.file("proc/self/mountinfo", "22 1 0:40 / /home rw - btrfs /dev/sdb1 rw\n");
        CHECK(uses(tree) == std::vector<std::string>{"/home is mounted from /dev/sdb1"});
    }
    SECTION("swap") {
        tree.file("proc/swaps", "Filename Type\n/dev/sdb1 partition 1 0 -2\n");
        CHECK(uses(tree) == std::vector<std::string>{"/dev/sdb1 is swap"});
    }
    SECTION("member") {
        tree.link(disk + "/sdb1/holders/dm-0", "../../dm-0");
        CHECK(uses(tree) == std::vector<std::string>{"/dev/sdb1 belongs to dm-0"});
    }
}

TEST_CASE("an NVMe disk behind multipath is known by the name it is mounted under") {
    const Tree tree;
    const std::string path = function + "/nvme/nvme0/nvme0c0n1";
    tree.link(path + "/subsystem", "../../class/block");
    tree.file("sys/class/block/nvme0n1/dev", "259:3\n");
    tree.file("proc/self/mountinfo", "22 1 259:3 / /games rw - ext4 /dev/mapper/x rw\n");
    CHECK(uses(tree) == std::vector<std::string>{"/games is mounted from /dev/nvme0n1"});
    tree.file("sys/class/block/nvme0n1/nvme0n1p2/partition", "2\n");
    tree.file("sys/class/block/nvme0n1/nvme0n1p2/dev", "259:5\n");
    tree.file("proc/self/mountinfo", "22 1 259:5 / /home rw - ext4 /dev/mapper/x rw\n");
    CHECK(uses(tree) == std::vector<std::string>{"/home is mounted from /dev/nvme0n1p2"});
}

TEST_CASE("a network interface with an address is a use") {
    const Tree tree;
    tree.link(function + "/net/lo/subsystem", "../../class/net"); // the one every machine has
    CHECK(uses(tree) == std::vector<std::string>{"lo has an address"});
    const Tree without;
    without.link(function + "/net/no-such-if/subsystem", "../../class/net");
    CHECK(uses(without).empty());
}

TEST_CASE("a function without anything below has no uses") {
    const Tree tree;
    CHECK(uses(tree).empty());
    tree.folder(function);
    CHECK(uses(tree).empty());
}
