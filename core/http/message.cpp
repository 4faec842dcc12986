#include "http/message.hpp"

#include <algorithm>

#include "collet/json.hpp"

namespace collet::http {
namespace {

std::optional<std::string_view> first(const Pairs& pairs, std::string_view name) {
  const auto it =
      std::find_if(pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.first == name; });
  if (it == pairs.end()) return std::nullopt;
  return it->second;
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view name) const { return first(headers, name); }

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  std::optional<std::string_view> last;
  for (const auto& [key, value] : query)
    if (key == name) last = value;
  return last;
}

std::string_view Request::param(std::string_view name) const {
  return first(params, name).value_or(std::string_view());
}

Response Response::json(std::string text, int status) {
  return {.status = status, .content_type = "application/json", .body = std::move(text)};
}

Response Response::text(std::string text, int status) {
  return {.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(text)};
}

Response Response::error(int status, std::string_view detail) {
  json::Writer writer;
  writer.object().member("detail", detail).end();
  return json(writer.take(), status);
}

Response Response::success() { return json(R"({"success":true})"); }

Response Response::internal_error(std::string_view error_id) {
  json::Writer writer;
  writer.object().member("detail", "Internal Server Error");
  if (!error_id.empty()) writer.member("error_id", error_id);
  writer.end();
  return json(writer.take(), 500);
}

Response Response::empty(int status) { return {.status = status, .content_type = ""}; }

Reply& Reply::operator=(Reply&& other) noexcept {
  if (this != &other) {
    Reply dropped(std::move(*this));
    send_ = std::exchange(other.send_, nullptr);
  }
  return *this;
}

Reply::~Reply() {
  if (send_) send(Response::internal_error());
}

void Reply::send(Response response) {
  if (const Send answer = std::exchange(send_, nullptr)) answer(std::move(response));
}

}  // namespace collet::http
