#include "settings/own_secret.hpp"

#include <gtest/gtest.h>

namespace collet::settings {
namespace {

const OwnAddresses kLocal{"127.0.0.1", 8000, ""};

std::string name(std::string_view url, const OwnAddresses& own = kLocal, std::string_view host = "") {
  return own_secret(url, own, host).value_or("none");
}

TEST(OwnSecret, RelativeUrl) {
  EXPECT_EQ(name("/api/settings/secrets/TOKEN"), "TOKEN");
  EXPECT_EQ(name("/api/settings/secrets/TOKEN?x=/y#z"), "TOKEN");
  for (const char* url : {"/api/settings/secrets/", "/api/settings/secrets", "/api/settings/secrets/BAD-NAME",
                          "/api/settings/secrets/A/B", "/api/settings/secrets/../settings", "/api/settings",
                          "", "api/settings/secrets/TOKEN", "//127.0.0.1:8000/api/settings/secrets/TOKEN"})
    EXPECT_EQ(name(url), "none") << url;
}

TEST(OwnSecret, PathIsDecodedOnce) {
  const OwnAddresses own{"127.0.0.1", 8000, "https://collet.example/ba%73e"};
  for (const char* url : {"/api/settings/secrets/%4fWN", "/api/settings/%73ecrets/OWN",
                          "http://127.0.0.1:8000/api/settings/secrets/%4FWN?x=1",
                          "https://collet.example/base/api/settings/secrets/%4fWN"})
    EXPECT_EQ(name(url, own), "OWN") << url;
  for (const char* url : {"/api/settings/secrets/%254fWN", "/api/settings%2fsecrets/OWN",
                          "/api/settings/secrets/OWN%00", "/api/settings/secrets/OWN%2fX"})
    EXPECT_EQ(name(url, own), "none") << url;
}

TEST(OwnSecret, ListenAddressInsideASixthVersionOne) {
  for (const char* url : {"http://[::ffff:127.0.0.1]:8000/api/settings/secrets/T",
                          "http://[::ffff:7f00:1]:8000/api/settings/secrets/T"}) {
    EXPECT_EQ(name(url), "T") << url;
    EXPECT_EQ(name(url, {"::", 8000, ""}), "T") << url;
    EXPECT_EQ(name(url, {"10.0.0.1", 8000, ""}), "none") << url;
  }
  EXPECT_EQ(name("http://[::ffff:10.0.0.1]:8000/api/settings/secrets/T", {"10.0.0.1", 8000, ""}), "T");
}

TEST(OwnSecret, ListenAddress) {
  for (const char* url :
       {"http://127.0.0.1:8000/api/settings/secrets/T", "http://localhost:8000/api/settings/secrets/T",
        "http://LOCALHOST.:8000/api/settings/secrets/T", "http://[::1]:8000/api/settings/secrets/T",
        "http://127.1:8000/api/settings/./secrets/T"})
    EXPECT_EQ(name(url), "T") << url;
  for (const char* url :
       {"http://127.0.0.1:8001/api/settings/secrets/T", "http://127.0.0.1/api/settings/secrets/T",
        "https://127.0.0.1:8000/api/settings/secrets/T", "http://u@127.0.0.1:8000/api/settings/secrets/T",
        "http://127.0.0.1.example:8000/api/settings/secrets/T", "http://127.0.0.1:8000/api/settings",
        "http://10.0.0.1:8000/api/settings/secrets/T", "ftp://127.0.0.1:8000/api/settings/secrets/T"})
    EXPECT_EQ(name(url), "none") << url;
}

TEST(OwnSecret, ListeningElsewhere) {
  const OwnAddresses one{"10.0.0.1", 8000, ""};
  EXPECT_EQ(name("http://10.0.0.1:8000/api/settings/secrets/T", one), "T");
  EXPECT_EQ(name("http://127.0.0.1:8000/api/settings/secrets/T", one), "none")
      << "somebody else may listen there";
  for (const char* everywhere : {"0.0.0.0", "::", "[::]"})
    EXPECT_EQ(name("http://127.0.0.1:8000/api/settings/secrets/T", {everywhere, 8000, ""}), "T")
        << everywhere;
  EXPECT_EQ(name("http://127.0.0.1:8000/api/settings/secrets/T", {"127.0.0.1", 0, ""}), "none");
}

TEST(OwnSecret, PublicUrl) {
  const OwnAddresses own{"0.0.0.0", 8000, "https://Collet.example/base/"};
  EXPECT_EQ(name("https://collet.example/base/api/settings/secrets/T", own), "T");
  EXPECT_EQ(name("https://collet.example:443/base/api/settings/secrets/T", own), "T");
  EXPECT_EQ(name("https://collet.example/api/settings/secrets/T", own), "none");
  EXPECT_EQ(name("http://collet.example/base/api/settings/secrets/T", own), "none");
  EXPECT_EQ(name("https://collet.example.evil/base/api/settings/secrets/T", own), "none");
}

TEST(OwnSecret, HostOfTheRequest) {
  EXPECT_EQ(name("http://box:8123/api/settings/secrets/T", kLocal, "box:8123"), "T");
  EXPECT_EQ(name("https://box/api/settings/secrets/T", kLocal, "Box"), "T");
  EXPECT_EQ(name("http://box/api/settings/secrets/T", kLocal, "box"), "T");
  EXPECT_EQ(name("http://box:8123/api/settings/secrets/T", kLocal, "box"), "none");
  EXPECT_EQ(name("http://box/api/settings/secrets/T", kLocal, "box:8123"), "none");
  EXPECT_EQ(name("http://box/api/settings/secrets/T", kLocal, "other"), "none");
  EXPECT_EQ(name("http://box/api/settings/secrets/T", kLocal, ""), "none");
}

}  // namespace
}  // namespace collet::settings
