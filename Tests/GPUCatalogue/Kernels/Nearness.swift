import GPUKernels
import KernelIR
import Tensors

/// How far a result may be from the reference.
struct Tolerance {
  /// In units of the last place of the element type.
  var ulp: Double
  /// Or in all.
  var absolute: Double = 0

  static let exact = Tolerance(ulp: 0.5)
}

extension KernelElement {
  /// The distance of a result from the value in double precision, in units of the last place of this type.
  package func ulp(_ got: Float, _ want: Double) -> Double {
    if want.isNaN { return got.isNaN ? 0 : .infinity }
    let rounded = round(want)
    if rounded.isInfinite || got.isInfinite { return got == rounded ? 0 : .infinity }
    if got.isNaN { return .infinity }
    let (digits, least) =
      switch self {
      case .f32: (23, -126)
      case .f16: (10, -14)
      case .bf16: (7, -126)
      }
    let exponent = want == 0 ? least : max(Int(want.exponent), least)
    let unit = Double(sign: .plus, exponent: exponent - digits, significand: 1)
    return (Double(got) - want).magnitude / unit
  }

  /// A float as this type can hold it.
  package func rounded(_ value: Float) -> Float { round(Double(value)) }

  /// The nearest number of this type.
  func round(_ value: Double) -> Float {
    switch self {
    case .f32: Float(value)
    case .f16: Half.value(of: Half.bits(of: value))
    case .bf16: Float(bitPattern: UInt32(Half.brainBits(of: value)) << 16)
    }
  }
}

extension Findings {
  /// Expects each result to be near its reference; notes the worst.
  mutating func expectNear(
    _ got: [Float], _ want: [Double], _ element: KernelElement, _ tolerance: Tolerance,
    _ what: @autoclosure () -> String, file: String = #fileID, line: Int = #line
  ) {
    guard got.count == want.count else {
      fail("\(what()): \(got.count) results, not \(want.count)", file: file, line: line)
      return
    }
    var worst = (ulp: 0.0, index: 0)
    for index in got.indices {
      let ulp = element.ulp(got[index], want[index])
      let isNear = (Double(got[index]) - want[index]).magnitude <= tolerance.absolute
      if ulp > worst.ulp, !isNear { worst = (ulp, index) }
    }
    guard worst.ulp > tolerance.ulp else { return }
    fail(
      "\(what()), element \(worst.index): got \(got[worst.index]), want \(want[worst.index]),"
        + " \(worst.ulp) ulp; at most \(tolerance.ulp) are right",
      file: file, line: line)
  }
}

extension SplitMix64 {
  /// Numbers in −range..<range.
  mutating func floats(_ count: Int, range: Float = 1) -> [Float] {
    (0..<count).map { _ in uniform() * range }
  }
}
