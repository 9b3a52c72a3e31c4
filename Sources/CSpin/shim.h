#ifndef PERCEPTRON_CSPIN_SHIM_H
#define PERCEPTRON_CSPIN_SHIM_H

/// Tells the processor that the thread waits in a loop, so that it neither fills its pipeline with
/// loads that come too early nor takes power from the core's other thread.
static inline void spin_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
  __asm__ volatile("yield");
#endif
}

#endif
