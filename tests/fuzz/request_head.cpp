// Request heads and bodies: how the bytes are cut into pieces makes no difference, and what passes is well
// formed.
#include "http/testing/read_in_pieces.hpp"  // first: it puts <utility> before Boost

#include <algorithm>
#include <string>

#include "check.hpp"

namespace collet::fuzz {
namespace {

using http::Request;
using http::detail::read_in_pieces;
using http::detail::Reading;
using http::detail::RequestReader;

constexpr std::size_t kHeadBytes = 2048, kBodyBytes = 4096;

Reading read(std::string_view bytes, std::size_t step) {
  RequestReader reader(kHeadBytes, kBodyBytes);
  return read_in_pieces(reader, bytes, step);
}

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; });
}

void check_request(const Request& request) {
  FUZZ_CHECK(!request.method.empty() && is_clean(request.method));
  FUZZ_CHECK(!request.raw_path.empty() && is_clean(request.raw_path));
  for (const auto& [name, value] : request.headers) {
    FUZZ_CHECK(!name.empty() && is_clean(name) && is_clean(value));
    FUZZ_CHECK(std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; }));
  }
  FUZZ_CHECK(request.body.size() <= kBodyBytes);
}

}  // namespace
}  // namespace collet::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace collet::fuzz;
  std::string_view input = as_text(data, size);
  const std::size_t step = take_byte(input) % 32 + 1;
  const Reading whole = read(input, std::max<std::size_t>(input.size(), 1));
  const Reading pieces = read(input, step);
  FUZZ_CHECK(whole.status == 100 || whole.status == 200 || (whole.status >= 400 && whole.status < 600));
  if (whole.status == 200) {
    FUZZ_CHECK(pieces.status == 200 && pieces.left == whole.left);
    FUZZ_CHECK(pieces.request.method == whole.request.method &&
               pieces.request.target == whole.request.target);
    FUZZ_CHECK(pieces.request.headers == whole.request.headers && pieces.request.body == whole.request.body);
    check_request(whole.request);
  } else {
    // Which mistake is found first may depend on the pieces; that there is one may not.
    FUZZ_CHECK(pieces.status != 200);
  }
  return 0;
}
