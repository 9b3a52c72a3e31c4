// Which level's kernels run.
#include "../Shared/level.h"

#include <stdatomic.h>

ckernels_level ckernels_best_level(void) {
#ifdef __x86_64__
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return ckernels_avx512;
  if (__builtin_cpu_supports("x86-64-v3")) return ckernels_avx2;
#endif
  return ckernels_baseline;
}

static const ckernels_table *table_of(ckernels_level level) {
  switch (level) {
#ifdef __x86_64__
    case ckernels_avx512: return &ckernels_avx512_table;
    case ckernels_avx2: return &ckernels_avx2_table;
#endif
    default: return &ckernels_baseline_table;
  }
}

// What this thread was told to use.
static _Thread_local const ckernels_table *chosen;

bool ckernels_use_level(ckernels_level level) {
  if (level > ckernels_best_level()) return false;
  chosen = table_of(level);
  return true;
}

// The kernels to run: the machine is asked once, or by several threads at once, which find the same.
static inline const ckernels_table *table(void) {
  static _Atomic(const ckernels_table *) best;
  if (chosen) return chosen;
  const ckernels_table *known = atomic_load_explicit(&best, memory_order_relaxed);
  if (known) return known;
  known = table_of(ckernels_best_level());
  atomic_store_explicit(&best, known, memory_order_relaxed);
  return known;
}

#define KERNEL(name, parameters, arguments)                                \
  void ckernels_##name(ckernels_type type, CKERNELS_LIST parameters) {     \
    if (type == ckernels_float) {                                          \
      table()->name##_float arguments;                                     \
    } else {                                                               \
      table()->name##_double arguments;                                    \
    }                                                                      \
  }
#define REAL void
#define SCALAR double
#include "kernels.def"
