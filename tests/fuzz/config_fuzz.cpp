// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/address.hpp"
#include "libhandoff/config.hpp"
#include "libhandoff/error.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace handoff;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const Config config = parse_config(text_of(data, size), "file", {});
        expect(config.timeout.count() >= 1 && config.timeout.count() <= 600);
        expect(!config.devices || !config.devices->empty());
        if (config.devices)
            for (const std::string& address : *config.devices)
                expect(parse_address(address) == address);
        for (const MonitorSetting& monitor : config.monitor)
            expect(monitor.guest >= 1 && monitor.guest <= 255 && monitor.guest != monitor.host);
    } catch (const Error& error) {
        expect(std::string_view(error.what()).starts_with("file:"));
    }
    return 0;
}
