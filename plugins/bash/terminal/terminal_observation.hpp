#pragma once
#include <string>

#include "terminal/terminal.hpp"

namespace collet::bash {

/// Facts of the host that every observation names.
struct HostNames {
  std::string user, host;
};
HostNames host_names();

/// The TerminalObservation as JSON, without `kind`. Pure.
std::string terminal_observation(const TerminalResult& result, const HostNames& names,
                                 const std::string& save_dir);

}  // namespace collet::bash
