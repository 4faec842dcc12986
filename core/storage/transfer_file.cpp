#include "storage/transfer_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "collet/unique_fd.hpp"
#include "secrets/sha256.hpp"
#include "storage/migrations.hpp"

namespace collet::storage {
namespace {

constexpr std::string_view kName = "collet-export";

Error damaged(const std::filesystem::path& file, std::int64_t line) {
  return invalid(file.string() + " is no whole export: line " + std::to_string(line) +
                 " is not what was written. Nothing was changed");
}

// Each line's digest covers the digest before it, so the last one covers all.
void chain(std::string& digest, const std::string& line) { digest = secrets::sha256_of(digest + line); }

const TransferTable* table_named(std::string_view name) {
  const auto& tables = transfer_tables();
  const auto found =
      std::find_if(tables.begin(), tables.end(), [&](const auto& one) { return one.name == name; });
  return found == tables.end() ? nullptr : &*found;
}

std::optional<TransferRow> row_of(const TransferTable& table, const json::Value* values) {
  if (values == nullptr || !values->IsArray() || values->Size() != table.columns.size()) return std::nullopt;
  TransferRow row;
  for (rapidjson::SizeType i = 0; i < values->Size(); ++i) {
    const auto& value = (*values)[i];
    const bool integer = table.columns[i].type == Column::kInteger;
    if (integer ? !value.IsInt64() : !value.IsString()) return std::nullopt;
    row.integers.push_back(integer ? value.GetInt64() : 0);
    row.texts.emplace_back(integer ? std::string_view() : json::view(value));
  }
  return row;
}

Result<TransferHeader> header_of(const std::filesystem::path& file, const std::string& line) {
  const auto header = json::parse(line);
  if (!header || json::string_or(*header, "format") != kName) return damaged(file, 1);
  const auto version = json::int_at(*header, "version").value_or(0);
  const auto schema = json::int_at(*header, "schema").value_or(0);
  const std::int64_t known = main_migrations().back().version;
  if (version > kTransferFormat || schema > known)
    return invalid(file.string() + " was written by a newer Collet (format " + std::to_string(version) +
                   ", schema " + std::to_string(schema) + "; this one knows " +
                   std::to_string(kTransferFormat) + " and " + std::to_string(known) +
                   "). Nothing was changed");
  return TransferHeader{schema, json::string_or(*header, "secret_key")};
}

}  // namespace

Result<TransferWriter> TransferWriter::open(const std::filesystem::path& file) {
  if (std::filesystem::exists(file)) return invalid(file.string() + " is there already");
  TransferWriter writer(file);
  const UniqueFd made(
      ::open(writer.part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  writer.out_.open(writer.part_, std::ios::binary | std::ios::trunc);
  if (!made.valid() || !writer.out_) return invalid("cannot write " + writer.part_.string());
  return writer;
}

TransferWriter::~TransferWriter() {
  if (!out_.is_open()) return;
  std::error_code ignored;
  std::filesystem::remove(part_, ignored);
}

void TransferWriter::line(const std::string& text) {
  chain(digest_, text);
  out_ << text << '\n';
}

void TransferWriter::header(const TransferHeader& header) {
  json::Writer w;
  w.object().member("format", kName).member("version", kTransferFormat).member("schema", header.schema);
  w.member("secret_key", header.key_id).end();
  line(w.take());
}

void TransferWriter::row(const TransferTable& table, const TransferRow& row) {
  json::Writer w;
  w.object().member("table", table.name).key("row").array();
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].type == Column::kInteger) {
      w.value(row.integers[i]);
    } else {
      w.value(row.texts[i]);
    }
  }
  w.end().end();
  line(w.take());
  ++rows_;
}

Result<void> TransferWriter::finish() {
  json::Writer w;
  w.object().member("rows", rows_).member("sha256", digest_).end();
  out_ << w.take() << '\n';
  out_.flush();
  const UniqueFd written(::open(part_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!out_ || ::fsync(written.get()) != 0)
    return unavailable("cannot write " + part_.string() + ": the disk is full or fails");
  std::error_code error;
  std::filesystem::rename(part_, file_, error);
  if (error) return unavailable("cannot rename " + part_.string() + ": " + error.message());
  out_.close();
  return {};
}

Result<TransferHeader> read_transfer(
    const std::filesystem::path& file,
    const std::function<Result<void>(const TransferTable&, const TransferRow&)>& row) {
  std::ifstream in(file, std::ios::binary);
  std::string line;
  if (!in) return invalid("cannot read " + file.string());
  if (!std::getline(in, line)) return damaged(file, 1);
  auto header = header_of(file, line);
  if (!header) return header;
  std::string digest;
  chain(digest, line);
  std::int64_t rows = 0;
  while (std::getline(in, line)) {
    const auto document = json::parse(line);
    if (!document || in.eof()) return damaged(file, rows + 2);
    if (const auto sum = json::string_at(*document, "sha256")) {
      const bool whole = *sum == digest && json::int_at(*document, "rows") == rows && in.peek() == EOF;
      return whole ? header : Result<TransferHeader>(damaged(file, rows + 2));
    }
    const auto* table = table_named(json::string_or(*document, "table"));
    const auto values = table != nullptr ? row_of(*table, json::find(*document, "row")) : std::nullopt;
    if (!values) return damaged(file, rows + 2);
    chain(digest, line);
    ++rows;
    if (auto taken = row(*table, *values); !taken) return taken.error();
  }
  return damaged(file, rows + 2);
}

}  // namespace collet::storage
