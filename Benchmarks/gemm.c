// A plain C program that times the matrix products it is given, to hold bench's figures against.
// scripts/compare-c compiles and runs it.
//
// usage: gemm SECONDS < products
// Each line of the input is "m k n transposeA transposeB threads"; for each the median time of a
// call of cblas_sgemm in seconds is printed, a line each. All take their turn in ten rounds.
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 10, MAX_PRODUCTS = 1000, MAX_SAMPLES = 1 << 16 };

typedef struct {
  int m, k, n, transposeA, transposeB, threads;
  float *a, *b, *c;
  double *samples;
  int count;
} product;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

static float *random_matrix(size_t count) {
  float *matrix = malloc(count * sizeof(float));
  for (size_t i = 0; i < count; i++) matrix[i] = (float)rand() / RAND_MAX;
  return matrix;
}

static void multiply(const product *p) {
  cblas_sgemm(CblasRowMajor, p->transposeA ? CblasTrans : CblasNoTrans,
              p->transposeB ? CblasTrans : CblasNoTrans, p->m, p->n, p->k, 1, p->a,
              p->transposeA ? p->m : p->k, p->b, p->transposeB ? p->k : p->n, 0, p->c, p->n);
}

// Calls for `slice` seconds, several at a time where one is too short for the clock.
static void visit(product *p, double slice) {
  openblas_set_num_threads(p->threads);
  multiply(p);
  double start = now();
  multiply(p);
  double once = now() - start;
  int repeat = once < 25e-6 ? (int)(25e-6 / once) + 1 : 1;
  double end = now() + slice;
  do {
    start = now();
    for (int i = 0; i < repeat; i++) multiply(p);
    double elapsed = (now() - start) / repeat;
    if (p->count < MAX_SAMPLES) p->samples[p->count++] = elapsed;
  } while (now() < end);
}

static int ascending(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return (difference > 0) - (difference < 0);
}

int main(int argc, char **argv) {
  static product products[MAX_PRODUCTS];
  double seconds = argc > 1 ? atof(argv[1]) : 10;
  int count = 0;
  product p = {0};
  while (count < MAX_PRODUCTS && scanf("%d %d %d %d %d %d", &p.m, &p.k, &p.n, &p.transposeA,
                                       &p.transposeB, &p.threads) == 6) {
    p.a = random_matrix((size_t)p.m * p.k);
    p.b = random_matrix((size_t)p.k * p.n);
    p.c = random_matrix((size_t)p.m * p.n);
    p.samples = malloc(MAX_SAMPLES * sizeof(double));
    products[count++] = p;
  }
  for (int round = 0; round < ROUNDS; round++)
    for (int i = 0; i < count; i++) visit(&products[i], seconds / count / ROUNDS);
  for (int i = 0; i < count; i++) {
    qsort(products[i].samples, products[i].count, sizeof(double), ascending);
    printf("%.9e\n", products[i].samples[products[i].count / 2]);
  }
}
