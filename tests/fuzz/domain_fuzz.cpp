// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/address.hpp"
#include "libhandoff/domain.hpp"
#include "libhandoff/error.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace handoff;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const Domain domain = parse_domain(text_of(data, size));
        expect(!domain.name.empty());
        expect(domain.uuid.size() == 36);
        expect(domain.uuid.find_first_not_of("0123456789abcdef-") == std::string::npos);
        for (const std::string& address : domain.hostdevs)
            expect(parse_address(address) == address);
    } catch (const Error& error) {
        expect(std::string_view(error.what()).starts_with("domain "));
    }
    return 0;
}
