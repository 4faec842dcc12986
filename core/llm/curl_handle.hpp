// One transfer's libcurl handle and what its callbacks collect. Internal to the client (curl_multi.cpp).
#pragma once
#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "llm/curl_multi.hpp"
#include "llm/transfer.hpp"

namespace collet::llm {

/// Used on the client's thread only. Its address stays the same: libcurl keeps it.
class CurlHandle {
 public:
  CurlHandle(std::uint64_t id, Transfer transfer, TransferCallbacks callbacks);
  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

  /// Sets all options. False: libcurl refuses one of them (out of memory).
  bool prepare(const CurlMulti::Options& options);
  /// What `code` means for the caller. Moves the answer's headers out.
  TransferEnd end(CURLcode code);

  std::uint64_t id() const { return id_; }
  CURL* easy() const { return easy_.get(); }
  TransferCallbacks& callbacks() { return callbacks_; }
  /// The transfer that a libcurl handle belongs to.
  static CurlHandle* of(CURL* easy);

 private:
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self);
  bool add_header_line(const std::string& line);
  bool take_body(std::string_view piece);
  bool take_header(std::string_view line);

  struct EasyCleanup {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct ListCleanup {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  std::uint64_t id_;
  Transfer transfer_;
  TransferCallbacks callbacks_;
  std::unique_ptr<curl_slist, ListCleanup> header_lines_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  std::size_t max_body_ = 0;
  std::size_t body_bytes_ = 0;
  std::size_t header_bytes_ = 0;
  bool too_large_ = false;
  HeaderList headers_;
  std::unique_ptr<CURL, EasyCleanup> easy_;  // last: its end must come before that of what it points to
};

}  // namespace collet::llm
