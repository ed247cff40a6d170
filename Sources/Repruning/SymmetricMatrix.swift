internal import Tensors

/// A symmetric matrix of which the lower triangle is stored, row after row.
package struct SymmetricMatrix: Hashable, Sendable {
  /// The number of rows.
  package let count: Int
  /// Element (i, j), j ≤ i, at `start(i) + j`.
  package internal(set) var lower: [Double]

  /// A matrix of zeros.
  package init(count: Int) {
    self.count = count
    lower = [Double](repeating: 0, count: Self.start(count))
  }

  /// Where row i starts, which is also how many elements the rows above it have.
  @inline(__always)
  static func start(_ row: Int) -> Int { row &* (row &+ 1) / 2 }

  /// The bytes that a matrix of `count` rows takes; the greatest number where that is more.
  static func byteCount(_ count: Int) -> Int {
    count.saturatingMultiply(count.saturatingAdd(1)).saturatingMultiply(4)
  }

  package subscript(i: Int, j: Int) -> Double {
    get { lower[i >= j ? Self.start(i) + j : Self.start(j) + i] }
    set { lower[i >= j ? Self.start(i) + j : Self.start(j) + i] = newValue }
  }

  /// Adds `weight` · v vᵀ.
  mutating func addSquare(of v: [Double], weight: Double) {
    precondition(v.count == count)
    var index = 0
    for i in 0..<count {
      let factor = weight * v[i]
      for j in 0...i {
        lower[index] += factor * v[j]
        index += 1
      }
    }
  }

  /// The rows wᵢH of a product from the left.
  ///
  /// Each row of the triangle is read once for all rows of `w`.
  ///
  /// - Parameter w: `rowCount` rows of ``count`` elements.
  /// - Complexity: O(rowCount · count²).
  func product(fromLeft w: [Double], rowCount: Int) -> [Double] {
    precondition(w.count == rowCount * count)
    var result = [Double](repeating: 0, count: w.count)
    result.withUnsafeMutableBufferPointer { result in
      w.withUnsafeBufferPointer { w in
        lower.withUnsafeBufferPointer { lower in
          guard let result = result.baseAddress, let w = w.baseAddress, let h = lower.baseAddress
          else { return }
          for j in 0..<count {
            let row = h + Self.start(j)
            for i in 0..<rowCount {
              let (out, weights) = (result + i * count, w + i * count)
              out[j] += DotProducts.one(row, weights, count: j + 1)
              let weight = weights[j]
              if weight == 0 { continue }
              for k in 0..<j { out[k] += weight * row[k] }
            }
          }
        }
      }
    }
    return result
  }
}
