#pragma once
#include <memory>
#include <optional>
#include <string>

#include "collet/http.hpp"
#include "collet/streams.hpp"
#include "transfer/incoming_file.hpp"
#include "transfer/multipart.hpp"

namespace collet::file {

/// Takes the body of one upload into a file: the field "file" of a form, or the body itself.
class Upload final : public BodyReceiver, private MultipartParser::Parts {
 public:
  /// `path`: absolute. Throws a Refusal (422) where the Content-Type is one that carries no file.
  Upload(const Request& request, std::string path);

  void take(std::string_view piece) override;
  Response end() override;

 private:
  void part(const std::string& name) override;
  void data(std::string_view bytes) override;
  void part_end() override;
  void open();

  const std::string path_;
  const std::optional<std::uint64_t> expected_;  ///< bytes of the body
  std::optional<MultipartParser> form_;
  std::optional<IncomingFile> file_;
  bool in_file_ = false;      ///< the part that comes is the file
  bool needs_bytes_ = false;  ///< an empty body is no file
};

}  // namespace collet::file
