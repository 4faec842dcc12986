#include "text_file.hpp"

#include <filesystem>

namespace collet::file {

OpenText as_text(const std::string& path, std::string bytes) {
  auto decoded = decode(bytes);
  if (!decoded)
    throw FileError("Cannot read " + path +
                    " as text: it is a binary file. Use the terminal to look into it.");
  return {std::move(bytes), std::move(*decoded)};
}

OpenText open_text(const std::string& path) { return as_text(path, read_file(path, kMaxFileBytes)); }

std::string encoded(std::string_view text, const TextFormat& format, const std::string& path) {
  auto bytes = encode(text, format);
  if (!bytes)
    throw FileError("Cannot write " + path +
                    ": it is kept in Latin-1, which cannot hold some of the new characters.");
  return std::move(*bytes);
}

std::string like(std::string text, const TextFormat& format) {
  if (format.crlf) std::erase(text, '\r');
  return text;
}

std::string path_without_links(const std::string& path) {
  std::error_code error;
  const auto file = std::filesystem::weakly_canonical(path, error);
  return error ? path : file.string();
}

}  // namespace collet::file
