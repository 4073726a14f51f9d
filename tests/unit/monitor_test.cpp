// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/monitor.hpp"

#include "tests/unit/catch.hpp"

#include <stdexcept>

using namespace handoff;

namespace {

/// Screens on a desk.
class Desk : public Monitors {
public:
    struct Screen {
        Monitor monitor;
        int input = 0x0f;
        bool broken = false;
    };

    explicit Desk(std::vector<Screen> screens) : screens_(std::move(screens)) {
        for (const Screen& screen : screens_)
            monitors_.push_back(screen.monitor);
    }

    [[nodiscard]] const std::vector<Monitor>& all() const override { return monitors_; }
    int input(std::size_t monitor) override { return working(monitor).input; }
    void set_input(std::size_t monitor, int input) override { working(monitor).input = input; }

    [[nodiscard]] std::vector<int> inputs() const {
        std::vector<int> all;
        for (const Screen& screen : screens_)
            all.push_back(screen.input);
        return all;
    }

private:
    Screen& working(std::size_t monitor) {
        if (screens_.at(monitor).broken)
            throw std::runtime_error("cable");
        return screens_.at(monitor);
    }

    std::vector<Screen> screens_;
    std::vector<Monitor> monitors_;
};

const Desk::Screen dell{{"DELL U2720Q", "7X"}};
const Desk::Screen other_dell{{"DELL U2720Q", "8Y"}};
const Desk::Screen panel{{"", "", false}};

using Texts = std::vector<std::string>;
using Returns = std::vector<MonitorReturn>;

/// What became of switching to the guest, and what was kept.
struct Told {
    Switched switched;
    Returns kept;
};

Told to_guest(Desk& desk, const std::vector<MonitorSetting>& wanted) {
    Told told;
    told.switched = switch_to_guest(desk, wanted,
                                    [&](const MonitorReturn& back) { told.kept.push_back(back); });
    return told;
}

std::string problem_of(Desk desk, const MonitorSetting& wanted) {
    const std::vector<int> before = desk.inputs();
    const Told told = to_guest(desk, {wanted});
    CHECK(told.switched.done.empty());
    CHECK(desk.inputs() == before);
    return told.switched.problems.size() == 1 ? told.switched.problems.front() : "not one problem";
}

} // namespace

TEST_CASE("inputs have the names of MCCS, others their number", "[monitor]") {
    CHECK(input_of("vga-1") == 0x01);
    CHECK(input_of("dvi-2") == 0x04);
    CHECK(input_of("dp-1") == 0x0f);
    CHECK(input_of("hdmi-2") == 0x12);
    CHECK_FALSE(input_of("hdmi-3"));
    CHECK_FALSE(input_of(""));
    CHECK(name_of_input(0x10) == "dp-2");
    CHECK(name_of_input(0x1b) == "0x1b");
    CHECK(name_of_input(5) == "0x05");
}

TEST_CASE("the only screen that answers needs no name, and returns to where it was", "[monitor]") {
    Desk desk({panel, dell});
    const Told told = to_guest(desk, {{.guest = 0x11}});
    CHECK(desk.inputs() == std::vector<int>{0x0f, 0x11});
    CHECK(told.kept == Returns{{"DELL U2720Q", "7X", 0x0f}});
    CHECK(told.switched.done == Texts{"monitor DELL U2720Q 7X: dp-1 -> hdmi-1"});
    CHECK(told.switched.problems.empty());

    const Switched back = switch_back(desk, told.kept);
    CHECK(desk.inputs() == std::vector<int>{0x0f, 0x0f});
    CHECK(back.done == Texts{"monitor DELL U2720Q 7X: -> dp-1"});
    CHECK(back.problems.empty());
}

TEST_CASE("the host's input of the file stands over the one that was shown", "[monitor]") {
    Desk desk({dell});
    CHECK(to_guest(desk, {{.guest = 0x11, .host = 0x1b}}).kept ==
          Returns{{"DELL U2720Q", "7X", 0x1b}});
}

TEST_CASE("two equal screens are told apart by their serial numbers", "[monitor]") {
    Desk desk({dell, other_dell});
    const Told told = to_guest(desk, {{.name = "DELL U2720Q", .serial = "8Y", .guest = 0x11}});
    CHECK(desk.inputs() == std::vector<int>{0x0f, 0x11});
    switch_back(desk, told.kept);
    CHECK(desk.inputs() == std::vector<int>{0x0f, 0x0f});
}

