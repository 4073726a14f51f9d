// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

// pidfd_open(2), pidfd_send_signal(2). The header of glibc 2.36 forgets that there is C++.
#include <csignal>
#include <fcntl.h>
#include <sys/types.h>
extern "C" {
#include <sys/pidfd.h>
}
