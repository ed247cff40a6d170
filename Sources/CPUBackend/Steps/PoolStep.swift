internal import CPUKernels
internal import Graphs
internal import Tensors

/// The maximum or mean of a window of each plane.
///
/// A row of outputs takes two passes. The vertical one reduces the window's rows to one row in
/// scratch memory, where padding columns hold what changes no result; the horizontal one reduces
/// that row's windows. Neither tests for borders inside its loops. Work per output row: R · W + S · Q
/// loads for a window of R × S, input width W and output width Q. Where a cell holds several images,
/// columns are cells, and each load is one of all of a cell's floats.
struct PoolStep: Step {
  enum Kind: Sendable { case maximum, mean }

  private let kind: Kind
  private let kernels: KernelSet
  private let rows: PoolAxis
  private let columns: PoolAxis
  /// Elements that the mean divides by, along each axis.
  private let rowDivisors: AlignedArray<Float>
  private let columnDivisors: AlignedArray<Float>
  private let input: GridSource
  private let output: GridTarget
  private let parts: WorkParts
  /// Floats of a column.
  private let lanes: Int

  /// Scratch columns that windows may span; far above any real image.
  private static let scratchLimit = 1 << 26

  /// - Parameter countsPadding: whether padding counts in the mean's divisor.
  /// - Throws: `unsupported` where windows span more columns than Hewn accepts.
  init(
    _ kind: Kind, _ geometry: WindowGeometry, countsPadding: Bool = true, input: GridSource,
    output: GridTarget, kernels: KernelSet
  ) throws(HewnError) {
    self.kind = kind
    self.kernels = kernels
    self.input = input
    self.output = output
    (rows, columns) = PoolAxis.rowsAndColumns(geometry)
    lanes = input.grid.lanes
    precondition(lanes == 1 || lanes == kernels.lanes, "cells of \(lanes) images")
    guard columns.span <= Self.scratchLimit else {
      throw HewnError(.unsupported, "a row of windows spans \(columns.span) columns")
    }
    rowDivisors = try AlignedArray(rows.divisors(countsPadding: countsPadding))
    columnDivisors = try AlignedArray(columns.divisors(countsPadding: countsPadding))
    parts = WorkParts(
      planes: output.grid.planeCount, images: output.grid.images, rows: output.grid.height,
      columns: output.grid.width,
      cost: rows.kernel * rows.stride + columns.kernel)
  }

  var partCount: Int { parts.count }
  /// One row with its padding and what whole vectors reach beyond it, and one vector of outputs.
  var scratchFloatCount: Int { lineFloats + kernels.lanes }
  private var lineFloats: Int { columns.span * lanes + 3 * kernels.lanes }
  /// What changes no result.
  private var idle: Float { kind == .maximum ? -.infinity : 0 }

  func run(part: Int, in memory: StepMemory) {
    let x = input.floats.pointer(in: memory)
    let y = output.pointer(in: memory)
    memory.scratch.update(repeating: idle, count: scratchFloatCount)
    parts.forEachTile(of: part) { tile in
      let plane = x + input.grid.offset(ofPlane: tile.plane)
      let first = tile.columns.lowerBound
      let to = y + output.grid.offset(ofPlane: tile.plane)
      for p in tile.rows {
        let row = to + p * output.grid.pitch + first
        reduceRows(of: plane, output: p, to: memory.scratch + columns.padBegin * lanes)
        let windows = UnsafePointer(memory.scratch) + first * columns.stride
        reduceColumns(
          windows, to: row, count: tile.columns.count, rest: memory.scratch + lineFloats)
        if kind == .mean { divide(row, p: p, first: first, count: tile.columns.count) }
      }
      output.grid.zeroBorder(of: tile, at: y)
    }
  }

  /// line[x] = the reduction of x[p · stride + r · dilation − padBegin][x] over the rows inside.
  private func reduceRows(
    of plane: UnsafePointer<Float>, output p: Int, to line: UnsafeMutablePointer<Float>
  ) {
    let taps = rows.tapsInside(output: p)
    let width = input.grid.width
    guard let first = taps.first else {
      line.update(repeating: idle, count: width)
      return
    }
    let row = p * rows.stride + first * rows.dilation - rows.padBegin
    kernels.pool(
      Pool(
        isMaximum: kind == .maximum, input: plane + row * input.grid.pitch, step: kernels.lanes,
        tapStep: rows.dilation * input.grid.pitch, tapCount: taps.count, output: line,
        vectorCount: (width + kernels.lanes - 1) / kernels.lanes))
    // Whole vectors reach into the padding.
    let end = (columns.span - columns.padBegin) * lanes
    (line + width).update(repeating: idle, count: max(0, end - width))
  }

