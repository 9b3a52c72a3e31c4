// The kernels for one type, REAL; OF_TYPE(name) is a name with the type's at its end.
#include "conversion.h"
#include "elementwise.h"
#include "activations.h"
#include "transposition.h"
#include "products.h"
#include "dense.h"
#include "losses.h"
#include "updates.h"
