#include "plugins/elf_check.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "collet/testing/temporary_folder.hpp"
#include "collet/unique_fd.hpp"

namespace collet::plugins {
namespace {

namespace fs = std::filesystem;

const fs::path kSample = fs::path(COLLET_TEST_PLUGINS) / "sample.so";

std::string check(const fs::path& file) {
  const UniqueFd opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  const auto result = check_elf(opened.get());
  return result ? "" : result.error().message;
}

TEST(ElfCheck, WholeLibrary_Passes) { EXPECT_EQ(check(kSample), ""); }

TEST(ElfCheck, TruncatedAnywhere_IsRefused) {
  const collet::testing::TemporaryFolder folder;
  const fs::path copy = folder / "copy.so";
  const auto size = fs::file_size(kSample);
  for (const auto kept : {size - 1, size / 2, size / 10, std::uintmax_t{100}, std::uintmax_t{64}}) {
    fs::copy_file(kSample, copy, fs::copy_options::overwrite_existing);
    fs::resize_file(copy, kept);
    EXPECT_EQ(check(copy), "is truncated") << kept << " of " << size;
  }
  fs::resize_file(copy, 0);
  EXPECT_EQ(check(copy), "is no ELF file");
}

TEST(ElfCheck, OtherFiles_AreRefused) {
  const collet::testing::TemporaryFolder folder;
  const fs::path text = folder / "text.so";
  std::ofstream(text) << std::string(1000, 'x');
  EXPECT_EQ(check(text), "is no ELF file");
  EXPECT_EQ(check(folder / "none.so"), "cannot be read: Bad file descriptor");

  const fs::path foreign = folder / "foreign.so";
  fs::copy_file(kSample, foreign);
  std::fstream(foreign, std::ios::in | std::ios::out | std::ios::binary).seekp(18).put('\x01');  // e_machine
  EXPECT_EQ(check(foreign), "is built for another machine");
}

}  // namespace
}  // namespace collet::plugins
