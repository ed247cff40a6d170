/// Sums in double precision of one instruction set, which fits of least squares need.
///
/// Dot products are summed in as many sums as vectors have lanes, or a multiple, and so differ between
/// instruction sets by rounding.
package struct DoubleKernels: Sendable {
  package typealias Row = UnsafePointer<Double>

  /// The products of four rows of `count` elements with two: element 2r + c of `out` is aᵣ · b_c.
  package let fourByTwo:
    @Sendable (
      _ a0: Row, _ a1: Row, _ a2: Row, _ a3: Row, _ b0: Row, _ b1: Row, _ count: Int,
      _ out: UnsafeMutablePointer<Double>
    ) -> Void

  /// a · b.
  package let product: @Sendable (_ a: Row, _ b: Row, _ count: Int) -> Double

  /// out[i] = bias + Σ_j w_j · x[tap_j · stride + i], rounded once to single precision, for `count` columns
  /// i. All instruction sets give the same.
  package let filter: @Sendable (Filter) -> Void

  /// The weights of one filter, and where they are applied.
  package struct Filter {
    package var weightCount: Int
    package var taps: UnsafePointer<Int32>
    package var weights: UnsafePointer<Float>
    package var bias: Float
    /// A row of columns for each tap.
    package var x: UnsafePointer<Float>
    package var stride: Int
    package var count: Int
    package var out: UnsafeMutablePointer<Float>

    package init(
      weightCount: Int, taps: UnsafePointer<Int32>, weights: UnsafePointer<Float>, bias: Float,
      x: UnsafePointer<Float>, stride: Int, count: Int, out: UnsafeMutablePointer<Float>
    ) {
      self.weightCount = weightCount
      self.taps = taps
      self.weights = weights
      self.bias = bias
      self.x = x
      self.stride = stride
      self.count = count
      self.out = out
    }
  }

  package init(
    fourByTwo:
      @escaping @Sendable (
        Row, Row, Row, Row, Row, Row, Int, UnsafeMutablePointer<Double>
      ) -> Void,
    product: @escaping @Sendable (Row, Row, Int) -> Double,
    filter: @escaping @Sendable (Filter) -> Void
  ) {
    self.fourByTwo = fourByTwo
    self.product = product
    self.filter = filter
  }
}
