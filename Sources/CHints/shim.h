// What the processor may be told; it changes when things happen, never what is computed.
#ifndef PERCEPTRON_CHINTS_SHIM_H
#define PERCEPTRON_CHINTS_SHIM_H

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

/// Tells the processor that these bytes are going to be read soon.
static inline void hint_reading(const void *start, ptrdiff_t bytes) {
  for (ptrdiff_t offset = 0; offset < bytes; offset += 64) {
    __builtin_prefetch((const char *)start + offset);
  }
}

#endif
