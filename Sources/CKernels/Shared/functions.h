// Functions of one number that loops over them can be vectorised with: no branch, no call, no table.
// The errors they state are in units in the last place (ulp), the largest that were found on every
// fourth float and on ten million doubles.

// The bits of a number, and the other way round.
INLINE uint32_t bits_float(float x) { return (union { float x; uint32_t bits; }){x}.bits; }
INLINE float from_bits_float(uint32_t bits) { return (union { uint32_t bits; float x; }){bits}.x; }
INLINE uint64_t bits_double(double x) { return (union { double x; uint64_t bits; }){x}.bits; }
INLINE double from_bits_double(uint64_t bits) {
  return (union { uint64_t bits; double x; }){bits}.x;
}

// eʳ and n of e^(x + rest) = 2ⁿ·eʳ, where n is the integer next to x / ln 2, for a rest of at most 0.06.
typedef struct { float power; uint32_t n; } exponential_float;
typedef struct { double power; uint64_t n; } exponential_double;

INLINE exponential_float exponential_parts_float(float x, float rest) {
  // Beside so large a number there is no room for a fraction, and the last bits are n.
  const float shift = 0x1.8p23f;
  float shifted = x * 1.44269504089f + shift;
  float n = shifted - shift;
  // ln 2 in two parts, of which the first times n is exact.
  float r = ((x - n * 0.693359375f) + n * 2.12194440e-4f) + rest;
  float tail = 1.38088454892e-3f;
  tail = tail * r + 8.3714955773e-3f;
  tail = tail * r + 4.16686680055e-2f;
  tail = tail * r + 1.66664968445e-1f;
  tail = tail * r + 4.99999917828e-1f;
  return (exponential_float){1 + (r + r * r * tail), bits_float(shifted) - bits_float(shift)};
}

// e^(x + rest) for a rest of at most 0.06. Right for every x, the infinite ones and NaN too, and where the
// result is subnormal; off by at most 1.1 ulp.
INLINE float exp_of_sum_float(float x, float rest) {
  float bounded = x > 89 ? 89 : x;
  bounded = bounded < -105 ? -105 : bounded;
  exponential_float parts = exponential_parts_float(bounded, rest);
  // 2ⁿ in two factors, because it may be out of range where the result is not.
  uint32_t biased = parts.n + 254, half = biased >> 1;
  return parts.power * from_bits_float(half << 23) * from_bits_float((biased - half) << 23);
}

// (eʳ − 1 − r) / r², for |r| up to ln 2 / 2.
INLINE double exp_tail_double(double r) {
  // 1 / 13! down to 1 / 2!.
  double tail = 1.6059043836821613e-10;
  tail = tail * r + 2.08767569878681e-09;
  tail = tail * r + 2.505210838544172e-08;
  tail = tail * r + 2.755731922398589e-07;
  tail = tail * r + 2.7557319223985893e-06;
  tail = tail * r + 2.48015873015873e-05;
  tail = tail * r + 1.984126984126984e-04;
  tail = tail * r + 1.388888888888889e-03;
  tail = tail * r + 8.333333333333333e-03;
  tail = tail * r + 4.1666666666666664e-02;
  tail = tail * r + 1.6666666666666666e-01;
  return tail * r + 0.5;
}

