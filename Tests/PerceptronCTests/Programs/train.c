/* Learns whether two numbers have a positive product, ends a training early, goes on with it, and saves its model.
 *
 *     train MODEL */
#include <perceptron.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 400, COLUMNS = 2 };

static int fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, perceptron_last_error());
  return 1;
}

/* Ends a training after some calls. */
static int count_down(void *context, const perceptron_progress *progress) {
  int *left = context;
  if (progress->loss < 0 || progress->iteration > progress->iteration_count) return 1;
  return --*left == 0;
}

static double accuracy(
    const perceptron_model *model, const float *rows, const int64_t *classes) {
  int64_t found[ROWS];
  perceptron_predictions predictions = {found, NULL, NULL, NULL};
  if (perceptron_predict_float(model, rows, ROWS, &predictions) != 0) return -1;
  int right = 0;
  for (int i = 0; i < ROWS; i++) right += found[i] == classes[i];
  return (double)right / ROWS;
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  float rows[ROWS * COLUMNS];
  int64_t classes[ROWS];
  srand(1);
  for (int i = 0; i < ROWS; i++) {
    for (int j = 0; j < COLUMNS; j++) rows[i * COLUMNS + j] = (float)(rand() % 2000 - 1000) / 1000;
    classes[i] = rows[i * COLUMNS] * rows[i * COLUMNS + 1] > 0;
  }
  const char *names[] = {"no", "yes"};
  perceptron_examples examples = {
    .type = PERCEPTRON_FLOAT, .features = rows, .row_count = ROWS, .column_count = COLUMNS,
    .kind = PERCEPTRON_CLASSES, .names = names, .name_count = 2, .classes = classes};

  int left = 50;
  perceptron_observer observer = {count_down, &left, 0};
  perceptron_training *training = perceptron_train(
    &examples, "{\"layers\": [16, 16], \"seed\": 3, \"validation\": 0}", &observer);
  if (training == NULL) return fail("perceptron_train");
  printf("iterations %zu\n", perceptron_training_iteration_count(training));

  if (perceptron_training_continue(training, &examples, 100, NULL) != 0) {
    return fail("perceptron_training_continue");
  }
  size_t iterations = perceptron_training_iteration_count(training);
  printf("iterations %zu\n", iterations);
  double *losses = malloc(iterations * sizeof(double));
  if (losses == NULL) return 2;
  perceptron_training_losses(training, losses, iterations);
  if (!(losses[iterations - 1] < losses[0])) return fail("the loss");
  free(losses);

  perceptron_model *model = perceptron_training_model(training);
  if (model == NULL) return fail("perceptron_training_model");
  printf("accuracy %g\n", accuracy(model, rows, classes));
  if (perceptron_model_save(model, arguments[1]) != 0) return fail("perceptron_model_save");
  perceptron_model_free(model);
  perceptron_training_free(training);

  /* What is not as it should be is refused. */
  if (perceptron_train(&examples, "{\"batch\": 0}", NULL) != NULL) return 1;
  printf("%s\n", perceptron_last_error());
  classes[7] = 2;
  if (perceptron_train(&examples, NULL, NULL) != NULL) return 1;
  printf("%s\n", perceptron_last_error());
  return 0;
}
