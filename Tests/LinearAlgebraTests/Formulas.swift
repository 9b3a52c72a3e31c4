import Foundation
import PerceptronLinearAlgebra

// A page of formulas as one writes them. They stand here to be compiled: see FormulaTests.

/// Fifty formulas of tensors, numbers and functions.
func formulas(
  _ a: Tensor<Float>, _ b: Tensor<Float>, _ x: Tensor<Float>, _ y: Tensor<Float>, s: Float, n: Int
) -> [Tensor<Float>] {
  let f1 = (a - 1) * (a - 1) / 2 + (b - 1) * (b - 1) / 2
  let f2 = 1 / (1 + exp(-a)) + 0.5 * (b * b) - 2 * a * b
  let f3 = (a * a + b * b - 2 * a * b) / (1 + 2 * s) - s * (a + 1) * 0.25
  let f4 = exp(-(a - 1) * (a - 1) / (2 * s * s)) / sqrt(2 * .pi * s * s)
  let f5 = 1 - a * 2 + 3 * b - 4 * a * a + 5 * b * b - 6 * a * a * a
  let f6 = (a - a.mean(axis: 0)) / sqrt(a.variance(axis: 0) + 1e-5) * 2 + 1
  let f7 = log(a * a + 1) - log(b * b + 1) + pow(a, 2) * 0.5 + pow(abs(b), 3) / 6
  let f8 = 0.5 * a * (1 + 0.044715 * a * a) - (1 - b) / (1.5 + b * b) * (2 - a) / 3
  let f9 = 0.5 * a * (1 + tanh(sqrt(2 / Float.pi) * (a + 0.044715 * a * a * a)))
  let f10 = 100 * (b - a * a) * (b - a * a) + (1 - a) * (1 - a)
  let f11 = 20 + a * a - 10 * cos(2 * Float.pi * a) + b * b - 10 * cos(2 * Float.pi * b)
  let f12 = exp(a - a.max(axis: 1, keepingDimensions: true))
  let f13 = f12 / f12.sum(axis: 1, keepingDimensions: true) * 0.9 + 0.1 / Float(n)
  let f14 = -y * log(x * x + 1e-7) - (1 - y) * log(1 - x * 0.5 + 1)
  let f15 = maximum(a, 0) - a * b + log1p(exp(-abs(a)))
  let f16 = (x - y) * (x - y) * 0.5 * s + (x + y) * 0.5 * (1 - s)
  let f17 = a.replacing(with: 0.01 * a, where: a .< 0) + b.replacing(with: 0, where: b .> 1)
  let f18 = (a * 3 + b * 4 - 12) / sqrt(9 + s * s) + s / 2
  let f19 = (1 + a / 2 + a * a / 6 + a * a * a / 24) * s - exp(a) / (a + 10)
  let f20 = 2 * a * b / (a * a + b * b + 1e-9) - 1 / (2 + s * a * a)
  return [
    f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19, f20,
  ]
}

