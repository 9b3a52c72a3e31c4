// Runs before OpenBLAS is loaded: see start.c. Nothing is to be called.
#ifndef PERCEPTRON_CSTART_H
#define PERCEPTRON_CSTART_H
#endif
