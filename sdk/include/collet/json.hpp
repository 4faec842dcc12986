// Small helpers over RapidJSON, shared by the core and by plugins that choose RapidJSON. Optional: nothing
// else of the SDK includes it, and no RapidJSON type crosses the plugin boundary.
//
// All functions are pure and may be called from any thread.
#pragma once

#ifndef RAPIDJSON_HAS_STDSTRING
#define RAPIDJSON_HAS_STDSTRING 1
#endif
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace collet::json {

using Value = rapidjson::Value;
using Document = rapidjson::Document;
using Allocator = rapidjson::Document::AllocatorType;

/// Nesting beyond this is refused: deeper documents are attacks, and our own recursions stay shallow.
inline constexpr int kMaxDepth = 128;

struct ParseError {
  std::size_t offset = 0;  ///< bytes from the start of the text
  std::string message;
};

namespace detail {

// Whether there is half of a surrogate pair in it, as the escape of \udc00 leaves one, which is no valid
// UTF-8.
inline bool has_surrogate(const char* text, std::size_t size) {
  const char* const end = text + size;
  while (text != end) {
    text = static_cast<const char*>(std::memchr(text, 0xED, static_cast<std::size_t>(end - text)));
    if (text == nullptr || ++text == end) return false;
    if (static_cast<unsigned char>(*text) >= 0xA0) return true;
  }
  return false;
}

// A number in JSON's syntax that no double can hold: whether it is too large, not too small.
inline bool is_overflow(std::string_view number) {
  const auto e = number.find_first_of("eE");
  auto digits = number.substr(0, e);
  if (digits.front() == '-') digits.remove_prefix(1);
  const auto point = std::min(digits.find('.'), digits.size());
  const auto first = digits.find_first_of("123456789");
  if (first == std::string_view::npos) return false;
  auto magnitude = first < point ? static_cast<std::ptrdiff_t>(point - first)
                                 : -static_cast<std::ptrdiff_t>(first - point);
  if (e != std::string_view::npos) {
    auto exponent = number.substr(e + 1);
    if (exponent.front() == '+') exponent.remove_prefix(1);
    int value = 0;
    if (std::from_chars(exponent.data(), exponent.data() + exponent.size(), value).ec != std::errc{})
      return exponent.front() != '-';
    magnitude += value;
  }
  return magnitude > 0;
}

// Passes events on to the document until the nesting gets too deep, a text is no valid UTF-8 or a number is
// too big. Numbers are read here: RapidJSON's full precision takes a zero with a long exponent for something
// else.
template <class Handler>
class Limits {
 public:
  explicit Limits(Handler& handler) : handler_(handler) {}
  bool too_deep() const { return depth_ > kMaxDepth; }
  bool too_big() const { return too_big_; }
  bool Null() { return handler_.Null(); }
  bool Bool(bool b) { return handler_.Bool(b); }
  bool RawNumber(const char* s, rapidjson::SizeType n, bool) {
    const std::string_view number(s, n);
    if (number.find_first_of(".eE") == std::string_view::npos) {
      if (std::int64_t i = 0; whole(number, i)) return handler_.Int64(i);
      if (std::uint64_t u = 0; whole(number, u)) return handler_.Uint64(u);
    }
    double d = 0.0;
    if (!whole(number, d)) {  // too large, or so small that it is zero
      too_big_ = is_overflow(number);
      d = 0.0;
    }
    return !too_big_ && handler_.Double(d);
  }
  bool String(const char* s, rapidjson::SizeType n, bool c) {
    return !has_surrogate(s, n) && handler_.String(s, n, c);
  }
  bool Key(const char* s, rapidjson::SizeType n, bool c) {
    return !has_surrogate(s, n) && handler_.Key(s, n, c);
  }
  bool StartObject() { return ++depth_ <= kMaxDepth && handler_.StartObject(); }
  bool EndObject(rapidjson::SizeType n) { return --depth_, handler_.EndObject(n); }
  bool StartArray() { return ++depth_ <= kMaxDepth && handler_.StartArray(); }
  bool EndArray(rapidjson::SizeType n) { return --depth_, handler_.EndArray(n); }
  bool Int(int) { return false; }  // RapidJSON wants these to exist
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  template <class Number>
  static bool whole(std::string_view text, Number& number) {
    return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{};
  }

  Handler& handler_;
  int depth_ = 0;
  bool too_big_ = false;
};

}  // namespace detail

/// Parses a whole text: strict JSON, valid UTF-8, at most kMaxDepth deep, nothing behind it. Not recursive.
/// On failure `error` (where given) says where and why, and the result is empty.
inline std::optional<Document> parse(std::string_view text, ParseError* error = nullptr) {
  Document document;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag |
                              rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::ParseResult result;
  bool too_deep = false;
  bool too_big = false;
  auto generate = [&](Document& handler) {
    detail::Limits<Document> limits(handler);
    result = reader.Parse<kFlags>(stream, limits);
    too_deep = limits.too_deep();
    too_big = limits.too_big();
    return !result.IsError();
  };
  document.Populate(generate);
  if (result.IsError()) {
    if (error != nullptr) {
      error->offset = result.Offset();
      const bool by_limits = result.Code() == rapidjson::kParseErrorTermination;
      error->message = by_limits && too_deep  ? "Too deeply nested."
                       : by_limits && too_big ? "Number too big to be stored in double."
                       : by_limits            ? "Half of a surrogate pair in a string."
                                              : rapidjson::GetParseError_En(result.Code());
    }
    return std::nullopt;
  }
  return document;
}

inline std::string dump(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

inline std::string_view view(const Value& string) { return {string.GetString(), string.GetStringLength()}; }

/// The member `key` of an object; null when `value` is no object or has no such member.
inline const Value* find(const Value& value, std::string_view key) {
  if (!value.IsObject()) return nullptr;
  const auto it =
      value.FindMember(Value(rapidjson::StringRef(key.data(), static_cast<rapidjson::SizeType>(key.size()))));
  return it == value.MemberEnd() ? nullptr : &it->value;
}
inline Value* find(Value& value, std::string_view key) {
  return const_cast<Value*>(find(static_cast<const Value&>(value), key));
}

/// Follows a path of members: at(settings, {"agent_settings", "llm", "model"}).
inline const Value* at(const Value& value, std::initializer_list<std::string_view> path) {
  const Value* found = &value;
  for (const auto key : path)
    if (found = find(*found, key); found == nullptr) return nullptr;
  return found;
}

inline std::optional<std::string_view> string_at(const Value& object, std::string_view key) {
  const Value* found = find(object, key);
  if (found == nullptr || !found->IsString()) return std::nullopt;
  return view(*found);
}
inline std::string string_or(const Value& object, std::string_view key, std::string_view fallback = {}) {
  return std::string(string_at(object, key).value_or(fallback));
}
inline std::optional<bool> bool_at(const Value& object, std::string_view key) {
  const Value* found = find(object, key);
  return found != nullptr && found->IsBool() ? std::optional<bool>(found->GetBool()) : std::nullopt;
}
inline std::optional<std::int64_t> int_at(const Value& object, std::string_view key) {
  const Value* found = find(object, key);
  return found != nullptr && found->IsInt64() ? std::optional<std::int64_t>(found->GetInt64()) : std::nullopt;
}
inline std::optional<double> number_at(const Value& object, std::string_view key) {
  const Value* found = find(object, key);
  return found != nullptr && found->IsNumber() ? std::optional<double>(found->GetDouble()) : std::nullopt;
}

/// A number without a fraction that a double holds exactly, as JSON schema sees integers: 2.0.
inline std::optional<std::int64_t> whole(const Value& value) {
  constexpr double kMost = 9007199254740992.0;
  if (value.IsInt64()) return value.GetInt64();
  if (!value.IsDouble() || std::trunc(value.GetDouble()) != value.GetDouble()) return std::nullopt;
  return std::abs(value.GetDouble()) <= kMost ? std::optional(static_cast<std::int64_t>(value.GetDouble()))
                                              : std::nullopt;
}
inline Value text(std::string_view string, Allocator& allocator) {
  return Value(string.data(), static_cast<rapidjson::SizeType>(string.size()), allocator);
}
inline Value copy(const Value& value, Allocator& allocator) { return Value(value, allocator); }

/// Sets a member of an object, replacing an old one in its place.
inline void set(Value& object, std::string_view key, Value value, Allocator& allocator) {
  if (Value* old = find(object, key); old != nullptr) {
    *old = std::move(value);
    return;
  }
  Value name = text(key, allocator);
  object.AddMember(name, value, allocator);
}
inline void set(Value& object, std::string_view key, std::string_view string, Allocator& allocator) {
  set(object, key, text(string, allocator), allocator);
}
inline void remove(Value& object, std::string_view key) {
  object.RemoveMember(Value(rapidjson::StringRef(key.data(), static_cast<rapidjson::SizeType>(key.size()))));
}

/// Writes JSON text without building a tree. Members come in the order they are written:
///
///   json::Writer w;
///   w.object().member("id", id).key("items").array().value(1).value("two").end().end();
///   std::string text = w.take();
class Writer {
 public:
  Writer() : writer_(buffer_) {}
  Writer& object() { return stack_.push_back('}'), writer_.StartObject(), *this; }
  Writer& array() { return stack_.push_back(']'), writer_.StartArray(), *this; }
  Writer& end() {
    stack_.back() == '}' ? writer_.EndObject() : writer_.EndArray();
    stack_.pop_back();
    return *this;
  }
  Writer& key(std::string_view name) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    return *this;
  }
  Writer& value(std::string_view s) {
    writer_.String(s.data(), static_cast<rapidjson::SizeType>(s.size()));
    return *this;
  }
  Writer& value(const std::string& s) { return value(std::string_view(s)); }
  Writer& value(const char* s) { return value(std::string_view(s)); }
  Writer& value(bool b) { return writer_.Bool(b), *this; }
  Writer& value(int i) { return writer_.Int(i), *this; }
  Writer& value(unsigned u) { return writer_.Uint(u), *this; }
  Writer& value(std::int64_t i) { return writer_.Int64(i), *this; }
  Writer& value(std::uint64_t u) { return writer_.Uint64(u), *this; }
  Writer& value(double d) { return std::isfinite(d) ? writer_.Double(d) : writer_.Null(), *this; }
  Writer& value(std::nullptr_t) { return writer_.Null(), *this; }
  Writer& value(const Value& v) { return v.Accept(writer_), *this; }
  template <class T>
  Writer& value(const std::optional<T>& v) {
    return v ? value(*v) : value(nullptr);
  }
  /// `text` must be one whole JSON value; it is written as it is.
  Writer& raw(std::string_view text) {
    writer_.RawValue(text.data(), text.size(), rapidjson::kObjectType);
    return *this;
  }
  template <class T>
  Writer& member(std::string_view name, const T& v) {
    return key(name).value(v);
  }
  Writer& member(std::string_view name, const char* v) { return key(name).value(std::string_view(v)); }
  Writer& raw_member(std::string_view name, std::string_view text) { return key(name).raw(text); }

  std::string take() {
    std::string text(buffer_.GetString(), buffer_.GetSize());
    buffer_.Clear();
    writer_.Reset(buffer_);
    return text;
  }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_;
  std::string stack_;
};

/// Merges `patch` into `target`: objects member by member, all else replaced. With `null_deletes` a null in
/// the patch removes the member (maps such as headers or misc settings); without, the null is stored.
inline void deep_merge(Value& target, const Value& patch, Allocator& allocator, bool null_deletes) {
  if (!patch.IsObject() || !target.IsObject()) {
    target.CopyFrom(patch, allocator);
    return;
  }
  for (const auto& member : patch.GetObject()) {
    const auto key = view(member.name);
    if (null_deletes && member.value.IsNull()) {
      remove(target, key);
    } else if (Value* old = find(target, key); old != nullptr && old->IsObject() && member.value.IsObject()) {
      deep_merge(*old, member.value, allocator, null_deletes);
    } else {
      set(target, key, copy(member.value, allocator), allocator);
    }
  }
}

/// The value without any null member, at any depth (array elements stay): how events and socket frames show
/// it.
inline Value without_nulls(const Value& value, Allocator& allocator) {
  if (value.IsArray()) {
    Value out(rapidjson::kArrayType);
    for (const auto& item : value.GetArray()) out.PushBack(without_nulls(item, allocator), allocator);
    return out;
  }
  if (!value.IsObject()) return copy(value, allocator);
  Value out(rapidjson::kObjectType);
  for (const auto& member : value.GetObject())
    if (!member.value.IsNull())
      out.AddMember(copy(member.name, allocator), without_nulls(member.value, allocator), allocator);
  return out;
}

}  // namespace collet::json
