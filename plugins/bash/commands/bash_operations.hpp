// What the document of the API says of the bash routes.
#pragma once
#include <string>

namespace collet::bash::operations {

std::string execute();
std::string start();
std::string search();
std::string get();
std::string get_batch();
std::string clear();

}  // namespace collet::bash::operations
