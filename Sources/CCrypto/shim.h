// libcrypto's message digests, for the Serialization module alone.
#ifndef PERCEPTRON_CCRYPTO_SHIM_H
#define PERCEPTRON_CCRYPTO_SHIM_H

#include <openssl/evp.h>

#endif
