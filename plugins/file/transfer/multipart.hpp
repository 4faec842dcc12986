// multipart/form-data (RFC 7578) as it comes, in pieces of any size: the memory does not grow with the parts.
#pragma once
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace collet::file {

/// What is wrong with a form, one line for the client.
class FormError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The boundary that a Content-Type names; nothing: it is no multipart/form-data. Throws FormError when it
/// has no boundary, or one that RFC 2046 does not allow.
std::optional<std::string> form_boundary(std::string_view content_type);

/// Cuts a form into its parts. One thread at a time.
class MultipartParser {
 public:
  static constexpr std::size_t kMostHeadBytes = 16 * 1024;
  static constexpr std::size_t kMostParts = 1000;

  /// Told what comes. What it throws goes through push(); the parser is of no use afterwards.
  class Parts {
   public:
    Parts() = default;
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;
    virtual ~Parts() = default;
    /// A part begins; `name`: of the form's field, empty where it has none.
    virtual void part(const std::string& name) = 0;
    virtual void data(std::string_view bytes) = 0;
    virtual void part_end() = 0;
  };

  /// `parts` must outlive this.
  MultipartParser(std::string_view boundary, Parts& parts);

  /// Throws FormError.
  void push(std::string_view piece);
  /// The input has ended. Throws FormError when the form has not.
  void finish() const;

 private:
  enum class State { kPreamble, kAfterBoundary, kHead, kData, kDone };

  void take_data(std::string_view& piece);
  bool take_held(std::string_view& piece);
  void take_after_boundary(std::string_view& piece);
  void take_head(std::string_view& piece);
  void emit(std::string_view bytes);
  void boundary_found();

  const std::string delimiter_;  // CR LF, two dashes, the boundary
  Parts& parts_;
  State state_ = State::kPreamble;
  std::string held_;  // of the data: may be the beginning of a delimiter
  std::string line_;  // what follows a boundary, or a part's head
  std::size_t count_ = 0;
};

}  // namespace collet::file
