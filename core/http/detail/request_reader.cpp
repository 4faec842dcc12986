#include "http/detail/request_reader.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <limits>

#include "http/percent.hpp"

namespace collet::http::detail {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::size_t kHeadMargin = 64;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

bool same(std::string_view a, std::string_view b) {
  return beast::iequals(beast::string_view(a.data(), a.size()), beast::string_view(b.data(), b.size()));
}

std::string lower(beast::string_view text) {
  std::string out(text.data(), text.size());
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool all_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

// A field that goes on in a next line. Others read such a line as a field of its own.
bool is_folded(std::string_view head) {
  return head.find("\n ") != std::string_view::npos || head.find("\n\t") != std::string_view::npos;
}

// A Host field: a name, an IPv4 address or a bracketed IPv6 one, and perhaps a port. Empty is allowed (RFC
// 9110).
bool is_host(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::string_view kName =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~%!$&'()*+,;=";
  const bool bracketed = !text.empty() && text.front() == '[';
  const auto end = bracketed ? text.find(']') : text.find(':');
  if (bracketed) {
    if (end == std::string_view::npos || !all_of(text.substr(1, end - 1), "0123456789abcdefABCDEF:."))
      return false;
    text.remove_prefix(end + 1);
  } else {
    if (!all_of(text.substr(0, end), kName)) return false;
    text.remove_prefix(std::min(end, text.size()));
  }
  return text.empty() || (text.front() == ':' && text.size() <= 6 && all_of(text.substr(1), kDigits));
}

}  // namespace

RequestReader::RequestReader(std::size_t head_bytes, std::size_t body_bytes)
    : head_bytes_(head_bytes), body_bytes_(body_bytes), head_parser_(std::make_unique<HeadParser>()) {
  // Near its limit Beast judges by how the bytes came; it only bounds what we count ourselves.
  head_parser_->header_limit(static_cast<std::uint32_t>(head_bytes + kHeadMargin));
  // Bodies are counted by their decoder; none (boost::none) would refuse every Content-Length in Boost 1.74.
  head_parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
  head_parser_->eager(false);
}

RequestReader::Progress RequestReader::fail(int status, std::string_view detail) {
  status_ = status;
  detail_ = detail;
  return Progress::kError;
}

RequestReader::Progress RequestReader::read(InputBuffer& input) {
  return head_complete_ ? read_body(input) : read_head(input);
}

RequestReader::Progress RequestReader::read_head(InputBuffer& input) {
  while (!input.empty()) {
    beast::error_code ec;
    const auto bytes = input.view();
    const auto used = head_parser_->put(boost::asio::buffer(bytes.data(), bytes.size()), ec);
    input.consume(used);
    head_used_ += used;
    if (ec == http::error::need_more) return Progress::kNeedMore;
    if (ec == http::error::header_limit || head_used_ > head_bytes_) {
      const bool in_first_line =
          head_used_ == used && bytes.substr(0, head_bytes_).find('\n') == std::string_view::npos;
      return in_first_line ? fail(414, "URI Too Long") : fail(431, "Request Header Fields Too Large");
    }
    if (ec == http::error::bad_version) return fail(505, "HTTP Version Not Supported");
    if (ec) return fail(400, "Bad Request: " + ec.message());
    // Beast uses up whole fields, so none is cut within its fold.
    if (is_folded(bytes.substr(0, used))) return fail(400, "Bad Request: a header field is folded");
    if (head_parser_->is_header_done()) return check_head(head_parser_->get());
  }
  return Progress::kNeedMore;
}

RequestReader::Progress RequestReader::check_head(const Head& head) {
  version_ = head.version();
  copy_head(head);
  if (version_ != 10 && version_ != 11) return fail(505, "HTTP Version Not Supported");
  const auto hosts = head.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && version_ == 11)) return fail(400, "Bad Request: one Host field is needed");
  if (hosts == 1 && !is_host(view(head[http::field::host]))) return fail(400, "Bad Request: bad Host");
  if (head.count(http::field::expect) > 0 && !head[http::field::expect].empty()) {
    if (!same(view(head[http::field::expect]), "100-continue")) return fail(417, "Expectation Failed");
    expects_continue_ = version_ == 11;
  }
  if (const auto framing = check_framing(head); framing == Progress::kError) return framing;
  return check_target(request_.target);
}

// Where the body ends has to be beyond doubt, for any proxy in front of us too.
RequestReader::Progress RequestReader::check_framing(const Head& head) {
  if (head.count(http::field::content_length) > 1 ||
      head[http::field::content_length].find(',') != beast::string_view::npos)
    return fail(400, "Bad Request: more than one Content-Length");
  const auto codings = head.count(http::field::transfer_encoding);
  if (codings > 1) return fail(400, "Bad Request: more than one Transfer-Encoding");
  if (codings == 0) return Progress::kHead;
  if (version_ == 10) return fail(400, "Bad Request: Transfer-Encoding in HTTP/1.0");
  // Any other coding would reach the handler undecoded, or hide where the body ends.
  if (!same(view(head[http::field::transfer_encoding]), "chunked"))
    return fail(501, "Transfer-Encoding other than chunked is not supported");
  return Progress::kHead;
}

void RequestReader::copy_head(const Head& head) {
  keep_alive_ = head.keep_alive();
  wants_upgrade_ = beast::websocket::is_upgrade(head);
  if (const auto length = head_parser_->content_length(); length && !head_parser_->chunked())
    body_length_ = *length;
  has_body_ = head_parser_->chunked() || (body_length_ && *body_length_ > 0);
  request_.method = view(head.method_string());
  request_.target = view(head.target());
  for (const auto& field : head)
    request_.headers.emplace_back(lower(field.name_string()), view(field.value()));
}

RequestReader::Progress RequestReader::check_target(std::string_view target) {
  if (target.substr(0, 7) == "http://") {  // absolute form: what it names has to be what Host names
    const auto authority = target.substr(7, target.find_first_of("/?", 7) - 7);
    if (!same(authority, request_.header("host").value_or("")))
      return fail(400, "Bad Request: the target and the Host field differ");
    target.remove_prefix(7 + authority.size());
    if (target.empty()) target = "/";
  }
  if (target.front() != '/' || target.find('#') != std::string_view::npos)
    return fail(400, "Bad Request: the target has to be a path");
  const auto mark = target.find('?');
  request_.raw_path = target.substr(0, mark);
  auto path = percent_decode(request_.raw_path);
  if (!path) return fail(400, "Bad Request: the path is not well encoded");
  request_.path = std::move(*path);
  if (mark != std::string_view::npos) {
    auto query = parse_query(target.substr(mark + 1));
    if (!query) return fail(400, "Bad Request: the query is not well encoded");
    request_.query = std::move(*query);
  }
  head_complete_ = true;
  return Progress::kHead;
}

RequestReader::Progress RequestReader::read_body(InputBuffer& input) {
  if (!has_body_) return Progress::kComplete;
  if (!body_) {
    if (body_length_ && *body_length_ > body_bytes_) return fail(413, "Request Entity Too Large");
    body_.emplace(take_body(body_bytes_));
    if (body_length_) request_.body.reserve(static_cast<std::size_t>(*body_length_));
  }
  switch (body_->decode(input, request_.body, request_.body.max_size())) {
    case BodyDecoder::Progress::kComplete:
      return Progress::kComplete;
    case BodyDecoder::Progress::kError:
      return fail(body_->status(), body_->detail());
    default:
      return Progress::kNeedMore;
  }
}

}  // namespace collet::http::detail
