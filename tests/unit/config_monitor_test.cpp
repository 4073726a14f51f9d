// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/catch.hpp"
#include "tests/unit/parsed_config.hpp"

using namespace handoff;

TEST_CASE("monitors are read, one or several", "[config]") {
    using Monitors = std::vector<MonitorSetting>;
    CHECK(parsed("monitor = { guest = 'hdmi-1' }").monitor == Monitors{{.guest = 0x11}});
    CHECK(parsed("monitor.guest = 0x1b\nmonitor.host = 'dp-2'").monitor ==
          Monitors{{.guest = 0x1b, .host = 0x10}});
    const Config config =
        parsed("monitor = [\n"
               "  { name = 'DELL U2720Q', serial = '7X', guest = 'dvi-2' },\n"
               "  { name = 'DELL U2720Q', serial = '8Y', guest = 255, host = 1 },\n"
               "]");
    CHECK(config.monitor ==
          Monitors{{"DELL U2720Q", "7X", 0x04, 0}, {"DELL U2720Q", "8Y", 255, 1}});
    CHECK(parsed("", config) == config);
    CHECK(parsed("monitor = []", config) == Config{});
}

TEST_CASE("a wrong monitor is named with its file, line and key", "[config]") {
    struct Case {
        std::string_view text;
        std::string_view error;
    };
    const std::string like =
        R"(; write it like { name = "DELL U2720Q", guest = "hdmi-1", host = "dp-1" })";
    const std::string input =
        " is no input; write \"hdmi-1\", \"dp-1\", \"dvi-1\", \"vga-1\" (or -2), or a number "
        "from 1 to 255";
    const auto [text, error] = GENERATE(
        Case{"monitor = 'hdmi-1'", "f:1: monitor: a monitor is not a table"},
        Case{"monitor = [{ guest = 1 },\n2]", "f:2: monitor: a monitor is not a table"},
        Case{"monitor = {}", "f:1: monitor: does not say the guest's input"},
        Case{"monitor = [{ guest = 1, name = 'A' },\n{ name = 'B' }]",
             "f:2: monitor: does not say the guest's input"},
        Case{"\nmonitor = { guest = 15, host = 'dp-1' }",
             "f:2: monitor: guest and host are the same input"},
        Case{"monitor = { guest = 1, name = '' }", "f:1: monitor.name: is not a word in quotes"},
        Case{"monitor = { guest = 1, serial = 7 }", "f:1: monitor.serial: is not a word in quotes"},
        Case{"monitor = [{ guest = 1, name = 'A' }, { guest = 1 }]",
             "f:1: monitor: one of several monitors has no name"});
    CAPTURE(text);
    CHECK(error_of(text) == std::string(error) + like);
    const std::string wrong =
        GENERATE(as<std::string>(), "'hdmi-3'", "'HDMI-1'", "''", "0", "256", "-1", "1.0", "true");
    CHECK(error_of("monitor = { guest = " + wrong + " }") == "f:1: monitor.guest:" + input);
    CHECK(error_of("monitor = { guest = 1, host = " + wrong + " }") ==
          "f:1: monitor.host:" + input);
    CHECK(error_of("monitor = { guest = 1,  input = 1 }") ==
          "f:1: monitor.input: unknown key; the keys of a monitor are guest, host, name, serial");
    const std::string serial = GENERATE(as<std::string>(), "", ", serial = '7X'");
    CHECK(error_of("monitor = [{ name = 'A', guest = 1 }, { name = 'A', guest = 2" + serial +
                   " }]") == "f:1: monitor: A is there twice; write the serial number of each");
}
