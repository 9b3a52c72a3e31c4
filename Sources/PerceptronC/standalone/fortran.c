// What OpenBLAS's LAPACK, which is Fortran, takes of libgfortran: with it, a library that contains OpenBLAS needs no
// Fortran runtime. Only linked by `scripts/install-c --standalone`.
#include <stddef.h>
#include <string.h>

// Fortran's first // second, cut or filled with spaces to `length`.
void _gfortran_concat_string(
    size_t length, char *target, size_t first_length, const char *first, size_t second_length,
    const char *second) {
  size_t begun = first_length < length ? first_length : length;
  memcpy(target, first, begun);
  size_t room = length - begun;
  size_t copied = second_length < room ? second_length : room;
  memcpy(target + begun, second, copied);
  memset(target + begun + copied, ' ', room - copied);
}
