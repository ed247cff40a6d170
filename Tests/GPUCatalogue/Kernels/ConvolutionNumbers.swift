import GPUKernels
import KernelIR
import Tensors

/// The numbers of a convolution on blocks, and what they give in double precision.
package struct ConvolutionNumbers: Sendable {
  package let test: ConvolutionCase
  /// [filters][taps of the group]
  package let weights: [[Float]]
  package let bias: [Float]
  /// [groups][channels][height][width][8], as the precision stores it.
  package var input: [Float]
  package let residual: [Float]

  /// - Parameter weights: random ones by default.
  package init(_ test: ConvolutionCase, weights: [[Float]]? = nil, seed: UInt64 = 5) {
    self.test = test
    var random = SplitMix64(seed: seed)
    let taps = test.taps(group: 0).count
    self.weights =
      weights
      ?? (0..<test.filters).map { _ in
        (0..<taps).map { _ in
          let weight = random.uniform()
          return Double(random.uniform()) / 2 + 0.5 < test.zeros ? 0 : weight
        }
      }
    bias = random.floats(test.filters)
    let inputCount =
      test.imageGroups * test.channels * test.input.vertical * test.input.horizontal * 8
    input = random.floats(inputCount).map(test.precision.stored)
    let outputCount =
      test.imageGroups * test.filters * test.output.vertical * test.output.horizontal * 8
    residual = test.hasResidual ? random.floats(outputCount).map(test.precision.stored) : []
  }

  /// A result, and how far from it what a kernel computes may be.
  package struct Expectation: Sendable {
    package var value: Double
    package var tolerance: Double
  }

  /// [groups][filters][height][width][8]
  package func expected() -> [Expectation] {
    let (input, output) = (test.input, test.output)
    let weights = weights.map { $0.map(test.precision.factor) }
    let rows = test.filters / test.groups
    let factors = self.input.map(test.precision.factor)
    var results: [Expectation] = []
    for g in 0..<test.imageGroups {
      for m in 0..<test.filters {
        let taps = test.taps(group: m / rows)
        for p in 0..<output.vertical {
          for q in 0..<output.horizontal {
            var sums = [Double](repeating: 0, count: 8)
            var magnitudes = sums
            for (tap, weight) in zip(taps, weights[m]) where weight != 0 {
              let y = p * test.stride.vertical + tap.y
              let x = q * test.stride.horizontal + tap.x
              guard (0..<input.vertical).contains(y), (0..<input.horizontal).contains(x) else {
                continue
              }
              let plane = g * test.channels + tap.channel
              let first = ((plane * input.vertical + y) * input.horizontal + x) * 8
              for image in 0..<8 {
                let product = weight * factors[first + image]
                sums[image] += product
                magnitudes[image] += product.magnitude
              }
            }
            for image in 0..<8 {
              results.append(
                finished(
                  sums[image], magnitudes[image], taps: taps.count, row: m,
                  index: results.count))
            }
          }
        }
      }
    }
    return results
  }

  /// With bias, residual and activation.
  private func finished(
    _ sum: Double, _ magnitude: Double, taps: Int, row: Int, index: Int
  ) -> Expectation {
    let added = [Double(bias[row])] + (residual.isEmpty ? [] : [Double(residual[index])])
    let value = activated(added.reduce(sum, +))
    let magnitude = added.reduce(magnitude) { $0 + $1.magnitude }
    return Expectation(
      value: value,
      tolerance: test.precision.tolerance(of: value, magnitude: magnitude, taps: taps))
  }

  private func activated(_ x: Double) -> Double {
    func sigmoid(_ x: Double) -> Double { 1 / (1 + cExp(-x)) }
    return switch test.activation {
    case .identity: x
    case .clip(let lower, let upper):
      x.isNaN ? x : Swift.min(Swift.max(x, Double(lower)), Double(upper))
    case .leakyRelu(let slope): x >= 0 ? x : x * Double(slope)
    case .silu: x * sigmoid(x)
    case .hardSwish: x * Swift.max(0, Swift.min(1, x / 6 + 0.5))
    case .sigmoid: sigmoid(x)
    }
  }
}

extension BlockPrecision {
  /// A number as it is multiplied.
  package func factor(_ value: Float) -> Double {
    switch self {
    case .f16, .bf16: Double(stored(value))
    case .tf32: Double(Self.tf32(value))
    case .tf32x3: Double(value)
    }
  }

  /// How far from its value what a kernel computes may be.
  ///
  /// Tensor cores may truncate where they add: each step loses at most 2⁻²² of the sum of magnitudes, and so do the
  /// few additions that follow. Of three products of tf32 the fourth is missing, 2⁻²², and the low parts
  /// are rounded, 2⁻²² each. No activation has a slope over 1.5. The result is rounded once to nearest.
  ///
  /// - Parameter magnitude: the sum of the magnitudes of what is added.
  package func tolerance(of value: Double, magnitude: Double, taps: Int) -> Double {
    let steps = Double(taps / stepTaps + 8) * (self == .tf32x3 ? 3 : 1)
    let rounding: Double =
      switch self {
      case .f16: 0x1p-11
      case .bf16: 0x1p-8
      case .tf32, .tf32x3: 0x1p-22
      }
    return 1.5 * magnitude * steps * 0x1p-22 + value.magnitude * rounding + 0x1p-25
  }

  /// The nearest number that activations can be.
  fileprivate func stored(_ value: Float) -> Float {
    switch element {
    case .f16: Half.value(of: Half.bits(of: value))
    case .bf16: Float(bitPattern: UInt32(HalfFormat.bfloat16.bits(Double(value))) << 16)
    case .f32: value
    }
  }
}
