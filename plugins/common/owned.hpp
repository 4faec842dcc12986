#pragma once
#include <memory>

namespace collet {

/// Gives what a C library has made back to it.
template <auto free>
struct FreeWith {
  template <class Type>
  void operator()(Type* object) const noexcept {
    free(object);
  }
};

/// Owns it: Owned<git_object, git_object_free>.
template <class Type, auto free>
using Owned = std::unique_ptr<Type, FreeWith<free>>;

}  // namespace collet
