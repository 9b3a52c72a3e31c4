// zlib's gzip file interface, for the Serialization module alone.
#ifndef PERCEPTRON_CZLIB_SHIM_H
#define PERCEPTRON_CZLIB_SHIM_H

#include <zlib.h>

#endif
