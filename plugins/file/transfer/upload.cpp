#include "transfer/upload.hpp"

#include <cctype>
#include <charconv>
#include <utility>

#include "collet/problems.hpp"

namespace collet::file {
namespace {

std::optional<std::uint64_t> length_of(const Request& request) {
  const auto header = request.header("content-length");
  std::uint64_t length = 0;
  if (!header || std::from_chars(header->data(), header->data() + header->size(), length).ec != std::errc())
    return std::nullopt;
  return length;
}

[[noreturn]] void refuse_without_file() {
  Problems problems;
  problems.missing({"body", "file"}, "null");
  throw Refusal(problems.response());
}

// The media type in lower case, without parameters.
std::string media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  for (char& c : type) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return type;
}

// Types of which the contract says that they carry no file.
bool carries_none(const std::string& type) {
  return type == "application/json" || type == "application/x-www-form-urlencoded" ||
         type.rfind("multipart/", 0) == 0;
}

}  // namespace

Upload::Upload(const Request& request, std::string path)
    : path_(std::move(path)), expected_(length_of(request)) {
  const std::string content_type(request.header("content-type").value_or(std::string_view()));
  try {
    if (const auto boundary = form_boundary(content_type)) {
      form_.emplace(*boundary, static_cast<MultipartParser::Parts&>(*this));
      return;
    }
  } catch (const FormError& error) {
    throw Refusal(400, error.what());
  }
  const auto type = media_type(content_type);
  if (carries_none(type)) refuse_without_file();
  needs_bytes_ = type.empty();
  if (!needs_bytes_) open();
}

void Upload::open() { file_.emplace(path_, expected_); }

void Upload::take(std::string_view piece) {
  if (!form_) {
    if (!file_) open();
    return file_->write(piece);
  }
  try {
    form_->push(piece);
  } catch (const FormError& error) {
    throw Refusal(400, error.what());
  }
}

Response Upload::end() {
  if (form_) {
    try {
      form_->finish();
    } catch (const FormError& error) {
      throw Refusal(400, error.what());
    }
  }
  if (!file_) refuse_without_file();
  file_->commit();
  return Response::json(R"({"success":true})");
}

void Upload::part(const std::string& name) {
  in_file_ = name == "file";
  if (!in_file_) return;
  if (file_) throw FormError("The form has more than one field 'file'.");
  open();
}

void Upload::data(std::string_view bytes) {
  if (in_file_) file_->write(bytes);
}

void Upload::part_end() { in_file_ = false; }

}  // namespace collet::file
