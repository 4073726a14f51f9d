// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/catch.hpp"
#include "tests/unit/parsed_config.hpp"

using namespace handoff;

namespace {

using Devices = std::vector<std::string>;

} // namespace

TEST_CASE("an empty file means the defaults", "[config]") {
    const Config config = parsed("");
    CHECK(config == Config{});
    CHECK_FALSE(config.devices);
    CHECK(config.unload == Unload::automatic);
    CHECK(config.timeout == std::chrono::seconds(25));
    CHECK(parsed("# only a comment\n\n") == config);
    CHECK(parsed("\xEF\xBB\xBF") == config);
    CHECK(parsed("# caf\xC3\xA9 \xF0\x9F\x98\x80\r\n") == config);
}

TEST_CASE("every key is read", "[config]") {
    const Config config = parsed("devices = ['0000:01:00.0', '0A:00.1']\n"
                                 "unload = \"always\"\ntimeout_s = 600\ndisplay = 'stop'\n"
                                 "on_busy = 'terminate'\n"
                                 "stop_units = ['a@b.service', 'user@1000:app-x\\x2d1.service']\n");
    CHECK(config.devices == Devices{"0000:01:00.0", "0000:0a:00.1"});
    CHECK(config.unload == Unload::always);
    CHECK(config.timeout == std::chrono::seconds(600));
    CHECK(config.display == Display::stop);
    CHECK(config.on_busy == OnBusy::terminate);
    CHECK(config.stop_units ==
          std::vector<std::string>{"a@b.service", "user@1000:app-x\\x2d1.service"});
    CHECK(parsed("display = 'keep'").display == Display::keep);
    CHECK(parsed("unload = 'never'\n").unload == Unload::never);
    CHECK(parsed("timeout_s = 1\r\n").timeout == std::chrono::seconds(1));
}

TEST_CASE("what a file does not say stays, and auto takes back", "[config]") {
    const Config base = parsed("devices = ['01:00.0']\nunload = 'never'\ntimeout_s = 9\n");
    CHECK(parsed("", base) == base);
    CHECK(parsed("timeout_s = 10", base).devices == base.devices);
    CHECK(parsed("timeout_s = 10", base).timeout == std::chrono::seconds(10));
    CHECK(parsed("devices = 'auto'\nunload = 'auto'\ntimeout_s = 25", base) == Config{});
}

