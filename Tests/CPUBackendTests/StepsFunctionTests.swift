import CPUBackend
import Graphs
import Tensors
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct StepsFunctionTests {
  private struct Function {
    /// What an error is measured in.
    enum Unit { case lastPlaceOfResult, lastPlaceOfArgument }

    var function: Unary.Function
    var exact: @Sendable (Double) -> Double
    /// The error allowed.
    var units: Double
    var unit = Unit.lastPlaceOfResult
    /// Where the exact result is a normal number.
    var range: ClosedRange<Float>

    init(
      _ activation: Activation, within units: Double, of unit: Unit = .lastPlaceOfResult,
      in range: ClosedRange<Float>, _ exact: @escaping @Sendable (Double) -> Double
    ) {
      self.init(.activation(activation), within: units, of: unit, in: range, exact)
    }

    init(
      _ function: Unary.Function, within units: Double, of unit: Unit = .lastPlaceOfResult,
      in range: ClosedRange<Float>, _ exact: @escaping @Sendable (Double) -> Double
    ) {
      self.function = function
      self.exact = exact
      self.units = units
      self.unit = unit
      self.range = range
    }
  }

  private static let functions = [
    Function(.sigmoid, within: 3, in: -87...90) { 1 / (1 + exp(-$0)) },
    Function(.tanh, within: 2, in: -20...20) { tanh($0) },
    Function(.silu, within: 3.5, in: -85...90) { $0 / (1 + exp(-$0)) },
    Function(.swish(alpha: 1.702), within: 2, of: .lastPlaceOfArgument, in: -20...90) {
      $0 / (1 + exp(-Double(Float(1.702)) * $0))
    },
    Function(.elu(alpha: 1), within: 1.5, in: -100...10) { $0 < 0 ? expm1($0) : $0 },
    Function(.elu(alpha: 1.5), within: 2, in: -100...10) { $0 < 0 ? 1.5 * expm1($0) : $0 },
    Function(.selu(alpha: 1.5, gamma: 1.25), within: 2, in: -100...10) {
      1.25 * ($0 < 0 ? 1.5 * expm1($0) : $0)
    },
    Function(.celu(alpha: 2), within: 1.5, in: -100...10) { $0 < 0 ? 2 * expm1($0 / 2) : $0 },
    Function(.softplus, within: 2.5, in: -87...90) { max($0, 0) + log1p(exp(-abs($0))) },
    Function(.softsign, within: 1.5, in: -1e6...1e6) { $0 / (1 + abs($0)) },
    Function(.mish, within: 4.5, in: -80...90) { $0 * tanh(max($0, 0) + log1p(exp(-abs($0)))) },
    Function(.gelu(approximates: false), within: 2, of: .lastPlaceOfArgument, in: -20...20) {
      $0 / 2 * erfc(-$0 / 2.0.squareRoot())
    },
    Function(.gelu(approximates: true), within: 2, of: .lastPlaceOfArgument, in: -20...20) {
      $0 / (1 + exp(-(8 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
    },
    Function(.erf, within: 2, in: -5...5) { erf($0) },
    Function(.exp, within: 1, in: -87...88) { exp($0) },
    Function(.round, within: 0, in: -20_000_000...20_000_000) { $0.rounded(.toNearestOrEven) },
    Function(.round, within: 0, in: -4...4) { $0.rounded(.toNearestOrEven) },
  ]

  @Test func accuracy() {
    for function in Self.functions {
      let (low, high) = (function.range.lowerBound, function.range.upperBound)
      let count = 200_003
      var x = (0..<count).map { low + (high - low) * Float($0) / Float(count - 1) }
      x += (0..<120).flatMap { [Float(sign: .plus, exponent: -$0, significand: 1.3)] }
      x += x.suffix(120).map { -$0 }
      let y = Self.apply(function.function, x)
      var worst = (error: 0.0, x: Float(0), got: Float(0))
      for (x, y) in zip(x, y) {
        let want = function.exact(Double(x))
        let unit =
          switch function.unit {
          case .lastPlaceOfResult: Double(Float(want.magnitude).ulp)
          case .lastPlaceOfArgument: Double(x.magnitude.ulp)
          }
        let error = abs(Double(y) - want) / unit
        if !(error <= worst.error) { worst = (error, x, y) }
      }
      #expect(
        worst.error <= function.units,
        "\(function.function)(\(worst.x)) is \(worst.got): \(worst.error) ulp")
    }
  }

  @Test func extremes() {
    let x: [Float] = [-.infinity, -1e30, -200, -104, -0.0, 0, 104, 200, 1e30, .infinity, .nan]
    let sigmoid = Self.apply(.sigmoid, x)
    #expect(Array(sigmoid[..<3]) == [0, 0, 0])
    #expect(Array(sigmoid[4..<10]) == [0.5, 0.5, 1, 1, 1, 1])
    #expect(sigmoid[10].isNaN)
    let tanh = Self.apply(.tanh, x)
    #expect(Array(tanh[..<10]) == [-1, -1, -1, -1, 0, 0, 1, 1, 1, 1])
    #expect(tanh[4].sign == .minus)
    #expect(tanh[10].isNaN)
    let silu = Self.apply(.silu, x)
    #expect(Array(silu[..<3]) == [0, 0, 0])
    #expect(Array(silu[6..<10]) == [104, 200, 1e30, .infinity])
    #expect(silu[10].isNaN)
  }

  @Test func extremesOfTheOthers() {
    let x: [Float] = [
      -.infinity, -.greatestFiniteMagnitude, -200, -0.0, 0, 200, .greatestFiniteMagnitude,
      .infinity, .nan,
    ]
    let largest = Float.greatestFiniteMagnitude
    let wants: [(Unary.Function, [Float])] = [
      (.activation(.elu(alpha: 2)), [-2, -2, -2, 0, 0, 200, largest, .infinity]),
      (
        .activation(.selu(alpha: 2, gamma: 0.5)),
        [-1, -1, -1, 0, 0, 100, largest / 2, .infinity]
      ),
      (.activation(.celu(alpha: 2)), [-2, -2, -2, 0, 0, 200, largest, .infinity]),
      (.activation(.softplus), [0, 0, 0, log(2), log(2), 200, largest, .infinity]),
      (.activation(.mish), [0, 0, 0, 0, 0, 200, largest, .infinity]),
      (.activation(.gelu(approximates: false)), [0, 0, 0, 0, 0, 200, largest, .infinity]),
      (.activation(.gelu(approximates: true)), [0, 0, 0, 0, 0, 200, largest, .infinity]),
      (.activation(.swish(alpha: 2)), [0, 0, 0, 0, 0, 200, largest, .infinity]),
      (.erf, [-1, -1, -1, 0, 0, 1, 1, 1]),
      (.round, x.dropLast()),
      (.sign, [-1, -1, -1, 0, 0, 1, 1, 1]),
    ]
    for (function, want) in wants {
      let got = Self.apply(function, x)
      #expect(Array(got.dropLast()) == want, "\(function)")
      #expect(got.last?.isNaN ?? false, "\(function) of NaN")
    }
  }

  private static func apply(_ activation: Activation, _ x: [Float]) -> [Float] {
    apply(.activation(activation), x)
  }

  private static func apply(_ function: Unary.Function, _ x: [Float]) -> [Float] {
    var y = x
    y.withUnsafeMutableBufferPointer { floats in
      if let start = floats.baseAddress {
        applyInPlace(function, start, floats.count)
      }
    }
    return y
  }
}

/// The function of the module, which the suite's own hides.
private func applyInPlace(
  _ function: Unary.Function, _ start: UnsafeMutablePointer<Float>, _ count: Int
) {
  apply(function, to: start, count: count)
}
