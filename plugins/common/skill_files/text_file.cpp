#include "text_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "collet/json.hpp"
#include "collet/unique_fd.hpp"

namespace collet::skill_files {
namespace {

constexpr std::string_view kSpace = " \t\n\r\f\v";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string read_all(int fd, std::size_t most) {
  std::string text;
  char piece[16 * 1024];
  while (text.size() <= most) {
    const auto got = ::read(fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw FileError(std::string("cannot be read: ") + std::strerror(errno));
    if (got == 0) return text;
    text.append(piece, static_cast<std::size_t>(got));
  }
  throw FileError("is longer than " + std::to_string(most) + " bytes");
}

// "\r\n" and "\r" become "\n".
void make_lines(std::string& text) {
  if (text.find('\r') == std::string::npos) return;
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n') continue;
    out.push_back(text[at] == '\r' ? '\n' : text[at]);
  }
  text = std::move(out);
}

bool is_utf8(std::string_view text) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::StringBuffer sink;
  while (stream.Tell() < text.size())
    if (!rapidjson::UTF8<>::Validate(stream, sink)) return false;
  return true;
}

}  // namespace

std::string read_text(const std::filesystem::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) throw FileError(std::string("cannot be opened: ") + std::strerror(errno));
  struct stat facts = {};
  if (::fstat(fd.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) throw FileError("is no regular file");
  auto text = read_all(fd.get(), kMostFileBytes);
  if (!is_utf8(text)) throw FileError("is not UTF-8");
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  make_lines(text);
  return text;
}

std::string_view stripped(std::string_view text) {
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) + 1 - first);
}

std::string lower(std::string_view ascii) {
  std::string out(ascii);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string_view first_characters(std::string_view text, std::size_t most) {
  std::size_t at = 0;
  for (std::size_t count = 0; at < text.size(); ++at)
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80 && count++ == most) break;
  return text.substr(0, at);
}

bool is_kebab_case(std::string_view name) {
  if (name.empty() || name.front() == '-' || name.back() == '-') return false;
  if (name.find("--") != std::string_view::npos) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace collet::skill_files
