#include "plugins/elf_check.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "plugins/file_check.hpp"
#include "plugins/testing/temporary_folder.hpp"

namespace collet::plugins {
namespace {

namespace fs = std::filesystem;

const fs::path kSample = fs::path(COLLET_TEST_PLUGINS) / "sample.so";

std::string check(const fs::path& file) {
  const auto result = check_elf(file);
  return result ? "" : result.error().message;
}

TEST(ElfCheck, WholeLibrary_Passes) { EXPECT_EQ(check(kSample), ""); }

TEST(ElfCheck, TruncatedAnywhere_IsRefused) {
  const TemporaryFolder folder;
  const fs::path copy = folder.path() / "copy.so";
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
  const TemporaryFolder folder;
  const fs::path text = folder.path() / "text.so";
  std::ofstream(text) << std::string(1000, 'x');
  EXPECT_EQ(check(text), "is no ELF file");
  EXPECT_EQ(check(folder.path() / "none.so"), "cannot be read: No such file or directory");

  const fs::path foreign = folder.path() / "foreign.so";
  fs::copy_file(kSample, foreign);
  std::fstream(foreign, std::ios::in | std::ios::out | std::ios::binary).seekp(18).put('\x01');  // e_machine
  EXPECT_EQ(check(foreign), "is built for another machine");
}

std::string check_access(const fs::path& file) {
  const auto result = check_file(file);
  return result ? "" : result.error().message;
}

TEST(FileCheck, OwnFileInOwnFolder_Passes) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "a.so";
  std::ofstream(file) << "x";
  EXPECT_EQ(check_access(file), "");
  fs::create_symlink(file, folder.path() / "link.so");
  EXPECT_EQ(check_access(folder.path() / "link.so"), "");
}

TEST(FileCheck, WritableByOthers_IsRefused) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "a.so";
  std::ofstream(file) << "x";
  ASSERT_EQ(::chmod(file.c_str(), 0666), 0);
  EXPECT_EQ(check_access(file), "it is writable by everybody");
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  ASSERT_EQ(::chmod(folder.path().c_str(), 0777), 0);
  EXPECT_EQ(check_access(file), "its folder " + folder.path().string() + " is writable by everybody");
}

TEST(FileCheck, ForeignOwner_IsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "a.so";
  std::ofstream(file) << "x";
  ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0);
  EXPECT_EQ(check_access(file), "it belongs to another user (uid 12345)");
}

}  // namespace
}  // namespace collet::plugins
