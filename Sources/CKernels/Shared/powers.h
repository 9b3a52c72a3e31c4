// Logarithms and powers of any number of one type, special ones too.

// A logarithm y of x: −∞ at 0, NaN below, ∞ at ∞.
INLINE REAL OF_TYPE(any_log)(REAL x, REAL y) {
  y = x < (REAL)INFINITY ? y : x;
  return x > 0 ? y : x == 0 ? -(REAL)INFINITY : (REAL)NAN;
}

// ln x. Off by at most 0.9 ulp.
INLINE REAL OF_TYPE(log)(REAL x) {
  OF_TYPE(binary) parts = OF_TYPE(any_binary_parts)(x);
  return OF_TYPE(any_log)(x, OF_TYPE(log_of_parts)(parts.m - 1, parts.k, 0));
}

// ln(1 + x), −0 at −0. The rounding of 1 + x is made up for by its share of the sum. Off by at most 0.9 ulp.
INLINE REAL OF_TYPE(log_of_one_plus)(REAL x) {
  REAL sum = 1 + x;
  REAL lost = x < 1 ? x - (sum - 1) : 1 - (sum - x);
  OF_TYPE(binary) parts = OF_TYPE(binary_parts)(sum);
  bool is_near = parts.k == 0;
  REAL y = OF_TYPE(log_of_parts)(is_near ? x : parts.m - 1, parts.k, is_near ? 0 : lost / sum);
  return OF_TYPE(any_log)(sum, __builtin_elementwise_copysign(y, x));
}

INLINE REAL OF_TYPE(log2)(REAL x) { return OF_TYPE(any_log)(x, OF_TYPE(binary_log)(x)); }
INLINE REAL OF_TYPE(log10)(REAL x) { return OF_TYPE(any_log)(x, OF_TYPE(decimal_log)(x)); }

// Whether a number of at least 0 is whole.
INLINE bool OF_TYPE(is_whole)(REAL x) {
  // From here on all numbers are.
  const REAL first = sizeof(REAL) == 4 ? 0x1p23 : 0x1p52;
  return x >= first || (x + first) - first == x;
}

// xʸ, with the special values of C (annex F): negative where x is and y is odd, NaN where x is and y is not
// whole, 1 where y is 0 or x is 1.
INLINE REAL OF_TYPE(any_power)(REAL x, REAL y) {
  const REAL infinity = (REAL)INFINITY;
  REAL size = __builtin_elementwise_abs(y), base = __builtin_elementwise_abs(x);
  REAL power = OF_TYPE(power)(base, y);
  power = base == (y < 0 ? infinity : 0) ? 0 : power;
  power = base == (y < 0 ? 0 : infinity) ? infinity : power;
  power = base <= infinity ? power : x;
  power = size <= infinity ? power : y;
  bool is_whole = OF_TYPE(is_whole)(size);
  bool is_odd = is_whole & !OF_TYPE(is_whole)(size * (REAL)0.5);
  power = is_odd ? __builtin_elementwise_copysign(power, x) : power;
  power = ((x < 0) & (base < infinity) & !is_whole) ? (REAL)NAN : power;
  bool is_one = (y == 0) | (x == 1) | ((base == 1) & (size == infinity));
  return is_one ? 1 : power;
}
