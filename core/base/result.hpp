// Result<T>: a value or an Error. For failures that a caller is expected to handle; exceptions stay inside
// one translation unit.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace collet {

/// Why something failed. `kind` decides the HTTP status where the error reaches a client.
struct Error {
  enum class Kind {
    kInvalid,      ///< the caller's input is wrong (400/422)
    kNotFound,     ///< no such thing (404)
    kConflict,     ///< not in this state, or exists already (409)
    kUnavailable,  ///< cannot be done now: overload, shutting down, database gone (503)
    kInternal,     ///< our own failure (500)
  };
  Kind kind = Kind::kInternal;
  std::string message;  ///< for the caller; never holds a secret
};

inline Error invalid(std::string message) { return {Error::Kind::kInvalid, std::move(message)}; }
inline Error not_found(std::string message) { return {Error::Kind::kNotFound, std::move(message)}; }
inline Error conflict(std::string message) { return {Error::Kind::kConflict, std::move(message)}; }
inline Error unavailable(std::string message) { return {Error::Kind::kUnavailable, std::move(message)}; }
inline Error internal(std::string message) { return {Error::Kind::kInternal, std::move(message)}; }

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit on purpose
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit on purpose

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit on purpose

  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace collet
