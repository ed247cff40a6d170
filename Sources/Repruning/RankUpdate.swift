internal import Tensors

/// Adds the products of a few positions to sums over all of them.
///
///     H += X̂X̂ᵀ (k × k, lower triangle)        C += Y X̂ᵀ (M × k)
///
/// for X̂ of k rows and Y of M rows, each of up to ``depth`` positions, row-major at a stride of
/// ``depth``. A part is 16 rows of the sums: their 16 · ``depth`` numbers stay in the second-level
/// cache, two rows of X̂ in the first.
///
/// - Complexity: k² · n + 2 · M · k · n FLOP for n positions.
struct RankUpdate {
  /// The positions of one update.
  static let depth = 256
  /// The rows of one part.
  static let partRows = 16

  let inputs: UnsafePointer<Double>
  /// k.
  let inputCount: Int
  /// n ≤ ``depth``.
  let positionCount: Int

  static func partCount(rows: Int) -> Int { rows.dividedRoundingUp(by: partRows) }

  /// Adds the part's rows of X̂X̂ᵀ.
  func addSquares(to lower: UnsafeMutablePointer<Double>, part: Int) {
    add(inputs, rowCount: inputCount, part: part) { i in
      (lower + SymmetricMatrix.start(i), i + 1)
    }
  }

  /// Adds the part's rows of Y X̂ᵀ.
  ///
  /// - Parameter cross: M × k.
  func addProducts(
    of outputs: UnsafePointer<Double>, outputCount: Int,
    to cross: UnsafeMutablePointer<Double>, part: Int
  ) {
    let inputCount = inputCount
    add(outputs, rowCount: outputCount, part: part) { i in (cross + i * inputCount, inputCount) }
  }

  /// Adds products of the part's rows of `left` with the first rows of X̂: for row i those that
  /// `target(i)` gives the place and the number of.
  ///
  /// - Precondition: no row has more of them than the next.
  @inline(__always)
  private func add(
    _ left: UnsafePointer<Double>, rowCount: Int, part: Int,
    target: (Int) -> (row: UnsafeMutablePointer<Double>, count: Int)
  ) {
    let first = part * Self.partRows
    let end = min(first + Self.partRows, rowCount)
    for j in stride(from: 0, to: target(end - 1).count, by: 2) {
      // Rows past an end are replaced by the last one, and their products are not used.
      let (b0, b1) = (row(inputs, j, inputCount), row(inputs, j + 1, inputCount))
      for i in stride(from: first, to: end, by: 4) where j < target(min(i + 3, end - 1)).count {
        let products = DotProducts.fourByTwo(
          row(left, i, end), row(left, i + 1, end), row(left, i + 2, end), row(left, i + 3, end),
          b0, b1, count: positionCount)
        for r in 0..<min(4, end - i) {
          let (out, count) = target(i + r)
          if j < count { out[j] += products[2 * r] }
          if j + 1 < count { out[j + 1] += products[2 * r + 1] }
        }
      }
    }
  }

  @inline(__always)
  private func row(_ base: UnsafePointer<Double>, _ index: Int, _ end: Int) -> DotProducts.Row {
    base + min(index, end - 1) * Self.depth
  }
}
