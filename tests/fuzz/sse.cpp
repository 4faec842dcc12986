// A model's stream of server-sent events: how the bytes are cut makes no difference, and nothing in it is
// trusted.
#include <algorithm>
#include <string>
#include <vector>

#include "check.hpp"
#include "llm/chat_stream.hpp"
#include "llm/sse_parser.hpp"

namespace collet::fuzz {
namespace {

template <class Sink>
void feed(Sink& sink, std::string_view bytes, std::size_t step) {
  while (!bytes.empty()) {
    if (!sink.feed(bytes.substr(0, step))) return;
    bytes.remove_prefix(std::min(step, bytes.size()));
  }
}

std::vector<std::string> events(std::string_view bytes, std::size_t step) {
  std::vector<std::string> found;
  llm::SseParser parser(
      [&](std::string_view data) {
        found.emplace_back(data);
        return found.size() < 1000;
      },
      4096);
  feed(parser, bytes, step);
  return found;
}

llm::ChatResult answer(std::string_view bytes, std::size_t step, std::string& streamed) {
  llm::ChatStream stream([&](std::string_view text, std::string_view) { streamed += text; });
  feed(stream, bytes, step);
  return stream.finish(false);
}

}  // namespace
}  // namespace collet::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace collet::fuzz;
  std::string_view input = as_text(data, size);
  const std::size_t step = take_byte(input) % 16 + 1;
  const std::size_t whole = std::max<std::size_t>(input.size(), 1);
  FUZZ_CHECK(events(input, whole) == events(input, step));

  std::string streamed, in_pieces;
  const auto first = answer(input, whole, streamed), second = answer(input, step, in_pieces);
  FUZZ_CHECK(streamed == in_pieces);
  FUZZ_CHECK(first.response.has_value() == second.response.has_value());
  if (!first.response) return 0;
  FUZZ_CHECK(first.response->text == second.response->text && first.response->text == streamed);
  FUZZ_CHECK(first.response->tool_calls.size() == second.response->tool_calls.size());
  return 0;
}
