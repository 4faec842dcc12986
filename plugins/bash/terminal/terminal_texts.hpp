// The terminal tool's words. Pure functions.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace collet::bash {

/// "1.0", "0.5", "30.0".
std::string seconds_text(double seconds);

std::string completed_suffix(int exit_code);
/// `reason`: a sentence about why the call ends before its command.
std::string still_running_suffix(const std::string& reason);
std::string several_commands_text(const std::vector<std::string>& commands);
/// `output`: what was printed before.
std::string shell_ended_text(int status, std::string output);

/// What a key's name ("C-c", "Enter", "Up") sends; nothing when it is none.
std::optional<std::string> key_bytes(std::string_view name);

}  // namespace collet::bash
