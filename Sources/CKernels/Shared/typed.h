// The kernels for one type, REAL; OF_TYPE(name) is a name with the type's at its end. What kernels.h
// defines for a type is undefined at the end.
#include "conversion.h"
#include "elementwise.h"
#include "activations.h"
#include "powers.h"
#include "elementary.h"
#include "pairs.h"
#include "transposition.h"
#include "products.h"
#include "dense.h"
#include "losses.h"
#include "reductions.h"
#include "sorting.h"
#include "updates.h"
#include "peak.h"

#undef REAL
#undef BITS
#undef OF_TYPE
#undef KEY
#undef KEY_BITS
#undef PAIR
#undef OF_KEY
#undef OF_PAIR
#undef NORMAL_LOOP
#undef FIRST_LOW
#undef FIRST_HIGH
#undef SECOND_LOW
#undef SECOND_HIGH
