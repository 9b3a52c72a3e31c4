// Hints for the processor and the system: they change when and where things happen, never what is
// computed. Internal to Perceptron; no stable interface.
#ifndef PERCEPTRON_HINTS_H
#define PERCEPTRON_HINTS_H

#include <stddef.h>

/// Tells the processor that the thread waits in a loop, so that it neither fills its pipeline with
/// loads that come too early nor takes power from the core's other thread.
static inline void hint_spinning(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
  __asm__ volatile("yield");
#endif
}

/// Prefetches bytes, which are read soon.
static inline void hint_reading(const void *start, ptrdiff_t bytes) {
  for (ptrdiff_t offset = 0; offset < bytes; offset += 64) {
    __builtin_prefetch((const char *)start + offset);
  }
}

/// The processor that the calling thread runs on, or -1 where that cannot be told.
int hint_processor(void);

/// Moves the calling thread away from `count` processors, if it may run on any other, and leaves it as
/// free to move as it was.
void hint_leaving(const int *processors, ptrdiff_t count);

/// Asks for large pages for memory that is not in use yet: on first writing to it, the system is entered
/// once for every 2 MB, not for every 4 KB.
void hint_large_pages(void *start, ptrdiff_t bytes);

#endif
