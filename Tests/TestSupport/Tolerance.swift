/// How close two floating-point results must be.
package enum Tolerance: Sendable {
  /// Bit for bit, NaN equal to NaN.
  case exact
  /// |got − want| ≤ 1e-5 · max(1, max |want|): single-precision kernels against a double oracle.
  case close
  /// |got − want| ≤ value · max |want|.
  case relativeToLargest(Double)

  /// Compares elementwise and describes the worst violation; `nil` when all is well.
  package func violation(got: [Float], want: [Double]) -> String? {
    guard got.count == want.count else { return "\(got.count) elements, want \(want.count)" }
    let largest = want.reduce(0) { Swift.max($0, abs($1)) }
    let bound: Double =
      switch self {
      case .exact: 0
      case .close: 1e-5 * Swift.max(1, largest)
      case .relativeToLargest(let factor): factor * largest
      }
    var worst: (index: Int, error: Double)?
    for index in got.indices {
      let (g, w) = (Double(got[index]), want[index])
      if g.isNaN && w.isNaN || g == w { continue }
      let error = g.isNaN || w.isNaN ? .infinity : abs(g - w)
      if error > bound, error > worst?.error ?? -1 { worst = (index, error) }
    }
    return worst.map {
      "element \($0.index): got \(got[$0.index]), want \(want[$0.index]), error \($0.error)"
        + " above \(bound)"
    }
  }
}
