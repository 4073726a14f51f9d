// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/nodes.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/tree.hpp"

#include <algorithm>
#include <sys/sysmacros.h>

using namespace handoff;

namespace {

const std::string gpu = "0000:01:00.0";
const std::string function = "sys/bus/pci/devices/" + gpu;

bool has(const std::vector<Node>& nodes, unsigned major, unsigned minor, const std::string& path) {
    return std::ranges::find(nodes, Node{makedev(major, minor), path}) != nodes.end();
}

void add_node(const Tree& tree, const std::string& place, const std::string& subsystem,
              const std::string& number, const std::string& name) {
    tree.file(place + "/dev", number + "\n");
    tree.file(place + "/uevent", "MAJOR=1\nDEVNAME=" + name + "\nDEVTYPE=x\n");
    tree.link(place + "/subsystem", "../../class/" + subsystem);
}

} // namespace

TEST_CASE("a function's nodes are all character devices below it, however deep") {
    const Tree tree;
    add_node(tree, function + "/drm/card1", "drm", "226:1", "dri/card1");
    add_node(tree, function + "/i2c-5/i2c-dev/i2c-5", "i2c-dev", "89:5", "i2c-5");
    add_node(tree, function + "/usb1/1-1/host2/block/sdb", "block", "8:16", "sdb");
    add_node(tree, function + "/usb1/1-2", "usb", "189:1", "bus/usb/001/002");
    add_node(tree, function + "/usb1/1-2/1-2:1.0/0003:046D:C52B.0001/hidraw/hidraw3", "hidraw",
             "240:3", "hidraw3");
    add_node(tree, function + "/usb1/1-2/1-2:1.0/input/input7/event7", "input", "13:71",
             "input/event7");
    add_node(tree, function + "/drm/card1/card1-DP-1/drm_dp_aux0", "drm_dp_aux_dev", "238:0",
             "drm_dp_aux0");
    tree.link(function + "/drm/card1/device", "../../../" + gpu); // no way round in circles
    const std::vector<Node> nodes = nodes_of_function(tree.roots, gpu);
    CHECK(nodes.size() == 6);
    CHECK(has(nodes, 226, 1, "/dev/dri/card1"));
    CHECK(has(nodes, 89, 5, "/dev/i2c-5"));
    CHECK(has(nodes, 189, 1, "/dev/bus/usb/001/002"));
    CHECK(has(nodes, 240, 3, "/dev/hidraw3"));
    CHECK(has(nodes, 13, 71, "/dev/input/event7"));
    CHECK(has(nodes, 238, 0, "/dev/drm_dp_aux0"));
}

TEST_CASE("a function's NVIDIA node is found by its minor, its vfio group by the group's number") {
    const Tree tree;
    tree.folder(function);
    tree.file("proc/driver/nvidia/gpus/" + gpu + "/information",
              "Model: \t\t A Card\nIRQ:   \t\t 44\nDevice Minor: \t 3\nGPU Excluded:\t No\n");
    tree.link(function + "/iommu_group", "../../../kernel/iommu_groups/17");
    tree.file("sys/class/vfio/17/dev", "243:0\n");
    const std::vector<Node> nodes = nodes_of_function(tree.roots, gpu);
    CHECK(nodes.size() == 2);
    CHECK(has(nodes, 195, 3, "/dev/nvidia3"));
    CHECK(has(nodes, 243, 0, "/dev/vfio/17"));
}

TEST_CASE("text of the kernel's that is not understood is no node") {
    const Tree tree;
    add_node(tree, function + "/drm/card1", "drm", "226:", "dri/card1");
    add_node(tree, function + "/drm/card2", "drm", "two:2", "dri/card2");
    tree.file("proc/driver/nvidia/gpus/" + gpu + "/information", "Device Minor:");
    CHECK(nodes_of_function(tree.roots, gpu).empty());
    CHECK(nodes_of_function(tree.roots, "0000:09:00.0").empty());
}

TEST_CASE("a module's nodes are those of the functions that its drivers have") {
    const Tree tree;
    tree.link("sys/module/amdgpu/drivers/pci:amdgpu", "../../../bus/pci/drivers/amdgpu");
    tree.link("sys/bus/pci/drivers/amdgpu/" + gpu, "../../../../devices/" + gpu);
    tree.file("sys/bus/pci/drivers/amdgpu/bind", "");
    add_node(tree, function + "/drm/card1", "drm", "226:1", "dri/card1");
    tree.file("sys/class/kfd/kfd/dev", "235:0\n");
    const std::vector<Node> nodes = nodes_of_modules(tree.roots, {"amdgpu"});
    CHECK(nodes.size() == 2);
    CHECK(has(nodes, 226, 1, "/dev/dri/card1"));
    CHECK(has(nodes, 235, 0, "/dev/kfd"));
    CHECK(nodes_of_modules(tree.roots, {"i915"}).empty());
}
