internal import Covers
internal import Tensors

/// The non-zero weights of a matrix, row by row, with their input indices.
package struct LeafRows: Sendable {
  /// For each row where its leaves start; one more at the end.
  let starts: AlignedArray<Int>
  let indices: AlignedArray<Int32>
  let weights: AlignedArray<Float>
  let bias: AlignedArray<Float>

  /// - Throws: `outOfMemory`.
  init(_ layer: FilterWeights) throws(HewnError) {
    let matrix = layer.matrix
    var starts = [0]
    var indices: [Int32] = []
    var weights: [Float] = []
    for row in 0..<matrix.rows {
      for tap in 0..<matrix.taps where matrix[row, tap] != 0 {
        indices.append(Int32(tap))
        weights.append(matrix[row, tap])
      }
      starts.append(indices.count)
    }
    self.starts = try AlignedArray(starts)
    self.indices = try AlignedArray(indices)
    self.weights = try AlignedArray(weights)
    bias = try AlignedArray(layer.bias)
  }

  var byteCount: Int {
    starts.byteCount + indices.byteCount + weights.byteCount + bias.byteCount
  }
}

/// A sparse product with constant weights: every row's non-zero weights with their input indices.
///
/// A part is some rows × all images. At batch 1 such layers are bound by the traffic of weights and
/// indices, so leaves are stored compactly and rows keep their order.
package struct RowStep: Step {
  private let problem: MatrixProblem
  private let rows: LeafRows
  private let input: Placement
  private let output: Placement
  private let rowsPerPart: Int
  package let packed: PackedLayer?
  package let decision: StepDecision?

  /// Leaves that a part should at least hold.
  private static let leavesPerPart = 1 << 12

  package init(
    _ problem: MatrixProblem, _ rows: LeafRows, input: Placement, output: Placement,
    packed: PackedLayer, decision: StepDecision
  ) {
    self.problem = problem
    self.rows = rows
    self.input = input
    self.output = output
    self.packed = packed
    self.decision = decision
    let leavesPerRow = rows.indices.count / max(1, problem.rows) * problem.images
    rowsPerPart = max(1, Self.leavesPerPart / max(1, leavesPerRow))
  }

  package var partCount: Int { (problem.rows + rowsPerPart - 1) / rowsPerPart }

  package func run(part: Int, in memory: StepMemory) {
    let first = part * rowsPerPart
    let end = min(first + rowsPerPart, problem.rows)
    for image in 0..<problem.images {
      let x = memory.pointer(input) + image * problem.taps
      let y = memory.pointer(output) + image * problem.rows
      for row in first..<end { y[row] = rows.bias.pointer[row] + dot(row, x) }
      apply(problem.activation, to: y + first, count: end - first)
    }
  }

  /// Σ weight · x[index] over a row's leaves, in four interleaved chains.
  private func dot(_ row: Int, _ x: UnsafeMutablePointer<Float>) -> Float {
    var leaf = rows.starts.pointer[row]
    let end = rows.starts.pointer[row + 1]
    let (w, index) = (rows.weights.pointer, rows.indices.pointer)
    var sums = SIMD4<Float>.zero
    while leaf + 4 <= end {
      let gathered = SIMD4<Float>(
        x[Int(index[leaf])], x[Int(index[leaf + 1])], x[Int(index[leaf + 2])],
        x[Int(index[leaf + 3])])
      sums += UnsafeRawPointer(w + leaf).loadUnaligned(as: SIMD4<Float>.self) * gathered
      leaf += 4
    }
    var sum = sums[0] + sums[1] + (sums[2] + sums[3])
    while leaf < end {
      sum += w[leaf] * x[Int(index[leaf])]
      leaf += 1
    }
    return sum
  }
}
