// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace handoff {

inline constexpr const char* system_libvirt = "qemu:///system";

struct DoctorRequest {
    std::string domain;    ///< name or uuid; empty: none
    std::string directory; ///< where to save; empty: nowhere
    std::string uri = system_libvirt;
    bool json = false;
};

struct HistoryRequest {
    std::optional<std::string> domain; ///< name or uuid
    bool all = false;
    bool json = false;
};

struct KeepRequest {
    std::string domain; ///< name or uuid; empty: all of them
};

struct ListRequest {
    std::string uri = system_libvirt;
    bool json = false;
};

struct PlanRequest {
    std::string domain; ///< name or uuid
    std::string uri = system_libvirt;
    bool json = false;
};

struct RecoverRequest {
    std::optional<std::string> domain; ///< name or uuid
    bool json = false;
};

struct ReserveRequest {
    std::string gpu; ///< as typed
    bool remove = false;
    bool json = false;
};

struct SetupRequest {
    std::string domain; ///< name or uuid
    std::string uri = system_libvirt;
    std::string gpu;      ///< empty: the one that the domain has, or the only one
    std::string keyboard; ///< node; empty: none
    std::string mouse;
    bool hide_kvm = false;
    bool remove = false;
    bool dry_run = false;
    bool yes = false; ///< does not ask
};

struct StatusRequest {
    bool json = false;
};

struct TryRequest {
    std::string domain; ///< name or uuid
    std::chrono::seconds time{180};
    std::string uri = system_libvirt;
};

/// Each does what its subcommand was asked for, and returns the exit code. Throws Error for a
/// refusal.
int run_doctor(const DoctorRequest& asked);
int run_history(const HistoryRequest& asked);
int run_keep(const KeepRequest& asked);
int run_list(const ListRequest& asked);
int run_plan(const PlanRequest& asked);
int run_recover(const RecoverRequest& asked);
int run_reserve(const ReserveRequest& asked);
int run_setup(const SetupRequest& asked);
int run_status(const StatusRequest& asked);
int run_try(const TryRequest& asked);

/// Throws Error when the command is not run by root.
void require_root(const char* command);

} // namespace handoff
