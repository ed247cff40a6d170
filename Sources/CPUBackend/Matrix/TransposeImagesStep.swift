/// Brings the same input of all images of a group together: shared[g][k][n] = X[g · cell + n][k], and
/// zeros for images that do not exist.
///
/// A part is some taps of all images.
package struct TransposeImagesStep: Step {
  private let images: Int
  private let taps: Int
  private let groupCount: Int
  private let cellFloats: Int
  private let input: Placement

  private static let tapsPerPart = 256

  package init(_ problem: MatrixProblem, _ plan: LeafPlan, input: Placement) {
    images = problem.images
    taps = problem.taps
    groupCount = plan.groupCount
    cellFloats = plan.cellFloats
    self.input = input
  }

  package var partCount: Int { taps.dividedUp(by: Self.tapsPerPart) }

  package func run(part: Int, in memory: StepMemory) {
    let range = part * Self.tapsPerPart..<min((part + 1) * Self.tapsPerPart, taps)
    for group in 0..<groupCount {
      let cells = memory.shared + group * taps * cellFloats
      for lane in stride(from: 0, to: cellFloats, by: 4) {
        let image = group * cellFloats + lane
        let x = memory.pointer(input) + image * taps
        if image + 4 <= images {
          transpose(x, range, to: cells + lane)
        } else {
          for tap in range {
            for i in 0..<4 {
              cells[tap * cellFloats + lane + i] = image + i < images ? x[i * taps + tap] : 0
            }
          }
        }
      }
    }
  }

  /// Four images, four taps at a time.
  private func transpose(
    _ x: UnsafePointer<Float>, _ range: Range<Int>, to cells: UnsafeMutablePointer<Float>
  ) {
    var tap = range.lowerBound
    while tap + 4 <= range.upperBound {
      let a = row(x + tap)
      let b = row(x + taps + tap)
      let c = row(x + 2 * taps + tap)
      let d = row(x + 3 * taps + tap)
      for i in 0..<4 {
        store(SIMD4(a[i], b[i], c[i], d[i]), to: cells + (tap + i) * cellFloats)
      }
      tap += 4
    }
    while tap < range.upperBound {
      let cell = SIMD4(x[tap], x[taps + tap], x[2 * taps + tap], x[3 * taps + tap])
      store(cell, to: cells + tap * cellFloats)
      tap += 1
    }
  }

  private func row(_ x: UnsafePointer<Float>) -> SIMD4<Float> {
    UnsafeRawPointer(x).loadUnaligned(as: SIMD4<Float>.self)
  }

  private func store(_ cell: SIMD4<Float>, to pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: cell, as: SIMD4<Float>.self)
  }
}
