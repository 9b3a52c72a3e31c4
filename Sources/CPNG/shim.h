#ifndef CPNG_SHIM_H
#define CPNG_SHIM_H

// libpng, which writes and reads pictures. No stable interface is promised: use `Image.png` and `PNG.read`.
#include <png.h>

#endif
