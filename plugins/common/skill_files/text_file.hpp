// Files of text that other people wrote: skills, commands, agents, manifests.
#pragma once
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace collet::skill_files {

/// What is wrong with a file or folder. what(): one line for people, without the file's content.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr std::size_t kMostFileBytes = std::size_t{1} << 20;

/// The file as UTF-8, without a byte order mark, its lines ended by \n. Follows links; any thread. Throws
/// FileError: it is not there, no regular file (a pipe is not waited for), too long, or no UTF-8.
std::string read_text(const std::filesystem::path& file);

/// Without white space at both ends.
std::string_view stripped(std::string_view text);

/// "skill.md" for "SKILL.md".
std::string lower(std::string_view ascii);

/// How many characters; a broken one counts as one.
std::size_t characters(std::string_view text);

/// The first `most` characters.
std::string_view first_characters(std::string_view text, std::size_t most);

/// ^[a-z0-9]+(-[a-z0-9]+)*$
bool is_kebab_case(std::string_view name);

}  // namespace collet::skill_files
