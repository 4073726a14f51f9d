// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/screens.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/tree.hpp"

using namespace handoff;

TEST_CASE("a connector is a way out if it has a screen, or may have one", "[screens]") {
    const Tree tree;
    tree.folder("sys/devices/0000:00:02.0");
    tree.folder("sys/devices/0000:01:00.0");
    tree.folder("sys/devices/0000:03:00.0");
    tree.link("sys/class/drm/card0/device", "../../../devices/0000:00:02.0");
    tree.link("sys/class/drm/card1/device", "../../../devices/0000:01:00.0");
    tree.link("sys/class/drm/card2/device", "../../../devices/0000:03:00.0");
    tree.link("sys/class/drm/renderD128/device", "../../../devices/0000:00:02.0");
    tree.file("sys/class/drm/card0-eDP-1/status", "connected\n");
    tree.file("sys/class/drm/card0-eDP-1/enabled", "enabled\n");
    tree.file("sys/class/drm/card0-eDP-1/dpms", "On\n");
    tree.file("sys/class/drm/card0-DP-1/status", "disconnected\n");
    tree.file("sys/class/drm/card0-Writeback-1/status", "unknown\n");
    tree.file("sys/class/drm/card2-Virtual-1/status", "unknown\n");
    tree.folder("sys/class/drm/card2-DP-2");
    tree.link("sys/class/drm/card3/device", "../../../devices/0000:04:00.0");
    tree.folder("sys/devices/0000:04:00.0");
    tree.link("sys/bus/pci/devices/0000:04:00.0/driver", "../../drivers/nvidia"); // modeset=0
    CHECK(screens(tree.roots) == std::map<std::string, std::vector<std::string>>{
                                     {"0000:00:02.0", {"eDP-1"}},
                                     {"0000:01:00.0", {}},
                                     {"0000:03:00.0", {"Virtual-1"}},
                                     {"0000:04:00.0", {"unknown"}},
                                 });
    tree.file("sys/module/nvidia_drm/parameters/modeset", "Y\n"); // it has no outputs
    CHECK(screens(tree.roots).at("0000:04:00.0").empty());
    CHECK(connectors(tree.roots) ==
          std::map<std::string, std::vector<Connector>>{
              {"0000:00:02.0", {{"DP-1", "disconnected", false}, {"eDP-1", "connected", true}}},
              {"0000:01:00.0", {}},
              {"0000:03:00.0", {{"Virtual-1", "unknown", false}}},
              {"0000:04:00.0", {}},
          });
    tree.file("sys/class/drm/card0-eDP-1/dpms", "Off\n");
    CHECK_FALSE(connectors(tree.roots).at("0000:00:02.0").back().lit);
}