  /// row[q] = the reduction of windows[q · stride + s · dilation] over s.
  ///
  /// - Parameter rest: a vector of scratch memory.
  private func reduceColumns(
    _ windows: UnsafePointer<Float>, to row: UnsafeMutablePointer<Float>, count: Int,
    rest: UnsafeMutablePointer<Float>
  ) {
    guard lanes > 1 || columns.stride <= 2 else {
      return reduceSingly(windows, to: row, count: count)
    }
    let vectors = count / kernels.lanes
    let step = columns.stride * kernels.lanes
    var pass = Pool(
      isMaximum: kind == .maximum, input: windows, step: step,
      readsEvenFloats: lanes == 1 && columns.stride == 2, tapStep: columns.dilation * lanes,
      tapCount: columns.kernel, output: row, vectorCount: vectors)
    kernels.pool(pass)
    let left = count - vectors * kernels.lanes
    guard left > 0 else { return }
    pass.input = windows + vectors * step
    (pass.output, pass.vectorCount) = (rest, 1)
    kernels.pool(pass)
    (row + vectors * kernels.lanes).update(from: rest, count: left)
  }

  private func reduceSingly(
    _ windows: UnsafePointer<Float>, to row: UnsafeMutablePointer<Float>, count: Int
  ) {
    for q in 0..<count {
      var result = windows[q &* columns.stride]
      for s in 1..<max(1, columns.kernel) {
        let x = windows[q &* columns.stride &+ s &* columns.dilation]
        result = kind == .maximum ? (x > result ? x : result) : result + x
      }
      row[q] = result
    }
  }

  private func divide(_ row: UnsafeMutablePointer<Float>, p: Int, first: Int, count: Int) {
    let divisors = columnDivisors.pointer + first / lanes
    let rowDivisor = rowDivisors.pointer[p]
    for q in 0..<count / lanes {
      let divisor = rowDivisor * divisors[q]
      for lane in 0..<lanes { row[q &* lanes &+ lane] /= divisor }
    }
  }

}

/// One axis of a pooling window.
struct PoolAxis: Sendable {
  let kernel: Int
  let stride: Int
  let dilation: Int
  let padBegin: Int
  let padEnd: Int
  let input: Int
  let output: Int

  /// The axes of a geometry; a single axis becomes columns under one row.
  static func rowsAndColumns(_ geometry: WindowGeometry) -> (PoolAxis, PoolAxis) {
    let window = geometry.rowsAndColumns
    return (PoolAxis(window, axis: 0), PoolAxis(window, axis: 1))
  }

  private init(_ window: WindowGeometry, axis: Int) {
    kernel = window.kernel[axis]
    stride = window.strides[axis]
    dilation = window.dilations[axis]
    padBegin = window.padBegin[axis]
    padEnd = window.padEnd[axis]
    input = window.inputExtents[axis]
    output = window.outputExtents[axis]
  }

  /// Positions from the first of the first window to the last of the last, or to the last element.
  var span: Int {
    max((output - 1) * stride + (kernel - 1) * dilation + 1, padBegin + input)
  }

  /// The taps of an output's window that stand on elements.
  func tapsInside(output: Int) -> Range<Int> { taps(output: output, in: 0..<input) }

  /// Elements that each output's mean divides by along this axis.
  func divisors(countsPadding: Bool) -> [Float] {
    let counted = countsPadding ? -padBegin..<input + padEnd : 0..<input
    return (0..<output).map { Float(taps(output: $0, in: counted).count) }
  }

  private func taps(output: Int, in range: Range<Int>) -> Range<Int> {
    let start = output * stride - padBegin
    let first = max(0, (range.lowerBound - start + dilation - 1) / dilation)
    let end = start >= range.upperBound ? 0 : (range.upperBound - 1 - start) / dilation + 1
    return first < min(kernel, end) ? first..<min(kernel, end) : 0..<0
  }
}
