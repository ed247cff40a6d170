internal import CPUBackend
internal import CPUKernels

/// Dot products in double precision: what sums over positions and factorizations spend their time in.
enum DotProducts {
  typealias Row = UnsafePointer<Double>

  /// Those of this processor.
  static let kernels = InstructionSet.best.doubleKernels

  /// The products of four rows with two: element 2r + c is aᵣ · b_c.
  static func fourByTwo(
    _ a0: Row, _ a1: Row, _ a2: Row, _ a3: Row, _ b0: Row, _ b1: Row, count: Int
  ) -> SIMD8<Double> {
    var products = SIMD8<Double>.zero
    withUnsafeMutablePointer(to: &products) { products in
      products.withMemoryRebound(to: Double.self, capacity: 8) {
        kernels.fourByTwo(a0, a1, a2, a3, b0, b1, count, $0)
      }
    }
    return products
  }

  /// a · b.
  static func one(_ a: Row, _ b: Row, count: Int) -> Double { kernels.product(a, b, count) }

  /// Σ a[i_k] · b_k over the first `count` indices i, in four sums.
  static func gathered(
    _ a: Slice<UnsafeBufferPointer<Double>>, at indices: [Int], _ b: [Double], count: Int
  ) -> Double {
    let a = UnsafeBufferPointer(rebasing: a)
    return indices.withUnsafeBufferPointer { i in
      b.withUnsafeBufferPointer { b in
        var sums = SIMD4<Double>.zero
        var k = 0
        while k &+ 4 <= count {
          sums +=
            SIMD4(a[i[k]], a[i[k &+ 1]], a[i[k &+ 2]], a[i[k &+ 3]])
            * SIMD4(b[k], b[k &+ 1], b[k &+ 2], b[k &+ 3])
          k &+= 4
        }
        var sum = sums.sum()
        while k < count {
          sum += a[i[k]] * b[k]
          k &+= 1
        }
        return sum
      }
    }
  }
}
