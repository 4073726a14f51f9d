// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/fuzz/fuzz.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace {

/// Runs the target on every file of the directory; false if there is none.
bool replay(const std::filesystem::path& corpus) {
    bool any = false;
    for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string text(std::istreambuf_iterator<char>(file), {});
        std::cout << entry.path().filename().string() << ": " << text.size() << " bytes\n"
                  << std::flush;
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
        any = true;
    }
    return any;
}

} // namespace

int main(int argc, char** argv) {
    try {
        if (argc == 2 && replay(argv[1]))
            return 0;
        std::cerr << "usage: " << argv[0] << " CORPUS (a directory with at least one file)\n";
    } catch (const std::exception& error) {
        std::cerr << argv[1] << ": " << error.what() << '\n';
    }
    return 1;
}
