// Decodes PNG files in memory. libpng reports an error with longjmp, which must not cross frames of
// Swift: whatever may do so is called in here. Internal to Perceptron; no stable interface.
#ifndef PERCEPTRON_CPNGREADER_H
#define PERCEPTRON_CPNGREADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Why a file cannot be decoded.
struct png_reader_failure {
  /// The number of bytes that had been read.
  ptrdiff_t offset;
  /// libpng's message, terminated by a zero.
  char message[160];
};

/// Decodes a file, from its signature to the end chunk: every chunk's checksum is checked.
///
/// Samples of 1, 2 and 4 bits are stretched to 0…255; those of 16 bits are divided by 257, rounded to
/// nearest. Palettes become their colors, transparent colors an alpha channel. Gamma values and color
/// profiles are ignored.
///
/// @param pixels [height, width, channels]; undefined after a failure.
/// @param channels what the file has in this form: gray or RGB, and alpha.
/// @return whether it could be decoded to exactly these sizes.
bool png_reader_decode(
  const uint8_t *_Nonnull bytes, ptrdiff_t count, uint8_t *_Nonnull pixels, ptrdiff_t width,
  ptrdiff_t height, ptrdiff_t channels, struct png_reader_failure *_Nonnull failure);

#endif
