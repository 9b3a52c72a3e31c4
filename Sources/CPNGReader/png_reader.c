#include "png_reader.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

struct source {
  const uint8_t *bytes;
  size_t count, offset;
  struct png_reader_failure *failure;
};

static bool fail(struct source *source, const char *message) {
  source->failure->offset = (ptrdiff_t)source->offset;
  size_t room = sizeof source->failure->message - 1, length = strlen(message);
  if (length > room) length = room;
  memcpy(source->failure->message, message, length);
  source->failure->message[length] = 0;
  return false;
}

static void on_error(png_structp png, png_const_charp message) {
  fail(png_get_error_ptr(png), message);
  png_longjmp(png, 1);
}

// Warnings are about chunks that are not used.
static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  struct source *source = png_get_io_ptr(png);
  if (count > source->count - source->offset) png_error(png, "the file ends within the picture");
  memcpy(target, source->bytes + source->offset, count);
  source->offset += count;
}

// Everything that may jump, in a function without variables that change after setjmp.
static bool decode(
  png_structp png, png_infop info, png_bytepp rows, ptrdiff_t width, ptrdiff_t height,
  ptrdiff_t channels) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  // Sizes are the caller's concern, who has allocated the pixels.
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  // All chunks but the header, the palette, transparent colors, and the pixels.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_read_info(png, info);
  png_set_expand(png);
  png_set_scale_16(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  if ((ptrdiff_t)png_get_image_width(png, info) != width
      || (ptrdiff_t)png_get_image_height(png, info) != height
      || png_get_channels(png, info) != channels
      || (ptrdiff_t)png_get_rowbytes(png, info) != width * channels) {
    png_error(png, "the palette or the transparent color does not fit the header");
  }
  png_read_image(png, rows);
  png_read_end(png, NULL);
  return true;
}

bool png_reader_decode(
  const uint8_t *bytes, ptrdiff_t count, uint8_t *pixels, ptrdiff_t width, ptrdiff_t height,
  ptrdiff_t channels, struct png_reader_failure *failure) {
  struct source source = {bytes, (size_t)count, 0, failure};
  png_structp png =
    png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, on_error, on_warning);
  png_infop info = png == NULL ? NULL : png_create_info_struct(png);
  png_bytepp rows = malloc((size_t)height * sizeof *rows);
  bool is_decoded = false;
  if (info == NULL || rows == NULL) {
    fail(&source, "libpng has no memory");
  } else {
    for (ptrdiff_t row = 0; row < height; row++) rows[row] = pixels + row * width * channels;
    png_set_read_fn(png, &source, read_bytes);
    is_decoded = decode(png, info, rows, width, height, channels);
  }
  free(rows);
  png_destroy_read_struct(&png, &info, NULL);
  return is_decoded;
}
