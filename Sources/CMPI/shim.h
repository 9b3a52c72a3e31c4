#ifndef CMPI_SHIM_H
#define CMPI_SHIM_H

// MPI, whose constants are macros that Swift cannot import: CRanks wraps what is used. Internal to
// Perceptron; no stable interface: use `MPICommunicator`.
#include <mpi.h>

#endif
