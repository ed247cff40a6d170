package import CPUKernels
package import Covers
package import Tensors

/// The weights of a Winograd convolution: G g Gᵀ of every filter and channel.
///
/// For each branch, for each of the E² products, the block of rows of one product kernel after the
/// other; a block has, channel by channel, one weight of each row.
package struct WinogradWeights: Sendable {
  /// T.
  package let tile: Int
  let weights: AlignedArray<Float>
  /// By row.
  let bias: AlignedArray<Float>

  init(tile: Int, weights: AlignedArray<Float>, bias: AlignedArray<Float>) {
    self.tile = tile
    self.weights = weights
    self.bias = bias
  }

  package var byteCount: Int { weights.byteCount + bias.byteCount }

  /// Transforms weights, in double precision, rounding once.
  ///
  /// - Parameter filters: one for each branch.
  /// - Throws: `outOfMemory`.
  package init(
    _ problem: WinogradProblem, _ filters: [FilterWeights], _ kernels: KernelSet
  ) throws(HewnError) {
    tile = problem.tile
    bias = try AlignedArray(filters.flatMap(\.bias))
    let transform = FilterTransform(tile: problem.tile)
    weights = try AlignedArray(count: problem.weightCount) { target in
      for (branch, filters) in zip(problem.branches, filters) {
        Self.pack(branch, filters.matrix, problem, transform, kernels, into: target)
      }
    }
  }

  private static func pack(
    _ branch: WinogradProblem.Branch, _ matrix: FilterMatrix, _ problem: WinogradProblem,
    _ transform: FilterTransform, _ kernels: KernelSet,
    into target: UnsafeMutableBufferPointer<Float>
  ) {
    let blocks = ProductBlocks(rows: branch.rows, most: kernels.productRows)
    let matrixStride = branch.rows * branch.channels
    var window = [Double](repeating: 0, count: 9)
    var products = [Double](repeating: 0, count: problem.productCount)
    for block in 0..<blocks.count {
      let first = blocks.firstRow(of: block)
      let height = blocks.firstRow(of: block + 1) - first
      for row in first..<first + height {
        for channel in 0..<branch.channels {
          for (tap, place) in problem.taps.enumerated() {
            window[place] = Double(matrix[row, channel * 9 + tap])
          }
          transform.apply(window, &products)
          var next = branch.firstWeight + first * branch.channels + channel * height + row - first
          for product in products {
            target[next] = Float(product)
            next += matrixStride
          }
        }
      }
    }
  }

  /// Checks that there are the weights of `problem`.
  ///
  /// - Throws: `invalidFile`.
  func check(_ problem: WinogradProblem) throws(HewnError) {
    guard weights.count == problem.weightCount, bias.count == problem.rowCount else {
      throw HewnError(
        .invalidFile,
        "\(weights.count) transformed weights and \(bias.count) biases, its layer has"
          + " \(problem.weightCount) and \(problem.rowCount)")
    }
  }
}

/// U = G g Gᵀ, E × E, of a 3 × 3 window g.
///
/// Row i of G evaluates a polynomial of degree 2 at point p_i and divides by Π_{j≠i} (p_i − p_j) over the
/// finite points; the last row is the point at infinity. The kernels' `WinogradTransform` has the same
/// points.
struct FilterTransform {
  private let rows: [[Double]]

  init(tile: Int) {
    let points =
      tile == 2
      ? [0, 1, -1] : [0, 0.5.squareRoot(), -0.5.squareRoot(), 2.0.squareRoot(), -2.0.squareRoot()]
    rows =
      points.map { point in
        var divisor = points.reduce(1.0) { $1 == point ? $0 : $0 * (point - $1) }
        // The kernels' rows of Bᵀ at 0 start with 1, as those of F(4, 3) do by themselves.
        if point == 0 { divisor = abs(divisor) }
        return [1 / divisor, point / divisor, point * point / divisor]
      } + [[0, 0, 1]]
  }

  func apply(_ window: [Double], _ products: inout [Double]) {
    let extent = rows.count
    for i in 0..<extent {
      var left = (0.0, 0.0, 0.0)
      for r in 0..<3 {
        left.0 += rows[i][r] * window[3 * r]
        left.1 += rows[i][r] * window[3 * r + 1]
        left.2 += rows[i][r] * window[3 * r + 2]
      }
      for j in 0..<extent {
        products[i * extent + j] =
          left.0 * rows[j][0] + left.1 * rows[j][1] + left.2 * rows[j][2]
      }
    }
  }
}
