internal import Graphs

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A function of two elements.
enum BinaryFunction: Sendable {
  case add, subtract, multiply, divide, maximum, minimum, power
  /// a where a ≥ 0, a · b elsewhere.
  case slope

  init(_ kind: Binary.Kind) {
    self =
      switch kind {
      case .add: .add
      case .subtract: .subtract
      case .multiply: .multiply
      case .divide: .divide
      case .maximum: .maximum
      case .minimum: .minimum
      case .power: .power
      }
  }

  /// One operand of a run: elements, or one element for all.
  typealias Operand = (start: UnsafePointer<Float>, isSplat: Bool)

  /// y[i] = min(max(f(a[i], b[i]), lower), upper) for i in 0..<count. NaN stays NaN.
  @inline(never)
  func apply(
    _ a: Operand, _ b: Operand, to y: UnsafeMutablePointer<Float>, count: Int,
    within bounds: (lower: Float, upper: Float)
  ) {
    switch self {
    case .add: combine(a, b, y, count, bounds) { $0 + $1 }
    case .subtract: combine(a, b, y, count, bounds) { $0 - $1 }
    case .multiply: combine(a, b, y, count, bounds) { $0 * $1 }
    case .divide: combine(a, b, y, count, bounds) { $0 / $1 }
    case .maximum: combine(a, b, y, count, bounds) { pick($0, over: $1, where: $0 .> $1) }
    case .minimum: combine(a, b, y, count, bounds) { pick($0, over: $1, where: $0 .< $1) }
    case .slope:
      combine(a, b, y, count, bounds) { $0.replacing(with: $0 * $1, where: $0 .< .zero) }
    case .power: power(a, b, y, count, bounds)
    }
  }

  /// `a` where it wins or is NaN, else `b`, which wins as NaN too.
  @inline(__always)
  private func pick(
    _ a: SIMD8<Float>, over b: SIMD8<Float>, where wins: SIMDMask<SIMD8<Int32>>
  ) -> SIMD8<Float> {
    b.replacing(with: a, where: wins .| (a .!= a))
  }

  @inline(__always)
  private func combine(
    _ a: Operand, _ b: Operand, _ y: UnsafeMutablePointer<Float>, _ count: Int,
    _ bounds: (lower: Float, upper: Float), _ f: (SIMD8<Float>, SIMD8<Float>) -> SIMD8<Float>
  ) {
    let (lower, upper) = (SIMD8(repeating: bounds.lower), SIMD8(repeating: bounds.upper))
    if b.isSplat {
      let b = SIMD8(repeating: b.start[0])
      mapVectors(a.start, y, count: count) { f($0, b).raised(to: lower).lowered(to: upper) }
    } else if a.isSplat {
      let a = SIMD8(repeating: a.start[0])
      mapVectors(b.start, y, count: count) { f(a, $0).raised(to: lower).lowered(to: upper) }
    } else {
      zipVectors(a.start, b.start, y, count: count) {
        f($0, $1).raised(to: lower).lowered(to: upper)
      }
    }
  }

  private func power(
    _ a: Operand, _ b: Operand, _ y: UnsafeMutablePointer<Float>, _ count: Int,
    _ bounds: (lower: Float, upper: Float)
  ) {
    if b.isSplat && b.start[0] == 2 {
      // The square is common and rounds alike either way.
      return combine(a, a, y, count, bounds) { $0 * $1 }
    }
    for i in 0..<count {
      let value = powf(a.start[a.isSplat ? 0 : i], b.start[b.isSplat ? 0 : i])
      let raised = value < bounds.lower ? bounds.lower : value
      y[i] = raised > bounds.upper ? bounds.upper : raised
    }
  }
}
