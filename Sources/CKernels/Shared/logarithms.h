// Logarithms and powers of finite numbers above 0, for vectorised loops as functions.h describes.

// ln(1 + f) + k·ln 2 + rest, for f between √½ − 1 and √2 − 1: the logarithm of 1 + f is a series of
// s = f / (2 + f) (Sun's fdlibm).
INLINE float log_of_parts_float(float f, float k, float rest) {
  float s = f / (2 + f);
  float z = s * s;
  float tail = 0.24279078841f;
  tail = tail * z + 0.28498786688f;
  tail = tail * z + 0.40000972152f;
  tail = tail * z + 0.66666662693f;
  float half = 0.5f * f * f;
  return k * 6.9313812256e-01f - ((half - (s * (half + z * tail) + (k * 9.0580006145e-06f + rest))) - f);
}

INLINE double log_of_parts_double(double f, double k, double rest) {
  double s = f / (2 + f);
  double z = s * s;
  double tail = 1.479819860511658591e-01;
  tail = tail * z + 1.531383769920937332e-01;
  tail = tail * z + 1.818357216161805012e-01;
  tail = tail * z + 2.222219843214978396e-01;
  tail = tail * z + 2.857142874366239149e-01;
  tail = tail * z + 3.999999999940941908e-01;
  tail = tail * z + 6.666666666666735130e-01;
  double half = 0.5 * f * f;
  return k * 6.93147180369123816490e-01
      - ((half - (s * (half + z * tail) + (k * 1.90821492927058770002e-10 + rest))) - f);
}

// A positive normal number as 2ᵏ·m, m between √½ and √2.
typedef struct { float m, k; } binary_float;
typedef struct { double m, k; } binary_double;

INLINE binary_float binary_parts_float(float x) {
  uint32_t moved = bits_float(x) + (0x3f800000 - 0x3f3504f3);
  // The biased exponent, as the last bits of a large number.
  float k = from_bits_float(0x4b000000 | moved >> 23) - (0x1p23f + 127);
  return (binary_float){from_bits_float((moved & 0x007fffff) + 0x3f3504f3), k};
}

INLINE binary_double binary_parts_double(double x) {
  uint64_t moved = bits_double(x) + (0x3ff0000000000000 - 0x3fe6a09e00000000);
  double k = from_bits_double(0x4330000000000000 | moved >> 52) - (0x1p52 + 1023);
  return (binary_double){from_bits_double((moved & 0x000fffffffffffff) + 0x3fe6a09e00000000), k};
}

// The same of a number that may be subnormal.
INLINE binary_float any_binary_parts_float(float x) {
  bool is_subnormal = x < 0x1p-126f;
  binary_float parts = binary_parts_float(is_subnormal ? x * 0x1p25f : x);
  return (binary_float){parts.m, is_subnormal ? parts.k - 25 : parts.k};
}

INLINE binary_double any_binary_parts_double(double x) {
  bool is_subnormal = x < 0x1p-1022;
  binary_double parts = binary_parts_double(is_subnormal ? x * 0x1p54 : x);
  return (binary_double){parts.m, is_subnormal ? parts.k - 54 : parts.k};
}

// log₂ x for a finite float x above 0, in double precision, where no float is subnormal, with a
// polynomial as short as floats allow.
INLINE double log2_for_float(float x) {
  binary_double parts = binary_parts_double(x);
  double s = (parts.m - 1) / (parts.m + 1);
  double t = s * s;
  double slope = 0.3407329932424559;
  slope = slope * t + 0.41167268734376855;
  slope = slope * t + 0.5770835830070087;
  slope = slope * t + 0.9617966733682309;
  slope = slope * t + 2.885390081790048;
  return s * slope + parts.k;
}

// What a product's rounding took away from it.
INLINE double product_rest(double a, double b, double product) {
#if defined(TARGET) || defined(__FP_FAST_FMA)
  return __builtin_fma(a, b, -product);
#else
  // Halves of at most 27 bits, whose products are exact (Dekker 1971).
  double a_high = from_bits_double(bits_double(a) & 0xfffffffff8000000), a_low = a - a_high;
  double b_high = from_bits_double(bits_double(b) & 0xfffffffff8000000), b_low = b - b_high;
  return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
#endif
}

