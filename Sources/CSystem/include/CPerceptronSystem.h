// What Perceptron takes of the C library, under one name on every system: threads, clocks, the
// functions of one number, numbers as text, and memory.
#ifndef PERCEPTRON_CSYSTEM_H
#define PERCEPTRON_CSYSTEM_H

#include "hints.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <malloc.h>
#else
#include <malloc/malloc.h>
#endif

/// The number of bytes of a block of `malloc` or `posix_memalign`.
static inline size_t size_of_block(void *block) {
#ifdef __linux__
  return malloc_usable_size(block);
#else
  return malloc_size(block);
#endif
}

#endif
