// Sine, cosine and tangent of one number, for vectorised loops as functions.h describes.

// The largest number for which the functions below are right; beyond, π/2 needs more digits.
static const float largest_angle_float = 0x1p20f;
static const double largest_angle_double = 0x1p20;

// x − n·π/2, in [−π/4, π/4], as a sum of two, and a number with the last bits of n.
typedef struct { double r, rest; uint64_t quadrant; } angle_double;

// For floats up to the largest angle the first number suffices.
INLINE angle_double reduced_float(float x) {
  const double shift = 0x1.8p52;
  double shifted = x * 6.36619772367581382433e-01 + shift;
  double n = shifted - shift;
  double r = (x - n * 1.57079632673412561417e+00) - n * 6.07710050650619224932e-11;
  return (angle_double){r, 0, bits_double(shifted)};
}

INLINE angle_double reduced_double(double x) {
  const double shift = 0x1.8p52;
  double shifted = x * 6.36619772367581382433e-01 + shift;
  double n = shifted - shift;
  // π/2 in four parts of 33 bits, 33, 33 and the rest: products with n are exact but for the last, and
  // the rounding of each difference is kept.
  double first = x - n * 1.57079632673412561417e+00;
  double part = n * 6.07710050630396597660e-11;
  double second = first - part;
  double taken = second - first;
  double lost = (first - (second - taken)) - (part + taken);
  part = n * 2.02226624871116645580e-21;
  double third = second - part;
  taken = third - second;
  lost += (second - (third - taken)) - (part + taken);
  lost -= n * 8.47842766036889956997e-32;
  double r = third + lost;
  return (angle_double){r, (third - r) + lost, bits_double(shifted)};
}

// sin(x + quarters·π/2), for |x| up to the largest angle: the polynomial of the sine or of the cosine as
// the quadrant says. Off by at most 0.6 ulp for floats, in double precision, and 0.8 ulp for doubles.
INLINE float wave_float(float x, uint64_t quarters) {
  angle_double angle = reduced_float(x);
  double r = angle.r;
  uint64_t quadrant = angle.quadrant + quarters;
  bool is_cosine = quadrant & 1;
  double z = r * r;
  double tail = is_cosine ? 0x1.99342e0ee5069p-16 : 0x1.6cd878c3b46a7p-19;
  tail = tail * z + (is_cosine ? -0x1.6c087e80f1e27p-10 : -0x1.a00f9e2cae774p-13);
  tail = tail * z + (is_cosine ? 0x1.55553e1053a42p-5 : 0x1.11110896efbb2p-7);
  tail = tail * z + (is_cosine ? -0x1.ffffffd0c5e81p-2 : -0x1.5555554cbac77p-3);
  double y = (is_cosine ? 1 : r) + z * (is_cosine ? 1 : r) * tail;
  y = from_bits_double(bits_double(y) ^ (quadrant & 2) << 62);
  return (float)y;
}

INLINE double wave_double(double x, uint64_t quarters) {
  angle_double angle = reduced_double(x);
  double r = angle.r, rest = angle.rest;
  uint64_t quadrant = angle.quadrant + quarters;
  bool is_cosine = quadrant & 1;
  double z = r * r;
  double tail = is_cosine ? -1.13596475577881948265e-11 : 1.58969099521155010221e-10;
  tail = tail * z + (is_cosine ? 2.08757232129817482790e-09 : -2.50507602534068634195e-08);
  tail = tail * z + (is_cosine ? -2.75573143513906633035e-07 : 2.75573137070700676789e-06);
  tail = tail * z + (is_cosine ? 2.48015872894767294178e-05 : -1.98412698298579493134e-04);
  tail = tail * z + (is_cosine ? -1.38888888888741095749e-03 : 8.33333333332248946124e-03);
  tail = tail * z + (is_cosine ? 4.16666666666666019037e-02 : -1.66666666666666324348e-01);
  double half = 0.5 * z;
  double cosine = 1 - half;
  double slope = is_cosine ? ((1 - cosine) - half) - r * rest : rest * cosine;
  double y = (is_cosine ? cosine : r) + (z * (is_cosine ? z : r) * tail + slope);
  return from_bits_double(bits_double(y) ^ (quadrant & 2) << 62);
}

// sin x; −0 at −0.
INLINE float sine_float(float x) { return x == 0 ? x : wave_float(x, 0); }
INLINE double sine_double(double x) { return x == 0 ? x : wave_double(x, 0); }

// cos x.
INLINE float cosine_float(float x) { return wave_float(x, 1); }
INLINE double cosine_double(double x) { return wave_double(x, 1); }

// The tangent of r is r + r·z·p / q for z = r², |r| up to π/4 (Moshier's Cephes).
typedef struct { double p, q; } quotient_double;

INLINE quotient_double tangent_quotient(double z) {
  double p = -1.30936939181383734205e4;
  p = p * z + 1.15351664838587416140e6;
  p = p * z - 1.79565251976484877988e7;
  double q = z + 1.36812963470692954678e4;
  q = q * z - 1.32089234440210967447e6;
  q = q * z + 2.50083801823357915839e7;
  q = q * z - 5.38695755929454629881e7;
  return (quotient_double){p, q};
}

// tan x for |x| up to the largest angle; −0 at −0. Off by at most 0.6 ulp for floats, in double precision,
// and 1.6 ulp for doubles.
INLINE float tangent_float(float x) {
  angle_double at = reduced_float(x);
  double z = at.r * at.r;
  quotient_double quotient = tangent_quotient(z);
  double above = at.r * (quotient.q + z * quotient.p);
  bool is_odd = at.quadrant & 1;
  return (float)((is_odd ? -quotient.q : above) / (is_odd ? above : quotient.q));
}

INLINE double tangent_double(double x) {
  angle_double at = reduced_double(x);
  double r = at.r, z = r * r;
  quotient_double quotient = tangent_quotient(z);
  double tail = r * z * (quotient.p / quotient.q);
  double slope = 1 + (r + tail) * (r + tail);
  tail += at.rest * slope;
  double tangent = r + tail, lost = (r - tangent) + tail;
  // −1 / tan r, with one step of Newton's for what its rounding and that of tan r took away.
  double inverse = -1 / tangent;
  double product = inverse * tangent;
  double error = (1 + product) + (product_rest(inverse, tangent, product) + inverse * lost);
  double y = at.quadrant & 1 ? inverse + inverse * error : tangent;
  return x == 0 ? x : y;
}

// The same for every number, by the C library.
INLINE float any_sine_float(float x) { return sinf(x); }
INLINE double any_sine_double(double x) { return sin(x); }
INLINE float any_cosine_float(float x) { return cosf(x); }
INLINE double any_cosine_double(double x) { return cos(x); }
INLINE float any_tangent_float(float x) { return tanf(x); }
INLINE double any_tangent_double(double x) { return tan(x); }