// A number as the sum of two, of which the second is smaller than the first one's last place.
typedef struct { double high, low; } sum_double;

// ln x for a finite x above 0, off by at most 2⁻⁶⁵ of it; 2·artanh s for s = (m − 1) / (m + 1).
INLINE sum_double precise_log(double x) {
  binary_double parts = any_binary_parts_double(x);
  double k = parts.k;
  double f = parts.m - 1;
  double d = parts.m + 1, d_low = parts.m - (d - 1);
  double inverse = 1 / d;
  double s = f * inverse;
  double product = s * d;
  double s_low = (((f - product) - product_rest(s, d, product)) - s * d_low) * inverse;
  double t = s * s;
  double t_low = product_rest(s, s, t) + 2 * s * s_low;
  double q = 0.058621635304233734;
  q = q * t + 0.05853063232281699;
  q = q * t + 0.0666740439940617;
  q = q * t + 0.0769229744350359;
  q = q * t + 0.09090909168049924;
  q = q * t + 0.11111111110826383;
  q = q * t + 0.14285714285714685;
  q = q * t + 0.2;
  q = q * t;
  // (artanh s − s) / s³ = 1/3 + q.
  const double third = 0.3333333333333333, third_low = 1.850371707708594e-17;
  double c = third + q;
  double c_low = ((third - c) + q) + third_low;
  double u = t * c;
  double u_low = product_rest(t, c, u) + (t * c_low + t_low * c);
  double v = s * u;
  double v_low = product_rest(s, u, v) + (s * u_low + s_low * u);
  double half = s + v;
  double half_low = ((s - half) + v) + (s_low + v_low);
  // The first part of ln 2 times k is exact.
  double whole = k * 6.93147180369123816490e-01;
  double high = whole + 2 * half;
  double low = ((whole - high) + 2 * half) + (2 * half_low + k * 1.90821492927058770002e-10);
  return (sum_double){high, low};
}

// A sum of two times a constant of two parts.
INLINE double scaled_sum(sum_double sum, double factor, double rest) {
  double product = sum.high * factor;
  return product + (product_rest(sum.high, factor, product) + (sum.high * rest + sum.low * factor));
}

// log₂ x and log₁₀ x for a finite x above 0, exact where the result is an integer. Off by at most 0.6 ulp.
INLINE float binary_log_float(float x) { return (float)log2_for_float(x); }
INLINE float decimal_log_float(float x) {
  return (float)(log2_for_float(x) * 0.3010299956639812);
}

INLINE double binary_log_double(double x) {
  return scaled_sum(precise_log(x), 1.4426950408889634, 2.0355273740931033e-17);
}
INLINE double decimal_log_double(double x) {
  return scaled_sum(precise_log(x), 0.4342944819032518, 1.098319650216765e-17);
}

// 2ˣ, exact where x is an integer: e to the power of the fraction times ln 2, whose rounding is kept. Off
// by at most 0.9 ulp.
INLINE double exp2_double(double x) {
  double bounded = x > 1025 ? 1025 : x;
  bounded = bounded < -1077 ? -1077 : bounded;
  const double shift = 0x1.8p52;
  double shifted = bounded + shift;
  double fraction = bounded - (shifted - shift);
  double r = fraction * 0.6931471805599453;
  double rest = product_rest(fraction, 0.6931471805599453, r) + fraction * 2.3190468138462996e-17;
  double power = 1 + (r + (r * r * exp_tail_double(r) + rest));
  uint64_t biased = bits_double(shifted) - bits_double(shift) + 2046;
  uint64_t half = biased >> 1;
  return power * from_bits_double(half << 52) * from_bits_double((biased - half) << 52);
}

// xʸ for a finite x above 0: 2 to the power y·log₂ x, in double precision. Off by at most 0.53 ulp.
INLINE float power_float(float x, float y) { return (float)exp2_for_float(y * log2_for_float(x)); }

// xʸ for a finite x above 0: e to the power of a sum of two. Off by at most 1.2 ulp.
INLINE double power_double(double x, double y) {
  sum_double log = precise_log(x);
  double exponent = y * log.high;
  double rest = product_rest(y, log.high, exponent) + y * log.low;
  // Far out the rest is not a number, nor needed.
  rest = __builtin_fabs(exponent) < 1000 ? rest : 0;
  return exp_of_sum_double(exponent, rest);
}
