// One transfer's libcurl handle and what its callbacks collect. Internal to the client (curl_multi.cpp).
#pragma once
#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "outbound/curl_multi.hpp"
#include "outbound/transfer.hpp"

namespace collet::outbound {

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
  struct ListCleanup {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self);
  static curl_socket_t on_open(void* self, curlsocktype, curl_sockaddr* address);
  using Lines = std::unique_ptr<curl_slist, ListCleanup>;
  static bool add_line(Lines& lines, const std::string& line);
  bool add_headers();
  bool prepare_method();
  bool prepare_guard();
  bool take_body(std::string_view piece);
  bool take_header(std::string_view line);

  template <class T>
  bool set(CURLoption option, T value) {
    return curl_easy_setopt(easy_.get(), option, value) == CURLE_OK;
  }

  struct EasyCleanup {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };

  std::uint64_t id_;
  Transfer transfer_;
  TransferCallbacks callbacks_;
  Lines header_lines_;
  Lines names_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  std::size_t max_body_ = 0;
  std::size_t body_bytes_ = 0;
  std::size_t header_bytes_ = 0;
  bool too_large_ = false;
  std::string refused_;       // the last address that may_connect refused
  bool let_through_ = false;  // another address
  HeaderList headers_;
  std::unique_ptr<CURL, EasyCleanup> easy_;  // last: its end must come before that of what it points to
};

}  // namespace collet::outbound
