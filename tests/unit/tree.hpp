// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/sysfs.hpp"
#include "tests/unit/temporary.hpp"

#include <filesystem>
#include <fstream>
#include <string>

/// A machine's /sys, /proc, /dev and /run as files of one test's own.
class Tree {
public:
    Tree() {
        roots.sys = directory_.path() / "sys";
        roots.proc = directory_.path() / "proc";
        roots.dev = directory_.path() / "dev";
        roots.run = directory_.path() / "run";
        roots.etc = directory_.path() / "etc";
        roots.host_etc = roots.etc;
        roots.usr = directory_.path() / "usr";
        roots.state = directory_.path() / "state";
        roots.boot = directory_.path() / "boot";
    }

    /// A file with its directories: file("sys/module/nvidia/initstate", "live\n").
    void file(const std::string& path, const std::string& text) const {
        const std::filesystem::path full = directory_.path() / path;
        std::filesystem::create_directories(full.parent_path());
        std::ofstream(full) << text;
    }

    /// A symbolic link, of which only the last part of the target matters.
    void link(const std::string& path, const std::string& target) const {
        const std::filesystem::path full = directory_.path() / path;
        std::filesystem::create_directories(full.parent_path());
        std::filesystem::create_symlink(target, full);
    }

    void folder(const std::string& path) const {
        std::filesystem::create_directories(directory_.path() / path);
    }

    handoff::Roots roots;

private:
    Temporary directory_;
};