/// The same with doubles, updates in place, slices and masks.
func moreFormulas(
  _ w: inout Tensor<Double>, _ m: inout Tensor<Double>, _ v: inout Tensor<Double>,
  _ g: Tensor<Double>, rate: Double, step: Int
) -> [Tensor<Double>] {
  let count = Double(step)
  m = 0.9 * m + (1 - 0.9) * g
  v = 0.999 * v + (1 - 0.999) * g * g
  let f21 =
    m / (1 - Foundation.pow(0.9, count)) / (sqrt(v / (1 - Foundation.pow(0.999, count))) + 1e-8)
  w -= rate * (f21 + 0.01 * w) * (1 - 0.5 * rate)
  w *= 1 - rate * 0.01
  w += 1e-3 * (g - 2 * g * g + 1) / 2
  let f22 = (w - w.mean()) / (w.standardDeviation() + 1e-8) * 2 - 1
  let f23 = w[.all, 0] * 2 - w[.all, 1] / 3 + (w[.all, 2] - 1) * (w[.all, 2] - 1)
  let f24 = (w[1..., .all] - w[..<(w.shape[0] - 1), .all]) / 0.1 - 0.5 * w[1..., .all]
  let f25 = w[(w .> 0) .& (w * 2 - 1 .< rate) .| (w .== 0.5)] * 2 - 1
  let f26 = (w * w + g * g - 1).replacing(with: 1 - w, where: (w .< 0) .| (g .> 2)) / 2
  let f27 = sin(w) * cos(g) + cos(w) * sin(g) - sin(w + g) + 1e-3 * (w - g) * (w - g)
  let f28 = (erf(w / 2.0.squareRoot()) + 1) / 2 * w + 0.1 * (1 - w) * (1 - w)
  let f29 = w * w / 2 * Tensor<Double>(abs(w) .<= 1) + (abs(w) - 0.5) * Tensor<Double>(abs(w) .> 1)
  let f30 = (w + step) / (2 * step + 1) - (g - step) * (g - step) / (step + 2)
  let f31 = (1 - w) * (1 - w) * g + 2 * w * (1 - w) * (g + 1) + w * w * (g - 1)
  let f32 = ((2 * w - 3) * w + 4) * w - 5 + ((g * 2 - 3) * g + 4) * g - 5
  let f33 = expm1(-w / 2) * -2 + log1p(g * g) / 2 - (1 - 2 * sigmoid(w)) * 0.5
  let f34 = -(w - 1) / 2 - (-g + 1) * 3 + -w * -g
  let f35 = pow(1 + w * w, -1) + pow(2, g / 4) - pow(abs(w) + 1, abs(g) / 2) * 0.25
  let masked = (w .> step) .| (0 .< g * 2 - count) .& (w * 0.5 - 1 .<= rate / 2) .| (g .!= 0)
  let f51 = maximum(pow(w, 2) - step, 0) * Tensor<Double>(masked) + minimum(1 - w, step + 1) / 2
  let f36 = w - (w * g).sum(axis: 1, keepingDimensions: true) / (g * g).sum() * g
  return [
    f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35, f51, f36,
  ]
}

/// Formulas of numbers beside tensors.
func numbers(
  _ x: Tensor<Float>, _ y: Tensor<Float>, _ w: Tensor<Float>, i: Int, j: Int
) -> [Float] {
  let f37 = w[0] * x[0, 0] + w[1] * x[0, 1] + w[2] * x[0, 2] - 1
  let f38 = (x[i, 0] - x[i, 1]) * (x[i, 0] - x[i, 1]) / 2 + (x[j, 0] - w[i]) * w[j]
  let f39 = ((x - y) * (x - y)).sum() / Float(x.count) + 0.5 * (x * x).mean()
  let f40 = (2 * x - 3 * y + 1).sum() * 0.5 + (x * y * 2).sum() - 1
  let f41 = ((x - 1) * (x - 1) / 2 + (y - 1) * (y - 1) / 2).sum() / 2 + 1
  let f42 = (x * y).mean() - x.mean() * y.mean() + 1e-3 * (x - y).norm()
  let f43 = f42 / (x.standardDeviation() * y.standardDeviation() + 1e-12) * 100 - 50
  let f44 = Float((x .> 0).trueCount()) / Float(x.count) * 2 - 1
  let f45 = (x[.all, 0] * w[0] + x[.all, 1] * w[1] - 1).max() - (x[i, .all] - y[j, .all]).min() / 2
  let f46 = matmul(x, w).sum() - 2 * matmul(x[i, .all], w).scalar + (w * w).sum() / 2
  let f47 = x.quantile(0.75) - x.quantile(0.25) + 1.5 * (x.median() - y.median())
  let f48 = (maximum(1 - x * y, 0)).mean() + 0.5 * 1e-4 * (w * w).sum()
  let f49 = -(y * log(x * x + 1) + (1 - y) * log(2 + x * x)).mean() / 2
  let f50 = x.logSumExp() - (x * 0.5 + y * 0.5 - 1).logSumExp() * 2 + f37 - f38
  return [f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50]
}
