// Paths that requests name, and what is answered when the system refuses something. Any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace collet::file {

/// The path without doubled slashes, "." and a slash at its end; ".." stays, as a symbolic link may be before
/// it. Throws a Refusal (400) unless it is absolute and short enough.
std::string absolute_path(std::string_view text);

/// Throws what is answered for an error number of the system: 403, 404, 400, 413, 507 (no space), each with
/// one line that names the path; std::system_error (500) for all that is nobody's mistake.
[[noreturn]] void refuse(int error, const std::string& path);

/// The folder that holds `path`, an absolute path; "/" for "/".
std::string parent_of(const std::string& path);
/// The last part of an absolute path; empty for "/".
std::string name_of(const std::string& path);

/// Makes a folder, and those above it that are missing; -> those that were made, the outermost first. Throws
/// a Refusal; what was made until then is removed again.
std::vector<std::string> make_folders(const std::string& path);
/// Removes folders that make_folders has made, unless there is something in them.
void remove_folders(const std::vector<std::string>& made) noexcept;

}  // namespace collet::file
