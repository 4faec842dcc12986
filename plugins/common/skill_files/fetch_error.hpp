#pragma once
#include <stdexcept>
#include <string>

namespace collet::skill_files {

/// Why a source could not be fetched, with the status to answer: 400 the caller's mistake, 502 the other
/// side's, 503 ours for now. what(): one line for people, without user, password or path of a URL.
class FetchError : public std::runtime_error {
 public:
  FetchError(int status, const std::string& what) : std::runtime_error(what), status_(status) {}
  int status() const { return status_; }

 private:
  int status_;
};

}  // namespace collet::skill_files
