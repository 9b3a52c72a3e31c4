// The distance and the angle of a point (x, y), for vectorised loops as functions.h describes.

// √(x² + y²): infinite where one of them is, else NaN where one is. Off by at most 0.6 ulp for floats, in
// double precision, and 1.2 ulp for doubles.
INLINE float hypotenuse_float(float x, float y) {
  float root = (float)root_double((double)x * x + (double)y * y);
  bool is_infinite = (__builtin_fabsf(x) == __builtin_inff()) | (__builtin_fabsf(y) == __builtin_inff());
  return is_infinite ? __builtin_inff() : root;
}

INLINE double hypotenuse_double(double x, double y) {
  double a = __builtin_fabs(x), b = __builtin_fabs(y);
  double larger = a > b ? a : b;
  // Squares that count stay in the range of numbers.
  double scale = larger > 0x1p500 ? 0x1p-600 : larger < 0x1p-450 ? 0x1p600 : 1;
  double back = larger > 0x1p500 ? 0x1p600 : larger < 0x1p-450 ? 0x1p-600 : 1;
  bool is_infinite = (a == __builtin_inf()) | (b == __builtin_inf());
  a *= scale;
  b *= scale;
  double root = root_double(a * a + b * b) * back;
  return is_infinite ? __builtin_inf() : root;
}

// (atan t − t) / t³, for z = t² up to ¼: for floats, and for doubles.
INLINE double arc_tail_float(double z) {
  double tail = 0.04225685963021552;
  tail = tail * z - 0.08235505763636282;
  tail = tail * z + 0.11006880681346318;
  tail = tail * z - 0.14279801095810957;
  tail = tail * z + 0.1999987524978264;
  tail = tail * z - 0.33333332901484686;
  return tail;
}

INLINE double arc_tail_double(double z) {
  double tail = -0.009215792047089858;
  tail = tail * z + 0.025006503566489507;
  tail = tail * z - 0.03806653672057366;
  tail = tail * z + 0.04628024868570153;
  tail = tail * z - 0.05240099507994713;
  tail = tail * z + 0.05879578429582425;
  tail = tail * z - 0.06666435677235948;
  tail = tail * z + 0.07692294712540285;
  tail = tail * z - 0.09090908620322523;
  tail = tail * z + 0.11111111100917376;
  tail = tail * z - 0.14285714285599188;
  tail = tail * z + 0.19999999999999488;
  tail = tail * z - 0.3333333333333333;
  return tail;
}

// The angle of (x, y) in −π…π, with the special values of C (annex F). The smaller coordinate over the
// larger one is the tangent of an angle up to π/4; one above ½ is taken from π/4, by the tangent of the
// difference, and the angle of the point is this added to a multiple of π/4 or taken from it. Off by at
// most 0.6 ulp for floats, for which the first quotient is exact enough, and 0.9 ulp for doubles.
INLINE double arc_tangent(double y, double x, bool is_float) {
  double a = __builtin_fabs(x), b = __builtin_fabs(y);
  bool is_steep = b > a, is_left = __builtin_copysign(1, x) < 0;
  double larger = is_steep ? b : a, smaller = is_steep ? a : b;
  // The sum below stays in the range of doubles, and what products' roundings take away too.
  double scale = is_float ? 1 : larger > 0x1p1000 ? 0x1p-10 : larger < 0x1p400 ? 0x1p500 : 1;
  bool is_infinite = larger == __builtin_inf();
  smaller = is_infinite ? (smaller == larger ? 1 : 0) : smaller * scale;
  larger = (is_infinite | (larger == 0)) ? 1 : larger * scale;
  bool is_wide = smaller > 0.5 * larger;
  double above = is_wide ? smaller - larger : smaller;
  double below = is_wide ? smaller + larger : larger;
  double t = above / below;
  double z = t * t;
  // The angle is `eighths`·π/4 plus or minus atan t.
  double eighths = is_wide ? 1 : 0;
  bool is_negative = is_steep;
  eighths = is_steep ? 2 - eighths : eighths;
  is_negative = is_negative != is_left;
  eighths = is_left ? 4 - eighths : eighths;
  double rest = eighths * 3.061616997868383e-17;
  double part;
  if (is_float) {
    part = t + t * z * arc_tail_float(z);
    part = is_negative ? -part : part;
  } else {
    double product = t * below;
    double above_lost = is_wide ? smaller - (above + larger) : 0;
    double below_lost = is_wide ? smaller - (below - larger) : 0;
    double missing = (above - product) - product_rest(t, below, product);
    double t_lost = (missing + (above_lost - t * below_lost)) / below;
    double tail = t * z * arc_tail_double(z) + t_lost;
    t = is_negative ? -t : t;
    tail = is_negative ? -tail : tail;
    rest += tail;
    part = t;
  }
  double whole = eighths * 0.7853981633974483;
  double angle = whole + part;
  angle += ((whole - angle) + part) + rest;
  angle = __builtin_copysign(angle, y);
  bool is_number = (x == x) & (y == y);
  return is_number ? angle : x + y;
}

INLINE float arc_tangent_float(float y, float x) { return (float)arc_tangent(y, x, true); }
INLINE double arc_tangent_double(double y, double x) { return arc_tangent(y, x, false); }
