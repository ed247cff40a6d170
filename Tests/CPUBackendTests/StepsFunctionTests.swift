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
    var activation: Activation
    var exact: @Sendable (Double) -> Double
    /// Error allowed in units in the last place of the exact result.
    var units: Double
    /// Where the exact result is a normal number.
    var range: ClosedRange<Float>
  }

  private static let functions = [
    Function(
      activation: .sigmoid, exact: { 1 / (1 + exp(-$0)) }, units: 3, range: -87...90),
    Function(activation: .tanh, exact: { tanh($0) }, units: 2, range: -20...20),
    Function(activation: .silu, exact: { $0 / (1 + exp(-$0)) }, units: 3.5, range: -85...90),
  ]

  @Test func accuracy() {
    for function in Self.functions {
      let (low, high) = (function.range.lowerBound, function.range.upperBound)
      let count = 200_003
      var x = (0..<count).map { low + (high - low) * Float($0) / Float(count - 1) }
      x += (0..<120).flatMap { [Float(sign: .plus, exponent: -$0, significand: 1.3)] }
      x += x.suffix(120).map { -$0 }
      let y = Self.apply(function.activation, x)
      var worst = (error: 0.0, x: Float(0), got: Float(0))
      for (x, y) in zip(x, y) {
        let want = function.exact(Double(x))
        let unit = Double(Float(want.magnitude).ulp)
        let error = abs(Double(y) - want) / unit
        if !(error <= worst.error) { worst = (error, x, y) }
      }
      #expect(
        worst.error <= function.units,
        "\(function.activation)(\(worst.x)) is \(worst.got): \(worst.error) ulp")
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

  private static func apply(_ activation: Activation, _ x: [Float]) -> [Float] {
    var y = x
    y.withUnsafeMutableBufferPointer { floats in
      if let start = floats.baseAddress {
        applyInPlace(activation, start, floats.count)
      }
    }
    return y
  }
}

private func applyInPlace(
  _ activation: Activation, _ start: UnsafeMutablePointer<Float>, _ count: Int
) {
  apply(activation, to: start, count: count)
}
