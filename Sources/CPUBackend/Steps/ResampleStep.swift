internal import Graphs
internal import Tensors

/// Weighted sums of neighbours along one or more axes: linear and cubic resizing, antialiased or not.
///
/// Rows of the last axis are blended over the other axes first, whole rows at a time, then within
/// the row. Work per output row of Q elements with R taps over the other axes and S in the row:
/// R · W + S · Q for an input row of W.
struct ResampleStep: Step {
  private let input: FloatSource
  private let inputOrigin: Int
  private let output: GridTarget
  private let outputOrigin: Int
  /// The axes before the last.
  private let outerCount: Int
  private var extents = InlineArray<8, Int>(repeating: 1)
  private var tapCounts = InlineArray<8, Int>(repeating: 1)
  private var starts = InlineArray<8, Int>(repeating: 0)
  private var targetStrides = InlineArray<8, Int>(repeating: 0)
  /// The taps of all outer axes: source offsets, and weights.
  private let offsets: AlignedArray<Int>
  private let weights: AlignedArray<Float>
  /// Taps of one element over all outer axes together.
  private let combinationCount: Int
  /// The last axis; `rowTapCount` is 0 where it is not resampled.
  private let rowTapCount: Int
  private let rowIndices: AlignedArray<Int32>
  private let rowWeights: AlignedArray<Float>
  private let inputWidth: Int
  private let outputWidth: Int
  private let parts: WorkParts
  private let borders: WorkParts

  /// - Parameters:
  ///   - taps: for each axis, or `nil` where the axis stays.
  /// - Throws: `unsupported` for rows beyond 2^31 elements, `outOfMemory`.
  init(
    _ taps: [ResizeTaps?], from source: StridedTensor, _ input: FloatSource,
    to target: StridedTensor, _ output: GridTarget
  ) throws(HewnError) {
    self.input = input
    self.output = output
    inputOrigin = source.origin
    outputOrigin = target.origin
    outerCount = taps.count - 1
    inputWidth = source.shape[outerCount]
    outputWidth = target.shape[outerCount]
    guard inputWidth <= Int(Int32.max) else {
      throw HewnError(.unsupported, "resizing rows of \(inputWidth) elements")
    }
    var (offsets, weights, combinations) = ([Int](), [Float](), 1)
    for axis in 0..<outerCount {
      extents[axis] = target.shape[axis]
      targetStrides[axis] = target.strides[axis]
      starts[axis] = offsets.count
      if let taps = taps[axis] {
        tapCounts[axis] = taps.tapCount
        offsets += taps.indices.map { $0 * source.strides[axis] }
        weights += taps.weights.map { Float($0) }
        combinations *= taps.tapCount
      } else {
        offsets += (0..<target.shape[axis]).map { $0 * source.strides[axis] }
        weights += [Float](repeating: 1, count: target.shape[axis])
      }
    }
    self.offsets = try AlignedArray(offsets)
    self.weights = try AlignedArray(weights)
    combinationCount = combinations
    let row = taps[outerCount]
    rowTapCount = row?.tapCount ?? 0
    rowIndices = try AlignedArray((row?.indices ?? []).map { Int32($0) })
    rowWeights = try AlignedArray((row?.weights ?? []).map { Float($0) })
    let rows = (0..<outerCount).reduce(1) { $0 * target.shape[$1] }
    parts = WorkParts(
      planes: rows, rows: 1, columns: 1,
      cost: combinations * inputWidth + rowTapCount * 2 * outputWidth)
    let grid = output.grid
    borders = WorkParts(
      planes: grid.planes == nil ? 0 : grid.planeCount, rows: 1, columns: 1, cost: grid.height * 4)
  }

  var partCount: Int { parts.count + borders.count }
  var scratchFloatCount: Int { inputWidth }

  func run(part: Int, in memory: StepMemory) {
    let y = output.pointer(in: memory)
    if part >= parts.count {
      let grid = output.grid
      borders.forEachTile(of: part - parts.count) { tile in
        grid.zeroBorder(
          of: Tile(plane: tile.plane, rows: 0..<grid.height, columns: 0..<grid.width), at: y)
      }
      return
    }
    let x = input.pointer(in: memory) + inputOrigin
    parts.forEachTile(of: part) { tile in
      var indices = InlineArray<8, Int>(repeating: 0)
      var (rest, to) = (tile.plane, outputOrigin)
      for axis in stride(from: outerCount - 1, through: 0, by: -1) {
        indices[axis] = rest % extents[axis]
        rest /= extents[axis]
        to += indices[axis] * targetStrides[axis]
      }
      if rowTapCount == 0 {
        blendRows(x, indices, to: y + to)
      } else {
        blendRows(x, indices, to: memory.scratch)
        blendColumns(memory.scratch, to: y + to)
      }
    }
  }

  /// line = Σ weight · row over all combinations of the outer axes' taps.
  private func blendRows(
    _ x: UnsafePointer<Float>, _ indices: InlineArray<8, Int>,
    to line: UnsafeMutablePointer<Float>
  ) {
    for combination in 0..<combinationCount {
      var (rest, offset, weight) = (combination, 0, Float(1))
      for axis in 0..<outerCount {
        let tap = starts[axis] + indices[axis] * tapCounts[axis] + rest % tapCounts[axis]
        rest /= tapCounts[axis]
        offset += offsets.pointer[tap]
        weight *= weights.pointer[tap]
      }
      let row = x + offset
      if combination == 0 {
        mapVectors(row, line, count: inputWidth) { $0 * weight }
      } else if weight != 0 {
        zipVectors(row, line, line, count: inputWidth) { $1 + $0 * weight }
      }
    }
  }

  /// y[q] = Σ weight · line[index] over the taps of q.
  private func blendColumns(_ line: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>) {
    let (indices, weights) = (rowIndices.pointer, rowWeights.pointer)
    if rowTapCount == 2 {
      for q in 0..<outputWidth {
        y[q] =
          line[Int(indices[2 &* q])] * weights[2 &* q]
          + line[Int(indices[2 &* q &+ 1])] * weights[2 &* q &+ 1]
      }
      return
    }
    for q in 0..<outputWidth {
      var sum: Float = 0
      for tap in q &* rowTapCount..<(q &+ 1) &* rowTapCount {
        sum += line[Int(indices[tap])] * weights[tap]
      }
      y[q] = sum
    }
  }
}
