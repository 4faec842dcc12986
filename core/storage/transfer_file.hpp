// Inside this folder only: the file of an export, a line of JSON for each row between a header and an end
// that proves that nothing is missing or changed.
#pragma once
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "collet/json.hpp"
#include "storage/transfer_tables.hpp"

namespace collet::storage {

inline constexpr std::int64_t kTransferFormat = 1;

struct TransferHeader {
  std::int64_t schema = 0;
  std::string key_id;
};

/// Writes to a file beside the one that is asked for, which gets its name when it is whole.
class TransferWriter {
 public:
  /// kInvalid: the file is there already, or cannot be made.
  static Result<TransferWriter> open(const std::filesystem::path& file);
  TransferWriter(TransferWriter&&) = default;
  TransferWriter& operator=(TransferWriter&&) = delete;
  ~TransferWriter();

  void header(const TransferHeader& header);
  void row(const TransferTable& table, const TransferRow& row);
  /// The end, on disk. kUnavailable: the disk.
  Result<void> finish();

 private:
  explicit TransferWriter(std::filesystem::path file)
      : file_(std::move(file)), part_(file_.string() + ".part") {}
  void line(const std::string& text);

  std::filesystem::path file_, part_;
  std::ofstream out_;
  std::string digest_;
  std::int64_t rows_ = 0;
};

/// Reads all of it. kInvalid: it is no whole export, or of a newer Collet. `row` may be called before that is
/// known; an Error that it returns ends the reading.
Result<TransferHeader> read_transfer(
    const std::filesystem::path& file,
    const std::function<Result<void>(const TransferTable&, const TransferRow&)>& row);

}  // namespace collet::storage
