#include "workspace/content_types.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

namespace collet::file {
namespace {

// Sorted by ending. Texts get their charset below.
constexpr std::array<std::pair<std::string_view, std::string_view>, 68> kTypes = {{
    {"aac", "audio/aac"},
    {"apng", "image/apng"},
    {"avif", "image/avif"},
    {"bmp", "image/bmp"},
    {"bz2", "application/x-bzip2"},
    {"c", "text/plain"},
    {"cc", "text/plain"},
    {"cpp", "text/plain"},
    {"css", "text/css"},
    {"csv", "text/csv"},
    {"doc", "application/msword"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"eot", "application/vnd.ms-fontobject"},
    {"epub", "application/epub+zip"},
    {"gif", "image/gif"},
    {"go", "text/plain"},
    {"gz", "application/gzip"},
    {"h", "text/plain"},
    {"hpp", "text/plain"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"ico", "image/vnd.microsoft.icon"},
    {"ini", "text/plain"},
    {"java", "text/plain"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript"},
    {"json", "application/json"},
    {"log", "text/plain"},
    {"m4a", "audio/mp4"},
    {"map", "application/json"},
    {"md", "text/markdown"},
    {"mjs", "text/javascript"},
    {"mov", "video/quicktime"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"oga", "audio/ogg"},
    {"ogg", "audio/ogg"},
    {"ogv", "video/ogg"},
    {"otf", "font/otf"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"py", "text/x-python"},
    {"rs", "text/plain"},
    {"sh", "text/plain"},
    {"sql", "text/plain"},
    {"svg", "image/svg+xml"},
    {"tar", "application/x-tar"},
    {"tiff", "image/tiff"},
    {"toml", "text/plain"},
    {"ts", "text/plain"},
    {"tsx", "text/plain"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain"},
    {"wasm", "application/wasm"},
    {"wav", "audio/wav"},
    {"weba", "audio/webm"},
    {"webm", "video/webm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xml", "text/xml"},
    {"yaml", "text/plain"},
    {"yml", "text/plain"},
    {"zip", "application/zip"},
}};

std::string ending_of(const std::string& name) {
  const auto dot = name.rfind('.');
  if (dot == std::string::npos || dot == 0) return {};
  std::string ending = name.substr(dot + 1);
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return ending;
}

bool looks_like_text(int content) {
  std::array<char, 4096> begin{};
  const auto count = ::pread(content, begin.data(), begin.size(), 0);
  return count >= 0 && std::find(begin.begin(), begin.begin() + count, '\0') == begin.begin() + count;
}

}  // namespace

std::string content_type_of(const std::string& name, int content) {
  const auto ending = ending_of(name);
  const auto found =
      std::lower_bound(kTypes.begin(), kTypes.end(), ending,
                       [](const auto& type, const std::string& text) { return type.first < text; });
  std::string type;
  if (found != kTypes.end() && found->first == ending)
    type = found->second;
  else
    type = looks_like_text(content) ? "text/plain" : "application/octet-stream";
  return type.rfind("text/", 0) == 0 ? type + "; charset=utf-8" : type;
}

}  // namespace collet::file
