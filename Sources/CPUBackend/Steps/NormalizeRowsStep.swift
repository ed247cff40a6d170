internal import Tensors

/// y = (x − mean) / √(variance + epsilon) · scale + shift for every row of a row-major matrix, with
/// one scale and one shift for each column; or the same around 0 instead of the mean.
struct NormalizeRowsStep: Step {
  private let columns: Int
  private let epsilon: Float
  private let subtractsMean: Bool
  private let scale: AlignedArray<Float>
  private let shift: AlignedArray<Float>
  private let source: FloatSource
  /// Floats from the arena's start to the output.
  private let target: Int
  private let parts: WorkParts

  /// - Precondition: one scale and one shift for each column.
  /// - Throws: `outOfMemory`.
  init(
    rows: Int, epsilon: Float, subtractsMean: Bool, scale: [Float], shift: [Float],
    source: FloatSource, target: Int
  ) throws(HewnError) {
    columns = scale.count
    self.epsilon = epsilon
    self.subtractsMean = subtractsMean
    self.scale = try AlignedArray(scale)
    self.shift = try AlignedArray(shift)
    self.source = source
    self.target = target
    parts = WorkParts(planes: 1, rows: rows, columns: 1, cost: 4 * scale.count)
  }

  var partCount: Int { columns == 0 ? 0 : parts.count }
  var scratchFloatCount: Int { Reduction.scratchFloatCount }

  func run(part: Int, in memory: StepMemory) {
    let x = source.pointer(in: memory)
    let y = memory.arena + target
    parts.forEachTile(of: part) { tile in
      for row in tile.rows {
        normalize(x + row * columns, y + row * columns, scratch: memory.scratch)
      }
    }
  }

  private func normalize(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let count = Float(columns)
    let mean = subtractsMean ? Reduction.sum(x, columns) / count : 0
    let squares = Reduction.sum(x, columns, scratch: scratch) { ($0 - mean) * ($0 - mean) }
    let factor = 1 / (squares / count + epsilon).squareRoot()
    let (scale, shift) = (scale.pointer, shift.pointer)
    generateVectors(y, count: columns) { index, width in
      let normalized = (x.vector(at: index, count: width) - mean) * factor
      return normalized * scale.vector(at: index, count: width)
        + shift.vector(at: index, count: width)
    }
  }
}
