#include "transfer/file_answer.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

namespace collet::file {
namespace {

constexpr std::size_t kReadBytes = 128 * 1024;

// Several ranges of one file, each behind a head of its own (RFC 9110, 14.6).
class RangesSource final : public PullSource {
 public:
  RangesSource(OpenFile file, const std::vector<ByteRange>& ranges, const std::string& content_type,
               const std::string& boundary)
      : file_(std::move(file)) {
    for (const auto& range : ranges) {
      const auto last = range.offset + range.length - 1;
      std::string head = "\r\n--" + boundary + "\r\n";
      if (!content_type.empty()) head += "Content-Type: " + content_type + "\r\n";
      head += "Content-Range: bytes " + std::to_string(range.offset) + "-" + std::to_string(last) + "/" +
              std::to_string(file_.facts.size) + "\r\n\r\n";
      length_ += head.size() + range.length;
      parts_.push_back({std::move(head), range});
    }
    parts_.push_back({"\r\n--" + boundary + "--\r\n", {}});
    length_ += parts_.back().head.size();
  }

  std::uint64_t length() const { return length_; }

  std::optional<std::string> pull() override {
    if (at_ == parts_.size()) return std::nullopt;
    auto& part = parts_[at_];
    std::string piece = std::exchange(part.head, std::string());
    if (piece.empty()) piece = read(part.range);
    if (part.range.length == 0) ++at_;
    return piece;
  }

 private:
  struct Part {
    std::string head;
    ByteRange range;
  };

  std::string read(ByteRange& range) const {
    std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(range.length, kReadBytes)), '\0');
    const auto count =
        ::pread(file_.content.get(), bytes.data(), bytes.size(), static_cast<off_t>(range.offset));
    if (count < 0 && errno == EINTR) return {};
    if (count <= 0) throw std::runtime_error("the file has become shorter");
    bytes.resize(static_cast<std::size_t>(count));
    range.offset += bytes.size();
    range.length -= bytes.size();
    return bytes;
  }

  OpenFile file_;
  std::vector<Part> parts_;
  std::size_t at_ = 0;
  std::uint64_t length_ = 0;
};

std::string new_boundary() {
  std::random_device random;
  char text[33];
  std::snprintf(text, sizeof(text), "%08x%08x%08x%08x", random(), random(), random(), random());
  return text;
}

Response part_of(OpenFile file, const ByteRange& range, const std::string& content_type) {
  const auto last = range.offset + range.length - 1;
  const auto size = file.facts.size;
  auto response = Response::file(file.content.release(), range.offset, range.length, content_type);
  response.status = 206;
  response.headers.emplace_back("content-range", "bytes " + std::to_string(range.offset) + "-" +
                                                     std::to_string(last) + "/" + std::to_string(size));
  return response;
}

Response parts_of(OpenFile file, const std::vector<ByteRange>& ranges, const std::string& content_type) {
  const auto boundary = new_boundary();
  auto source = std::make_unique<RangesSource>(std::move(file), ranges, content_type, boundary);
  const auto length = source->length();
  auto response = Response::source(std::move(source), "multipart/byteranges; boundary=" + boundary, length);
  response.status = 206;
  return response;
}

}  // namespace

FileFacts facts_of(const struct stat& status) {
  char tag[80];
  std::snprintf(tag, sizeof(tag), "\"%llx-%llx-%llx%08lx\"", static_cast<unsigned long long>(status.st_ino),
                static_cast<unsigned long long>(status.st_size),
                static_cast<unsigned long long>(status.st_mtim.tv_sec),
                static_cast<unsigned long>(status.st_mtim.tv_nsec));
  return {static_cast<std::uint64_t>(status.st_size), tag, status.st_mtim.tv_sec};
}

Response answer_file(const Request& request, OpenFile file, const std::string& content_type, Pairs headers) {
  const auto selection = select(request, file.facts);
  const auto facts = file.facts;
  if (selection.status == 416)
    return {416,
            "text/plain; charset=utf-8",
            {},
            {{"content-range", "bytes */" + std::to_string(facts.size)}},
            {}};
  if (selection.status == 412) return Response::error(412, "The file has changed");
  Response response;
  if (selection.status == 304)
    response = {304, {}, {}, {}, {}};
  else if (selection.status == 200)
    response = Response::file(file.content.release(), 0, facts.size, content_type);
  else if (selection.ranges.size() == 1)
    response = part_of(std::move(file), selection.ranges.front(), content_type);
  else
    response = parts_of(std::move(file), selection.ranges, content_type);
  headers.insert(
      headers.end(),
      {{"accept-ranges", "bytes"}, {"last-modified", http_date(facts.modified)}, {"etag", facts.etag}});
  response.headers.insert(response.headers.begin(), headers.begin(), headers.end());
  return response;
}

std::string attachment(const std::string& name) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~";
  if (name.find_first_not_of(kPlain) == std::string::npos) return "attachment; filename=\"" + name + "\"";
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string text = "attachment; filename*=utf-8''";
  for (const char c : name) {
    if (kPlain.find(c) != std::string_view::npos) {
      text += c;
    } else {
      text += '%';
      text += kHex[static_cast<unsigned char>(c) >> 4];
      text += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  return text;
}

}  // namespace collet::file
