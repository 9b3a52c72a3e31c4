/// A function that headers have where their network needs it.
enum CFunction: String, CaseIterable {
  case allFinite = "all_finite"
  case center, project, affine, relu
  case leakyReLU = "leaky_relu"
  case tanh, sigmoid, gelu
  case batchNorm = "batch_norm"
  case layerNorm = "layer_norm"
  case softmax, add
  case logarithmOfMean = "log_of_mean"
  case logitOfMean = "logit_of_mean"
  case largest

  /// The definition, in which `$` stands for the prefix of names.
  var definition: String {
    switch self {
    case .allFinite:
      """
      static inline int $_all_finite(const float *x, size_t count) {
        for (size_t i = 0; i < count; i++) {
          if (!isfinite(x[i])) return 0;
        }
        return 1;
      }
      """
    case .center:
      """
      static inline void $_center(float *x, size_t count, const float *mean) {
        for (size_t i = 0; i < count; i++) x[i] -= mean[i];
      }
      """
    case .project:
      """
      /* The coordinates of x along directions, each a row of `columns` numbers. In double precision, because
       * they may be small differences of large numbers. */
      static inline void $_project(
          const double *mean, const double *directions, size_t columns, size_t count, const float *x,
          float *y) {
        for (size_t c = 0; c < count; c++, directions += columns) {
          double sum = 0;
          for (size_t i = 0; i < columns; i++) sum += ((double)x[i] - mean[i]) * directions[i];
          y[c] = (float)sum;
        }
      }
      """
    case .affine:
      """
      /* y = bias + x * weights, of which each input has a row of `outputs` numbers. Takes four inputs at a
       * time, so that y is read and written less often. */
      static inline void $_affine(
          const float *weights, const float *bias, size_t inputs, size_t outputs, const float *x,
          float *y) {
        for (size_t j = 0; j < outputs; j++) y[j] = bias[j];
        for (; inputs >= 4; inputs -= 4, x += 4, weights += 4 * outputs) {
          const float a = x[0], b = x[1], c = x[2], d = x[3];
          for (size_t j = 0; j < outputs; j++) {
            y[j] += a * weights[j] + b * weights[outputs + j] + c * weights[2 * outputs + j] +
                    d * weights[3 * outputs + j];
          }
        }
        for (; inputs > 0; inputs--, x++, weights += outputs) {
          const float a = x[0];
          for (size_t j = 0; j < outputs; j++) y[j] += a * weights[j];
        }
      }
      """
    case .relu:
      """
      static inline void $_relu(float *x, size_t count) {
        for (size_t i = 0; i < count; i++) x[i] = x[i] < 0.0f ? 0.0f : x[i];
      }
      """
    case .leakyReLU:
      """
      static inline void $_leaky_relu(float *x, size_t count, float slope) {
        for (size_t i = 0; i < count; i++) x[i] = x[i] > 0.0f ? x[i] : slope * x[i];
      }
      """
    case .tanh:
      """
      static inline void $_tanh(float *x, size_t count) {
        for (size_t i = 0; i < count; i++) x[i] = tanhf(x[i]);
      }
      """
    case .sigmoid:
      """
      static inline void $_sigmoid(float *x, size_t count) {
        for (size_t i = 0; i < count; i++) x[i] = 1.0f / (1.0f + expf(-x[i]));
      }
      """
    case .gelu:
      """
      /* x times the share of normal deviates below x. */
      static inline void $_gelu(float *x, size_t count) {
        for (size_t i = 0; i < count; i++) x[i] *= 0.5f * erfcf(x[i] * -0.707106781f);
      }
      """
    case .batchNorm:
      """
      /* scale is gamma / sqrt(variance + epsilon). */
      static inline void $_batch_norm(
          float *x, size_t count, const float *mean, const float *scale, const float *beta) {
        for (size_t i = 0; i < count; i++) x[i] = (x[i] - mean[i]) * scale[i] + beta[i];
      }
      """
    case .layerNorm:
      """
      static inline void $_layer_norm(
          float *x, size_t count, float epsilon, const float *gamma, const float *beta) {
        float mean = 0.0f, variance = 0.0f;
        for (size_t i = 0; i < count; i++) mean += x[i];
        mean /= (float)count;
        for (size_t i = 0; i < count; i++) variance += (x[i] - mean) * (x[i] - mean);
        const float factor = 1.0f / sqrtf(variance / (float)count + epsilon);
        for (size_t i = 0; i < count; i++) x[i] = (x[i] - mean) * factor * gamma[i] + beta[i];
      }
      """
    case .softmax:
      """
      static inline void $_softmax(float *x, size_t count) {
        float largest = x[0], sum = 0.0f;
        for (size_t i = 1; i < count; i++) largest = x[i] > largest ? x[i] : largest;
        for (size_t i = 0; i < count; i++) {
          x[i] = expf(x[i] - largest);
          sum += x[i];
        }
        for (size_t i = 0; i < count; i++) x[i] /= sum;
      }
      """
    case .add:
      """
      /* y += x / divisor. */
      static inline void $_add(const float *x, float divisor, float *y, size_t count) {
        for (size_t i = 0; i < count; i++) y[i] += x[i] / divisor;
      }
      """
    case .logarithmOfMean:
      """
      /* ln x, of 0 that of the smallest normal number. */
      static inline float $_log(float x) { return logf(x < 1.17549435e-38f ? 1.17549435e-38f : x); }

      static inline void $_log_of_mean(float *x, size_t count) {
        for (size_t i = 0; i < count; i++) x[i] = $_log(x[i]);
      }
      """
    case .logitOfMean:
      """
      static inline void $_logit_of_mean(float *x, size_t count) {
        for (size_t i = 0; i < count; i++) x[i] = $_log(x[i]) - $_log(1.0f - x[i]);
      }
      """
    case .largest:
      """
      /* The place of the largest number, the first of equal ones. */
      static inline int $_largest(const float *x, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
          if (x[i] > x[best]) best = i;
        }
        return best;
      }
      """
    }
  }

  /// Another function whose definition has what this one uses; nil for none.
  var needs: CFunction? { self == .logitOfMean ? .logarithmOfMean : nil }
}
