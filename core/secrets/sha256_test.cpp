#include "secrets/sha256.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace collet::secrets {
namespace {

// The digests are those of coreutils' sha256sum.
TEST(Sha256, OfAFile) {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(*sha256_of_file(::fileno(file)),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  std::fputs("abc", file);
  std::fflush(file);
  EXPECT_EQ(*sha256_of_file(::fileno(file)),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  std::fputs(std::string(100'000, 'x').c_str(), file);
  std::fflush(file);
  EXPECT_EQ(*sha256_of_file(::fileno(file)),
            "da5243332b96c1d46f4b85e93b8a718c54a12051a2d38f9d8389399f219e2897");
  std::fclose(file);
}

TEST(Sha256, Text_HasTheDigestOfItsBytes) {
  EXPECT_EQ(sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, NoFile_IsAnError) { EXPECT_FALSE(sha256_of_file(-1).ok()); }

}  // namespace
}  // namespace collet::secrets
