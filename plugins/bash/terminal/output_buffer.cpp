#include "terminal/output_buffer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "system/identity.hpp"

namespace collet::bash {
namespace {

constexpr std::size_t kTailRoom = 256U << 10;  // bytes, before the tail is shortened

std::string_view trimmed(std::string_view text) {
  // Empty lines in front go, the first line's own indentation stays.
  const auto first = text.find_first_not_of('\n');
  if (first == std::string_view::npos) return {};
  text.remove_prefix(first);
  const auto last = text.find_last_not_of(" \t\n");
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

}  // namespace

void OutputBuffer::append(std::string_view bytes) {
  bytes_ += bytes.size();
  add(cleaner_.push(bytes));
}

void OutputBuffer::add(std::string_view text) {
  if (text.empty()) return;
  const bool was_short = characters_ <= limits_.characters;
  characters_ += count_characters(text);
  if (!was_short) {
    spill(text);
  } else if (characters_ > limits_.characters) {
    spill(head_);
    spill(tail_);
    spill(text);
  }
  const std::size_t head_limit = limits_.characters / 2;
  if (head_characters_ < head_limit) {
    const auto taken = prefix_bytes(text, head_limit - head_characters_);
    head_ += text.substr(0, taken);
    head_characters_ += count_characters(text.substr(0, taken));
    text.remove_prefix(taken);
  }
  if (text.size() > kTailRoom) text.remove_prefix(suffix_start(text, limits_.characters));
  tail_ += text;
  if (characters_ > limits_.characters && tail_.size() > kTailRoom)
    tail_.erase(0, suffix_start(tail_, limits_.characters / 2));
}

void OutputBuffer::spill(std::string_view text) {
  if (folder_.empty() || file_cut_) return;
  if (!file_.valid()) {
    std::error_code ignored;
    std::filesystem::create_directories(folder_, ignored);
    file_path_ = folder_ + "/terminal_output_" + new_id() + ".txt";
    file_.reset(::open(file_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  }
  const auto room = static_cast<std::size_t>(std::max<std::int64_t>(limits_.file_bytes - file_bytes_, 0));
  file_cut_ = !file_.valid() || text.size() > room;
  text = text.substr(0, room);
  while (file_.valid() && !text.empty()) {
    const auto written = ::write(file_.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      file_cut_ = true;
      return;
    }
    file_bytes_ += written;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string OutputBuffer::note(std::size_t left_out) const {
  std::string text = "\n[… " + std::to_string(left_out) + " characters left out here";
  if (file_.valid())
    text += std::string(file_cut_ ? "; the first part of the output is in " : "; the whole output is in ") +
            file_path_;
  return text + " …]\n";
}

std::string OutputBuffer::take() {
  add(cleaner_.finish());
  std::string text;
  if (characters_ <= limits_.characters) {
    text = trimmed(head_ + tail_);
  } else {
    const auto end = std::string_view(tail_).substr(suffix_start(tail_, limits_.characters / 2));
    const auto left_out = characters_ - head_characters_ - count_characters(end);
    text = trimmed(head_ + note(left_out) + std::string(end));
  }
  const auto folder = folder_;
  *this = OutputBuffer(limits_);
  folder_ = folder;
  return text;
}

}  // namespace collet::bash