INLINE exponential_double exponential_parts_double(double x, double rest) {
  const double shift = 0x1.8p52;
  double shifted = x * 1.44269504088896340736 + shift;
  double n = shifted - shift;
  double r = ((x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10) + rest;
  double tail = exp_tail_double(r);
  return (exponential_double){1 + (r + r * r * tail), bits_double(shifted) - bits_double(shift)};
}

INLINE double exp_of_sum_double(double x, double rest) {
  double bounded = x > 710 ? 710 : x;
  bounded = bounded < -746 ? -746 : bounded;
  exponential_double parts = exponential_parts_double(bounded, rest);
  uint64_t biased = parts.n + 2046, half = biased >> 1;
  return parts.power * from_bits_double(half << 52) * from_bits_double((biased - half) << 52);
}

// eˣ.
INLINE float exp_float(float x) { return exp_of_sum_float(x, 0); }
INLINE double exp_double(double x) { return exp_of_sum_double(x, 0); }

// The same for an x of at most 85 in size, or NaN, with which neither the result nor 2ⁿ is out of range.
INLINE float exp_within_range_float(float x) {
  exponential_float parts = exponential_parts_float(x, 0);
  return parts.power * from_bits_float((parts.n + 127) << 23);
}
INLINE double exp_within_range_double(double x) {
  exponential_double parts = exponential_parts_double(x, 0);
  return parts.power * from_bits_double((parts.n + 1023) << 52);
}

// 2ˣ for floats and between: 2ⁿ times a polynomial of the rest, in double precision, where no float is
// subnormal. Off by at most 0.53 ulp, rounded to float.
INLINE double exp2_for_float(double x) {
  // Beyond, the result is infinite or 0.
  x = x > 160 ? 160 : x;
  x = x < -160 ? -160 : x;
  const double shift = 0x1.8p52;
  double shifted = x + shift;
  double r = x - (shifted - shift);
  double power = 0.0001546144469856913;
  power = power * r + 0.0013400428177615838;
  power = power * r + 0.009618056678524637;
  power = power * r + 0.05550327226670302;
  power = power * r + 0.24022650922288757;
  power = power * r + 0.6931472067028326;
  power = power * r + 1;
  uint64_t biased = bits_double(shifted) - bits_double(shift) + 1023;
  return power * from_bits_double(biased << 52);
}

// 2ˣ, exact where x is an integer.
INLINE float exp2_float(float x) { return (float)exp2_for_float(x); }

// eˣ − 1 = (2ⁿ − 1) + 2ⁿ·(eʳ − 1), where the rounding of (2ⁿ − 1) + 2ⁿ·r is kept. −0 at −0. Off by at
// most 1.2 ulp.
INLINE float exp_minus_one_float(float x) {
  float bounded = x > 89 ? 89 : x;
  bounded = bounded < -18 ? -18 : bounded;
  const float shift = 0x1.8p23f;
  float shifted = bounded * 1.44269504089f + shift;
  float n = shifted - shift;
  float first = bounded - n * 0.693359375f;
  float second = n * -2.12194440e-4f;
  float r = first - second;
  float rest = (first - r) - second;
  float tail = 1.98412698e-4f;
  tail = tail * r + 1.38888889e-3f;
  tail = tail * r + 8.33333333e-3f;
  tail = tail * r + 4.16666667e-2f;
  tail = tail * r + 1.66666667e-1f;
  tail = tail * r + 0.5f;
  // 2¹²⁸ is out of range where the result may not be.
  bool is_large = n > 64;
  uint32_t biased = bits_float(shifted) - bits_float(shift) + (is_large ? 126 : 127);
  float power = from_bits_float(biased << 23);
  float less = power - 1;
  float sum = less + power * r;
  float lost = power * r - (sum - less);
  sum += lost + power * (r * r * tail + rest);
  return __builtin_copysignf(is_large ? 2 * sum : sum, x);
}

INLINE double exp_minus_one_double(double x) {
  double bounded = x > 710 ? 710 : x;
  bounded = bounded < -40 ? -40 : bounded;
  const double shift = 0x1.8p52;
  double shifted = bounded * 1.44269504088896340736 + shift;
  double n = shifted - shift;
  double first = bounded - n * 6.93147180369123816490e-01;
  double second = n * 1.90821492927058770002e-10;
  double r = first - second;
  double rest = (first - r) - second;
  double tail = exp_tail_double(r);
  bool is_large = n > 512;
  uint64_t biased = bits_double(shifted) - bits_double(shift) + (is_large ? 1022 : 1023);
  double power = from_bits_double(biased << 52);
  double less = power - 1;
  double sum = less + power * r;
  double lost = power * r - (sum - less);
  sum += lost + power * (r * r * tail + rest);
  return __builtin_copysign(is_large ? 2 * sum : sum, x);
}

// tanh x: near 0, where 1 − 2 / (e²ˣ + 1) would lose digits, x plus x³ times a polynomial of x², or
// a quotient of two (Moshier's Cephes). −0 at −0. Off by at most 1.4 ulp.
INLINE float hyperbolic_tangent_float(float x) {
  float magnitude = __builtin_fabsf(x);
  // Beyond, the result is 1.
  float far = 1 - 2 / (exp_within_range_float(2 * (magnitude > 10 ? 10 : magnitude)) + 1);
  float z = x * x;
  float factor = -5.71703655258e-3f;
  factor = factor * z + 2.06505789952e-2f;
  factor = factor * z - 5.37434952585e-2f;
  factor = factor * z + 1.33314912485e-1f;
  factor = factor * z - 3.33332839236e-1f;
  return __builtin_copysignf(magnitude < 0.625f ? x + x * z * factor : far, x);
}

INLINE double hyperbolic_tangent_double(double x) {
  double magnitude = __builtin_fabs(x);
  double far = 1 - 2 / (exp_within_range_double(2 * (magnitude > 20 ? 20 : magnitude)) + 1);
  double z = x * x;
  double p = -9.64399179425052238628e-1;
  p = p * z - 9.92877231001918586564e1;
  p = p * z - 1.61468768441708447952e3;
  double q = z + 1.12811678491632931402e2;
  q = q * z + 2.23548839060100448583e3;
  q = q * z + 4.84406305325125486048e3;
  return __builtin_copysign(magnitude < 0.625 ? x + x * z * (p / q) : far, x);
}

// Φ(x), the share of normal deviates below x, and e^(−x²/2), which is Φ's slope but for a factor.
typedef struct { float share, power; } normal_float;
typedef struct { double share, power; } normal_double;

// For t = |x|, Φ(−t) / e^(−t²/2) is a polynomial of (t − 4) / (t + 4), divided by t + 4. x·Φ(x) is
// off by at most 6.4 ulp but below −12.8, where Φ(x) is subnormal.
INLINE normal_float normal_distribution_float(float x) {
  // Beyond, the power is 0.
  float t = __builtin_fabsf(x);
  t = t > 15 ? 15 : t;
  // The square in two parts, of which the first is exact: a rounding of it would be multiplied by
  // its size.
  float high = from_bits_float(bits_float(t) & 0xfffff000);
  float power = exp_of_sum_float(high * high * -0.5f, (t - high) * (t + high) * -0.5f);
  float inverse = 1 / (t + 4);
  float s = (t - 4) * inverse;
  float tail = -1.341974346e-4f;
  tail = tail * s + 1.746571926e-4f;
  tail = tail * s + 1.568408226e-3f;
  tail = tail * s - 3.51020953e-3f;
  tail = tail * s - 7.52400399e-3f;
  tail = tail * s + 6.040348915e-2f;
  tail = tail * s - 1.865236564e-1f;
  tail = tail * s + 3.871369165e-1f;
  tail = tail * s - 6.078965799e-1f;
  tail = tail * s + 7.552851353e-1f;
  tail = tail * inverse * power;
  return (normal_float){x < 0 ? tail : 1 - tail, power};
}

// By the C library's erfc, because 1 + erf loses what is left of it far below 0: double precision is
// for checking.
INLINE normal_double normal_distribution_double(double x) {
  return (normal_double){erfc(x * -0.70710678118654752440) / 2, exp_double(-x * x / 2)};
}

// erf x: near 0 x plus x times a polynomial of x², elsewhere 1 − erfc x. Off by at most 1.6 ulp.
INLINE float error_function_float(float x) {
  float magnitude = __builtin_fabsf(x);
  float far = 1 - 2 * normal_distribution_float(magnitude * -1.41421356f).share;
  float z = x * x;
  float factor = 7.8758750627e-5f;
  factor = factor * z - 8.0168642872e-4f;
  factor = factor * z + 5.1890874234e-3f;
  factor = factor * z - 2.6854212011e-2f;
  factor = factor * z + 1.1283594715e-1f;
  factor = factor * z - 3.7612626667e-1f;
  factor = factor * z + 1.2837916585e-1f;
  return magnitude < 1 ? x + x * factor : __builtin_copysignf(far, x);
}

// For t = |x|, erfc t / e^(−t²) is a polynomial of (t − 2) / (t + 2), divided by t + 2.
INLINE double error_function_double(double x) {
  double t = __builtin_fabs(x);
  bool is_near = t < 1;
  // Beyond, the result is ±1.
  t = t > 6 ? 6 : t;
  double inverse = 1 / (t + 2);
  double s = (t - 2) * inverse;
  double tail = 5.127540347756448e-06;
  tail = tail * s - 8.179282853698761e-07;
  tail = tail * s - 1.6690978636810987e-05;
  tail = tail * s - 2.1636133850813653e-05;
  tail = tail * s + 3.423360798367434e-05;
  tail = tail * s + 0.00014445202089678473;
  tail = tail * s + 3.4365322122850224e-05;
  tail = tail * s - 0.0006630716756367664;
  tail = tail * s - 0.0008372958440063437;
  tail = tail * s + 0.003090611975945019;
  tail = tail * s + 0.006479185064304484;
  tail = tail * s - 0.02151066188773439;
  tail = tail * s - 0.03644223150686364;
  tail = tail * s + 0.27947209255604094;
  tail = tail * s - 0.6871606844138106;
  tail = tail * s + 1.021582705242023;
  double far = 1 - tail * inverse * exp_double(-t * t);
  double z = x * x;
  double factor = 5.957176147748911e-11;
  factor = factor * z - 1.1372848856791674e-09;
  factor = factor * z + 1.4659775274047436e-08;
  factor = factor * z - 1.6350312701054695e-07;
  factor = factor * z + 1.6461000484121368e-06;
  factor = factor * z - 1.4925595266831182e-05;
  factor = factor * z + 0.0001205533111164271;
  factor = factor * z - 0.000854832698083379;
  factor = factor * z + 0.0052239776248180145;
  factor = factor * z - 0.026866170645076792;
  factor = factor * z + 0.11283791670954879;
  factor = factor * z - 0.3761263890318375;
  factor = factor * z + 0.1283791670955126;
  return is_near ? x + x * factor : __builtin_copysign(far, x);
}

// 0 for a subnormal number, with which many processors compute a hundred times more slowly.
INLINE float flushed_float(float x) { return __builtin_fabsf(x) < 0x1p-126f ? 0 : x; }
INLINE double flushed_double(double x) { return __builtin_fabs(x) < 0x1p-1022 ? 0 : x; }

// The root of a sum of squares; unlike sqrt, it never sets errno.
INLINE float root_float(float x) { return __builtin_elementwise_sqrt(__builtin_fabsf(x)); }
INLINE double root_double(double x) { return __builtin_elementwise_sqrt(__builtin_fabs(x)); }

// ln x, by the C library: once for each row.
INLINE float logarithm_float(float x) { return logf(x); }
INLINE double logarithm_double(double x) { return log(x); }

// x above 0, else 0; NaN stays NaN.
#define RECTIFIED(x) ((x) < 0 ? 0 : (x))

// A permutation of the 64-bit numbers in which every bit depends on every other: SplitMix64's.
INLINE uint64_t mixed(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}