TEST_CASE("a wrong key, type or value is named with its file and line", "[config]") {
    struct Case {
        std::string_view text;
        std::string_view error;
    };
    const auto [text, error] = GENERATE(
        Case{"\nscreen = 'auto'",
             "f:2: screen: unknown key; "
             "the keys are devices, display, monitor, on_busy, stop_units, timeout_s, unload"},
        Case{"[vm]\nunload = 'auto'",
             "f:1: there are no [sections] here; write lines of KEY = VALUE"},
        Case{"\xEF\xBB\xBF \t[=", "f:1: there are no [sections] here; write lines of KEY = VALUE"},
        Case{"# \xC3\xA9\nunload = 'nev\xC3\xA9r'", "f:2: unload: \"nev??r\" is unknown; "
                                                    "write \"auto\", \"always\" or \"never\""},
        Case{"# caf\xC3\xA9\n# caf\xE9", "f:2: is not UTF-8; save the file as UTF-8"},
        Case{"\n\xED\xA0\x80", "f:2: is not UTF-8; save the file as UTF-8"},
        Case{"\nunload = '\xC0\xAF'", "f:2: is not UTF-8; save the file as UTF-8"},
        Case{"unload = 'auto' # \xE2\x82", "f:1: is not UTF-8; save the file as UTF-8"},
        Case{"\n[[", "f:2: there are no [sections] here; write lines of KEY = VALUE"},
        Case{"Unload = 'auto'", "f:1: Unload: unknown key; the keys are devices, display, monitor, "
                                "on_busy, stop_units, timeout_s, unload"},
        Case{"\n\nunload = 1", "f:3: unload: is not a word in quotes; "
                               "write \"auto\", \"always\" or \"never\""},
        Case{"unload = 'Auto'", "f:1: unload: \"Auto\" is unknown; "
                                "write \"auto\", \"always\" or \"never\""},
        Case{"unload.x = 'auto'", "f:1: unload: is not a word in quotes; "
                                  "write \"auto\", \"always\" or \"never\""},
        Case{"display = 'off'", "f:1: display: \"off\" is unknown; "
                                "write \"auto\", \"keep\" or \"stop\""},
        Case{"on_busy = 'kill'", "f:1: on_busy: \"kill\" is unknown; "
                                 "write \"refuse\" or \"terminate\""},
        Case{"stop_units = 'a.service'",
             "f:1: stop_units: is not a list; write them like [\"ollama.service\"]"},
        Case{"stop_units = [1]",
             "f:1: stop_units: a unit is not in quotes; write them like [\"ollama.service\"]"},
        Case{"stop_units = ['../a.service']", "f:1: stop_units: \"../a.service\" is no service; "
                                              "write them like [\"ollama.service\"]"},
        Case{"stop_units = ['user@ann:a.service']",
             "f:1: stop_units: \"user@ann:a.service\" is no service; "
             "write them like [\"ollama.service\"]"},
        Case{"stop_units = ['sleep.target']", "f:1: stop_units: \"sleep.target\" is no service; "
                                              "write them like [\"ollama.service\"]"},
        Case{"timeout_s = '25'", "f:1: timeout_s: is not a whole number; "
                                 "write a whole number of seconds from 1 to 600"},
        Case{"timeout_s = 25.0", "f:1: timeout_s: is not a whole number; "
                                 "write a whole number of seconds from 1 to 600"},
        Case{"timeout_s = true", "f:1: timeout_s: is not a whole number; "
                                 "write a whole number of seconds from 1 to 600"},
        Case{"timeout_s = 0", "f:1: timeout_s: 0 is out of range; "
                              "write a whole number of seconds from 1 to 600"},
        Case{"timeout_s = 601", "f:1: timeout_s: 601 is out of range; "
                                "write a whole number of seconds from 1 to 600"},
        Case{"timeout_s = -9223372036854775808",
             "f:1: timeout_s: -9223372036854775808 is out of range; "
             "write a whole number of seconds from 1 to 600"},
        Case{"devices = 1",
             "f:1: devices: is neither \"auto\" nor a list; write \"auto\" or [\"0000:01:00.0\"]"},
        Case{"devices = 'all'",
             "f:1: devices: is neither \"auto\" nor a list; write \"auto\" or [\"0000:01:00.0\"]"},
        Case{"devices = []", "f:1: devices: the list is empty; write \"auto\" or the addresses"},
        Case{"devices = ['01:00.0',\n'0000:01:00']",
             "f:2: devices: \"0000:01:00\" is no PCI address; "
             "write them like \"0000:01:00.0\" (lspci -D lists them)"},
        Case{"devices = [\n'01:00.0',\n1]",
             "f:3: devices: an address is not in quotes; "
             "write them like \"0000:01:00.0\" (lspci -D lists them)"},
        Case{"devices = ['auto']", "f:1: devices: \"auto\" is no PCI address; "
                                   "write them like \"0000:01:00.0\" (lspci -D lists them)"},
        Case{"devices = ['0a:00.0',\n\n'0000:0A:00.0']",
             "f:3: devices: 0000:0a:00.0 is there twice; remove one of them"});
    CAPTURE(text);
    CHECK(error_of(text) == error);
}

TEST_CASE("what is not TOML is named with its file and line", "[config]") {
    using Catch::Matchers::EndsWith;
    using Catch::Matchers::StartsWith;
    using namespace std::string_literals;
    const auto text =
        GENERATE(as<std::string>{}, "\nunload", "\nunload = auto", "\nunload = 'auto",
                 "\n\xEF\xBB\xBB", "\ndevices = ['01:00.0'", "\n<xml/>", "\n= 1",
                 "\ntimeout_s = 99999999999999999999", "\n\x01", "\nunload = 'auto' timeout_s = 1");
    CAPTURE(text);
    CHECK_THAT(error_of(text), StartsWith("f:2: "));
    CHECK_THAT(error_of(text), EndsWith("; correct the line (the file is TOML)"));
    CHECK_THAT(error_of("\nunload = 'auto'\nunload = 'auto'"), StartsWith("f:3: "));
    CHECK_THAT(error_of("\n\0"s), StartsWith("f:2: "));
}

TEST_CASE("deep and long lines are refused before they are parsed", "[config]") {
    std::string keys = "\na";
    for (int i = 0; i < 100000; ++i)
        keys += ".a";
    CHECK(error_of(keys + " = 1") == "f:2: is longer than 4096 bytes; break the line");
    CHECK(error_of(std::string(4096, '#')) == "no error");
    CHECK(error_of("devices = " + std::string(4000, '[')) != "no error");
}
