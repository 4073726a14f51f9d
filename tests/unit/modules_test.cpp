// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/modules.hpp"

#include "libhandoff/keep_out.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/tree.hpp"

using namespace handoff;

TEST_CASE("a module's state is its parameters, one word each") {
    const Tree tree;
    CHECK(module_state(tree.roots, "nvidia") == "unloaded");
    tree.file("sys/module/nvidia/parameters/b", "1\n");
    CHECK(module_state(tree.roots, "nvidia") == "unloaded"); // built in: there is no initstate
    tree.file("sys/module/nvidia/initstate", "live\n");
    tree.file("sys/module/nvidia/parameters/a", "two words\\\n");
    CHECK(module_state(tree.roots, "nvidia") == "loaded a=two\\x20words\\x5c b=1");
    tree.file("sys/module/nvidia/initstate", "going\n");
    CHECK(module_state(tree.roots, "nvidia") == "unloaded");
}

TEST_CASE("parameters of NVIDIA's that have no file in sysfs are in a file of its own") {
    const Tree tree;
    tree.file("sys/module/nvidia/initstate", "live\n");
    tree.file("sys/module/nvidia_drm/initstate", "live\n");
    tree.file("sys/module/nvidia/parameters/NVreg_Seen", "Y\n");
    tree.file("proc/driver/nvidia/params",
              "EnableMSI: 1\nResmanDebugLevel: 4294967295\nSeen: 1\n"
              "RegistryDwords: \"\"\nRmMsg: \"two words\"\nno line of this kind\n");
    CHECK(module_state(tree.roots, "nvidia") ==
          "loaded NVreg_EnableMSI=1 NVreg_RegistryDwords= NVreg_ResmanDebugLevel=-1 "
          "NVreg_RmMsg=two\\x20words NVreg_Seen=Y");
    CHECK(module_state(tree.roots, "nvidia_drm") == "loaded");
}

TEST_CASE("a stack is unloaded from its leaves, each module once") {
    const Tree tree;
    const auto holds = [&](const std::string& upper, const std::string& lower) {
        tree.link("sys/module/" + lower + "/holders/" + upper, "../../" + upper);
    };
    holds("nvidia_modeset", "nvidia");
    holds("nvidia_uvm", "nvidia");
    holds("nvidia_drm", "nvidia_modeset");
    holds("nvidia_drm", "nvidia");
    const std::vector<std::string> order = unload_order(tree.roots, "nvidia");
    CHECK(order ==
          std::vector<std::string>{"nvidia_drm", "nvidia_modeset", "nvidia_uvm", "nvidia"});
}

TEST_CASE("a module is kept out by a file of ours, which goes again") {
    const Tree tree;
    CHECK_FALSE(anything_kept_out(tree.roots));
    tree.file("run/modprobe.d/other.conf", "options x y=1\n");
    CHECK_FALSE(anything_kept_out(tree.roots));
    keep_out(tree.roots, "nvidia");
    keep_out(tree.roots, "nvidia");
    CHECK(anything_kept_out(tree.roots));
    CHECK(read_file(tree.roots.run / "modprobe.d/00-gpu-handoff-nvidia.conf")
              .value()
              .ends_with("\ninstall nvidia /bin/false\n"));
    let_in(tree.roots, "nvidia");
    let_in(tree.roots, "nvidia");
    CHECK_FALSE(anything_kept_out(tree.roots));
}