TEST_CASE("where a screen returns to is kept before it is switched", "[monitor]") {
    Desk desk({dell});
    const Switched switched = switch_to_guest(desk, {{.guest = 0x11}}, [&](const MonitorReturn&) {
        CHECK(desk.inputs() == std::vector<int>{0x0f});
        throw std::runtime_error("no space left");
    });
    CHECK(desk.inputs() == std::vector<int>{0x0f});
    CHECK(switched.problems == Texts{"monitor: not switched: no space left"});
}

TEST_CASE("what is wrong with a screen is one line, and it stays as it is", "[monitor]") {
    const MonitorSetting any{.guest = 0x11};
    CHECK(problem_of(Desk({}), any) == "monitor: no screen is wired to the host; wire it to the "
                                       "host too, not only to the guest's card");
    CHECK(problem_of(Desk({panel}), any) ==
          "monitor: does not answer over DDC/CI; turn DDC/CI on in the screen's menu");
    CHECK(problem_of(Desk({dell, other_dell}), any) ==
          "monitor: may be any of DELL U2720Q 7X, DELL U2720Q 8Y; write the name and serial of the "
          "one that is meant");
    CHECK(problem_of(Desk({dell, {{"DELL U2720Q", "7X", true, true}}}),
                     {.name = "EV2455", .guest = 0x11}) ==
          "monitor EV2455: is not among the host's screens; write one of their names: DELL U2720Q "
          "7X");
    CHECK(problem_of(Desk({dell}), {.name = "DELL U2720Q", .serial = "8Y", .guest = 0x11}) ==
          "monitor DELL U2720Q 8Y: is not among the host's screens; write one of their names: DELL "
          "U2720Q 7X");
    CHECK(problem_of(Desk({{dell.monitor, 0}}), any) ==
          "monitor DELL U2720Q 7X: does not say which input it shows, and is left alone; write the "
          "host's input");
    CHECK(problem_of(Desk({{dell.monitor, 0x0f, true}}), any) ==
          "monitor DELL U2720Q 7X: does not say which input it shows (cable), and is left alone; "
          "write the host's input");
    CHECK(problem_of(Desk({{dell.monitor, 0x0f, true}}), {.guest = 0x11, .host = 0x0f}) ==
          "monitor: not switched: cable");
}

TEST_CASE(
    "a screen that shows the guest's input already is left alone, unless the file has the host's",
    "[monitor]") {
    CHECK(
        problem_of(Desk({{dell.monitor, 0x11}}), {.guest = 0x11}) ==
        "monitor DELL U2720Q 7X: shows hdmi-1 already, and is left alone; write the host's input");
    Desk desk({{dell.monitor, 0x11}});
    CHECK(to_guest(desk, {{.guest = 0x11, .host = 0x0f}}).kept ==
          Returns{{"DELL U2720Q", "7X", 0x0f}});
}

TEST_CASE("a screen is asked by the host's cable, and by the guest's only if that is mute",
          "[monitor]") {
    const Returns back{{"DELL U2720Q", "7X", 0x0f}};
    const Desk::Screen by_guests_cable{{"DELL U2720Q", "7X", true, true}, 0x11};
    Desk both({by_guests_cable, {dell.monitor, 0x11}});
    CHECK(switch_back(both, back).problems.empty());
    CHECK(both.inputs() == std::vector<int>{0x11, 0x0f});
    Desk mute({{{"DELL U2720Q", "7X", false}, 0x11}, by_guests_cable});
    CHECK(switch_back(mute, back).problems.empty());
    CHECK(mute.inputs() == std::vector<int>{0x11, 0x0f});
}

TEST_CASE("one screen's trouble is not another's", "[monitor]") {
    Desk desk({{dell.monitor, 0x0f, true}, {{"EV2455", ""}, 0x0f}});
    const Told told = to_guest(desk, {{.name = "DELL U2720Q", .guest = 0x11, .host = 0x0f},
                                      {.name = "EV2455", .guest = 0x12}});
    CHECK(desk.inputs() == std::vector<int>{0x0f, 0x12});
    CHECK(told.switched.problems.size() == 1);
    const Switched back = switch_back(desk, told.kept);
    CHECK(desk.inputs() == std::vector<int>{0x0f, 0x0f});
    CHECK(back.done == Texts{"monitor EV2455: -> dp-1"});
    CHECK(back.problems == Texts{"monitor DELL U2720Q 7X: not switched back: cable"});
}
