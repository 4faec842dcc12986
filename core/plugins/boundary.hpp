// Between the boundary's C types and the core's. For the host's own files; pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "collet/abi/types.h"
#include "collet/detail/text.hpp"
#include "plugins/words.hpp"

namespace collet::plugins {

inline collet_status to_status(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::kInvalid:
      return COLLET_INVALID;
    case Error::Kind::kNotFound:
      return COLLET_NOT_FOUND;
    case Error::Kind::kConflict:
      return COLLET_CONFLICT;
    case Error::Kind::kUnavailable:
      return COLLET_UNAVAILABLE;
    case Error::Kind::kInternal:
      return COLLET_INTERNAL;
  }
  return COLLET_INTERNAL;
}

/// Tells the plugin why not.
inline collet_status refuse(collet_sink sink, const Error& error) {
  detail::give(sink, error.message);
  return to_status(error.kind);
}
inline collet_status answer(collet_sink sink, const Result<void>& result) {
  return result ? COLLET_OK : refuse(sink, result.error());
}
inline collet_status answer(collet_sink sink, const Result<std::string>& result) {
  if (!result) return refuse(sink, result.error());
  detail::give(sink, *result);
  return COLLET_OK;
}

/// Runs host code for a plugin: nothing may be thrown over the boundary.
template <class F>
collet_status guarded(collet_sink sink, F f) noexcept {
  try {
    return f();
  } catch (...) {
    detail::give(sink, "the host failed: " + detail::current_error());
    return COLLET_INTERNAL;
  }
}

/// Calls into a plugin. C++ plugins throw nothing over the boundary when they are made with the SDK; for
/// those made without, this is the last net. The exception's text as it is; empty: nothing was thrown.
template <class F>
std::string caught_words(F f) noexcept {
  try {
    f();
    return {};
  } catch (...) {
    std::string text = detail::current_error();
    return text.empty() ? "unknown exception" : text;
  }
}

/// The same, as one line.
template <class F>
std::string caught(F f) noexcept {
  return line_for_people(caught_words(std::move(f)));
}

}  // namespace collet::plugins
