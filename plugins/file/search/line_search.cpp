#include "search/line_search.hpp"

#include <fcntl.h>
#include <re2/re2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "collet/unique_fd.hpp"
#include "file_io.hpp"
#include "text_codec.hpp"

namespace collet::file {
namespace {

constexpr std::size_t kBlock = 64U << 10;    // as ripgrep, so that both find the same files binary
constexpr std::size_t kMaxLine = 1U << 20;   // longer lines are cut
constexpr std::size_t kMaxWide = 16U << 20;  // of a file in UTF-16
constexpr std::size_t kMaxPattern = 4U << 10;

int open_regular(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
  struct stat status {};
  if (fd < 0 || (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode))) return fd;
  ::close(fd);
  return -1;
}

bool is_wide(std::string_view start) {
  return start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF");
}

}  // namespace

LineSearch::LineSearch(std::string_view pattern) {
  if (pattern.size() > kMaxPattern) throw std::invalid_argument("it is longer than 4 KiB");
  if (pattern.find_first_of(std::string_view("\n\0", 2)) != std::string_view::npos)
    throw std::invalid_argument("it is looked for in lines, so it cannot hold a line break");
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_never_nl(true);
  options.set_log_errors(false);
  expression_ = std::make_shared<const RE2>("(?m:" + std::string(pattern) + ")", options);
  if (!expression_->ok()) throw std::invalid_argument(expression_->error());
}

bool LineSearch::in_lines(std::string_view text) const {
  if (text.empty()) return false;
  if (text.ends_with('\n')) text.remove_suffix(1);  // no line begins behind it
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression_);
}

bool LineSearch::in_file(const std::string& path, const SearchLimits& limits) const {
  const UniqueFd file(open_regular(path));
  if (file.get() < 0) return false;
  std::string text;  // from the start of a line on
  bool first = true;
  for (;;) {
    const std::size_t kept = text.size();
    text.resize(kept + kBlock);
    const auto got = ::read(file.get(), text.data() + kept, kBlock);
    if (got < 0 && errno == EINTR) {
      text.resize(kept);
      continue;
    }
    if (got < 0 || limits.reached()) return false;
    text.resize(kept + static_cast<std::size_t>(got));
    if (first && is_wide(text)) return in_wide_file(path);
    first = false;
    if (got == 0) return in_lines(text);
    if (text.find('\0', kept) != std::string::npos) return false;
    const auto end = text.rfind('\n');
    const std::size_t whole = end != std::string::npos ? end + 1 : text.size() >= kMaxLine ? text.size() : 0;
    if (in_lines(std::string_view(text).substr(0, whole))) return true;
    text.erase(0, whole);
  }
}

bool LineSearch::in_wide_file(const std::string& path) const {
  try {
    const auto decoded = decode(read_file(path, kMaxWide));
    return decoded && in_lines(decoded->text);
  } catch (const FileError&) {
    return false;
  }
}

}  // namespace collet::file
