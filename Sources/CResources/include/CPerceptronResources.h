// Files that are part of the programs: the compiler embeds them as they are, in no time, where a
// Swift literal of as many bytes takes ten seconds. Internal to Perceptron; no stable interface.
#ifndef PERCEPTRON_CRESOURCES_H
#define PERCEPTRON_CRESOURCES_H

#include <stddef.h>

/// A file's bytes, which live as long as the program.
struct resource {
  const unsigned char *_Nonnull bytes;
  ptrdiff_t count;
};

/// digits.csv.gz; see README.md beside it.
struct resource resource_digits(void);

/// page.css, the style of every page.
struct resource resource_page_style(void);

#endif
