/// L with LLᵀ = Ĥ_SS + δI, for taps S that can be appended and taken off at the end.
///
/// Appended taps leave the rows before as they are: their own rows are L₂₁ = A₂₁L₁₁⁻ᵀ and the factor of
/// the Schur complement A₂₂ − L₂₁L₂₁ᵀ. So a depth-first walk over a tree of taps factors each of its
/// nodes once.
package struct CholeskyFactor: Sendable {
  /// S, in the order in which they were appended; indices of the equations.
  package private(set) var taps: [Int] = []
  /// L, row after row.
  private var lower: [Double] = []

  /// The factor of no taps.
  package init() {}

  /// Rows that are factored together, so that L is read once for all of them.
  static let blockRows = 32

  /// Appends taps.
  ///
  /// - Returns: false, with nothing appended, where the matrix is not positive definite: a pivot is
  ///   not above the rounding of its sum, or no number.
  /// - Complexity: m · s² + m² · s + m³ / 3 FLOP for m taps after s.
  package mutating func append(
    _ new: [Int], of equations: NormalEquations, damping: Double
  ) -> Bool {
    let first = taps.count
    taps += new
    lower.reserveCapacity(SymmetricMatrix.start(taps.count))
    for row in first..<taps.count {
      for column in 0..<row { lower.append(equations.gram(taps[row], taps[column])) }
      lower.append(equations.gram(taps[row], taps[row]) + damping)
    }
    let count = taps.count
    let isDefinite = lower.withUnsafeMutableBufferPointer { lower in
      guard let base = lower.baseAddress else { return true }
      for start in stride(from: first, to: count, by: Self.blockRows) {
        let rows = start..<min(start + Self.blockRows, count)
        Self.substitute(
          UnsafePointer(base), columns: 0..<start, in: rows.map { base + SymmetricMatrix.start($0) }
        )
        for row in rows {
          guard Self.factor(base, row: row, from: start) else { return false }
        }
      }
      return true
    }
    if !isDefinite { truncate(to: first) }
    return isDefinite
  }

  /// Takes off all taps but the first `count`.
  package mutating func truncate(to count: Int) {
    taps.removeLast(taps.count - count)
    lower.removeLast(lower.count - SymmetricMatrix.start(count))
  }

  /// Solves LLᵀx = b for each of some right sides of |S| elements, in place.
  ///
  /// - Complexity: 2 · |S|² FLOP each.
  package func solve(_ sides: inout [[Double]]) {
    let count = taps.count
    var flat = sides.flatMap { $0 }
    precondition(flat.count == sides.count * count, "right sides of \(count) elements")
    lower.withUnsafeBufferPointer { lower in
      flat.withUnsafeMutableBufferPointer { flat in
        guard let lower = lower.baseAddress, let flat = flat.baseAddress else { return }
        let rows = sides.indices.map { flat + $0 * count }
        Self.substitute(lower, columns: 0..<count, in: rows)
        for i in stride(from: count - 1, through: 0, by: -1) {
          let row = lower + SymmetricMatrix.start(i)
          for x in rows {
            x[i] /= row[i]
            let value = x[i]
            for k in 0..<i { x[k] -= value * row[k] }
          }
        }
      }
    }
    for index in sides.indices { sides[index] = Array(flat[index * count..<(index + 1) * count]) }
  }

  /// The diagonal of (LLᵀ)⁻¹, in the order of ``taps``: the sums of squares of L⁻¹'s columns.
  ///
  /// - Complexity: |S|³ / 3 FLOP.
  package func inverseDiagonal() -> [Double] {
    let count = taps.count
    var diagonal = [Double](repeating: 0, count: count)
    var columns = [Double](repeating: 0, count: Self.blockRows * count)
    lower.withUnsafeBufferPointer { lower in
      columns.withUnsafeMutableBufferPointer { columns in
        guard let lower = lower.baseAddress, let base = columns.baseAddress else { return }
        for first in stride(from: 0, to: count, by: Self.blockRows) {
          let block = first..<min(first + Self.blockRows, count)
          base.update(repeating: 0, count: block.count * count)
          let rows = block.indices.map { base + ($0 - first) * count }
          for index in block { rows[index - first][index] = 1 }
          Self.substitute(lower, columns: first..<count, in: rows)
          for index in block {
            let column = rows[index - first] + index
            diagonal[index] = DotProducts.one(column, column, count: count - index)
          }
        }
      }
    }
    return diagonal
  }

  /// Solves Ly = b in the elements `columns` of each row, whose elements before are zero or solved.
  ///
  /// - Precondition: if the first of `columns` is not 0, all elements before are zero.
  private static func substitute(
    _ lower: UnsafePointer<Double>, columns: Range<Int>, in rows: [UnsafeMutablePointer<Double>]
  ) {
    guard !rows.isEmpty else { return }
    let from = columns.lowerBound
    func row(_ index: Int) -> DotProducts.Row {
      UnsafePointer(rows[min(index, rows.count - 1)]) + from
    }
    for column in stride(from: from, to: columns.upperBound, by: 2) {
      let next = min(column + 1, columns.upperBound - 1)
      let (l0, l1) = (
        lower + SymmetricMatrix.start(column), lower + SymmetricMatrix.start(next)
      )
      for first in stride(from: 0, to: rows.count, by: 4) {
        let products = DotProducts.fourByTwo(
          row(first), row(first + 1), row(first + 2), row(first + 3), l0 + from, l1 + from,
          count: column - from)
        for r in 0..<min(4, rows.count - first) {
          let y = rows[first + r]
          y[column] = (y[column] - products[2 * r]) / l0[column]
          if next > column {
            y[next] = (y[next] - products[2 * r + 1] - y[column] * l1[column]) / l1[next]
          }
        }
      }
    }
  }

  /// Factors the elements of one row from column `first` on.
  private static func factor(
    _ lower: UnsafeMutablePointer<Double>, row: Int, from first: Int
  ) -> Bool {
    let values = lower + SymmetricMatrix.start(row)
    for column in first..<row {
      let other = lower + SymmetricMatrix.start(column)
      values[column] =
        (values[column] - DotProducts.one(values, other, count: column)) / other[column]
    }
    let square = values[row]
    let pivot = square - DotProducts.one(values, values, count: row)
    guard pivot > square * Double(row + 1) * .ulpOfOne, pivot.isFinite else { return false }
    values[row] = pivot.squareRoot()
    return true
  }
}
