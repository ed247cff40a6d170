internal import CPUKernels
internal import Covers
internal import Tensors

/// The non-zero weights of a matrix with their input indices, in the order of a ``LeafPlan``: block by
/// block of rows, in each chunk by chunk of taps, in each row by row.
///
/// A row's leaves in a chunk are whole quads; the last one is filled up with zeros at an index that
/// the row has. Six bytes a leaf: indices count from the start of their chunk.
package struct LeafRows: Sendable {
  /// Where the quads of each block's chunks start; one more at the end.
  let starts: AlignedArray<Int>
  /// Quads of each row of each chunk of each block.
  let counts: AlignedArray<Int32>
  let indices: AlignedArray<UInt64>
  let weights: AlignedArray<Float>
  let bias: AlignedArray<Float>

  /// - Throws: `outOfMemory`.
  init(_ layer: FilterWeights, _ plan: LeafPlan) throws(HewnError) {
    let matrix = layer.matrix
    var starts: [Int] = []
    var counts: [Int32] = []
    var indices: [UInt64] = []
    var weights: [Float] = []
    indices.reserveCapacity(matrix.nonZeroCount / 4)
    weights.reserveCapacity(matrix.nonZeroCount)
    for block in 0..<plan.blockCount {
      for chunk in 0..<plan.chunkCount {
        starts.append(indices.count)
        let taps = plan.taps(ofChunk: chunk)
        for row in plan.rows(ofBlock: block) {
          let before = indices.count
          var quad = LeafQuad()
          for tap in taps where matrix[row, tap] != 0 {
            quad.append(tap - taps.lowerBound, matrix[row, tap], to: &indices, &weights)
          }
          quad.finish(&indices, &weights)
          counts.append(Int32(indices.count - before))
        }
      }
    }
    starts.append(indices.count)
    self.starts = try AlignedArray(starts)
    self.counts = try AlignedArray(counts)
    self.indices = try AlignedArray(indices)
    self.weights = try AlignedArray(weights)
    bias = try AlignedArray(layer.bias)
  }

  init(
    starts: AlignedArray<Int>, counts: AlignedArray<Int32>, indices: AlignedArray<UInt64>,
    weights: AlignedArray<Float>, bias: AlignedArray<Float>
  ) {
    self.starts = starts
    self.counts = counts
    self.indices = indices
    self.weights = weights
    self.bias = bias
  }

  var byteCount: Int {
    starts.byteCount + counts.byteCount + indices.byteCount + weights.byteCount + bias.byteCount
  }

  /// The leaves of a block's rows in a chunk.
  func quads(block: Int, chunk: Int, _ plan: LeafPlan) -> LeafQuads {
    let start = starts.pointer[block * plan.chunkCount + chunk]
    return LeafQuads(
      rowCount: plan.rows(ofBlock: block).count,
      counts: counts.pointer + plan.firstCount(block: block, chunk: chunk),
      indices: indices.pointer + start, weights: weights.pointer + 4 * start)
  }
}

/// Four leaves under construction.
private struct LeafQuad {
  private var count = 0
  private var indices: UInt64 = 0

  mutating func append(
    _ index: Int, _ weight: Float, to quads: inout [UInt64], _ weights: inout [Float]
  ) {
    indices |= UInt64(index) << (16 * count)
    weights.append(weight)
    count += 1
    guard count == 4 else { return }
    quads.append(indices)
    (count, indices) = (0, 0)
  }

  /// Fills the last quad up with its first index: an input that the row does not have could be
  /// infinite.
  mutating func finish(_ quads: inout [UInt64], _ weights: inout [Float]) {
    guard count > 0 else { return }
    let index = Int(indices & 0xffff)
    while count > 0 { append(index, 0, to: &quads, &weights) }
  }
}
