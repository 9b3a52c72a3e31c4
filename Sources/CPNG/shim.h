#ifndef CPNG_SHIM_H
#define CPNG_SHIM_H

// libpng, which writes pictures. No stable interface is promised: use `Image.png`.
#include <png.h>

#endif
