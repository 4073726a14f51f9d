// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/library.hpp"

#include <systemd/sd-bus.h>

namespace handoff {

/// sd-bus as its header declares it. libsystemd comes with six libraries more, which took two
/// thirds of the engine's start, and most calls of the hook ask nobody on a bus.
struct Libsystemd {
    Library library{"libsystemd.so.0"};
    decltype(sd_bus_call)* bus_call = library["sd_bus_call"];
    decltype(sd_bus_close_unref)* bus_close_unref = library["sd_bus_close_unref"];
    decltype(sd_bus_error_free)* bus_error_free = library["sd_bus_error_free"];
    decltype(sd_bus_is_ready)* bus_is_ready = library["sd_bus_is_ready"];
    decltype(sd_bus_message_append)* bus_message_append = library["sd_bus_message_append"];
    decltype(sd_bus_message_append_array)* bus_message_append_array =
        library["sd_bus_message_append_array"];
    decltype(sd_bus_message_enter_container)* bus_message_enter_container =
        library["sd_bus_message_enter_container"];
    decltype(sd_bus_message_exit_container)* bus_message_exit_container =
        library["sd_bus_message_exit_container"];
    decltype(sd_bus_message_get_destination)* bus_message_get_destination =
        library["sd_bus_message_get_destination"];
    decltype(sd_bus_message_is_signal)* bus_message_is_signal = library["sd_bus_message_is_signal"];
    decltype(sd_bus_message_new_method_call)* bus_message_new_method_call =
        library["sd_bus_message_new_method_call"];
    decltype(sd_bus_message_peek_type)* bus_message_peek_type = library["sd_bus_message_peek_type"];
    decltype(sd_bus_message_read)* bus_message_read = library["sd_bus_message_read"];
    decltype(sd_bus_message_set_auto_start)* bus_message_set_auto_start =
        library["sd_bus_message_set_auto_start"];
    decltype(sd_bus_message_skip)* bus_message_skip = library["sd_bus_message_skip"];
    decltype(sd_bus_message_unref)* bus_message_unref = library["sd_bus_message_unref"];
    decltype(sd_bus_new)* bus_new = library["sd_bus_new"];
    decltype(sd_bus_path_encode)* bus_path_encode = library["sd_bus_path_encode"];
    decltype(sd_bus_process)* bus_process = library["sd_bus_process"];
    decltype(sd_bus_set_address)* bus_set_address = library["sd_bus_set_address"];
    decltype(sd_bus_set_bus_client)* bus_set_bus_client = library["sd_bus_set_bus_client"];
    decltype(sd_bus_start)* bus_start = library["sd_bus_start"];
    decltype(sd_bus_wait)* bus_wait = library["sd_bus_wait"];
};

/// Loads it, the first time. Throws Error.
const Libsystemd& libsystemd();

} // namespace handoff
