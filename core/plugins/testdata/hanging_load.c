/* Its constructor, which the dynamic loader runs, never returns. */
#include <unistd.h>

__attribute__((constructor)) static void hang(void) {
  for (;;) pause();
}
