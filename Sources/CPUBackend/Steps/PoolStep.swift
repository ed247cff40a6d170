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
  /// For each row of outputs the first row of its window that is inside, and how many are.
  private let firstRows: AlignedArray<Int32>
  private let rowTaps: AlignedArray<Int32>

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
    let axis = rows
    let inside = (0..<axis.output).map { axis.tapsInside(output: $0) }
    rowTaps = try AlignedArray(inside.map { Int32($0.count) })
    firstRows = try AlignedArray(
      inside.enumerated().map {
        Int32($1.isEmpty ? 0 : $0 * axis.stride + $1.lowerBound * axis.dilation - axis.padBegin)
      })
    rowDivisors = try AlignedArray(rows.divisors(countsPadding: countsPadding))
    columnDivisors = try AlignedArray(columns.divisors(countsPadding: countsPadding))
    parts = WorkParts(
      planes: output.grid.planeCount, images: output.grid.images, rows: output.grid.height,
      columns: output.grid.width,
      cost: rows.kernel * rows.stride + columns.kernel)
  }

  var partCount: Int { parts.count }
  /// Two rows with their padding and what whole vectors reach beyond it, and one vector of outputs.
  var scratchFloatCount: Int { 2 * lineFloats + kernels.lanes }
  private var lineFloats: Int { (columns.span * lanes + 4 * kernels.lanes).roundedUp(to: 16) }

  func run(part: Int, in memory: StepMemory) {
    let x = input.floats.pointer(in: memory)
    let y = output.pointer(in: memory)
    memory.scratch.update(
      repeating: kind == .maximum ? -.infinity : 0, count: scratchFloatCount)
    parts.forEachTile(of: part) { tile in
      let first = tile.columns.lowerBound
      let to =
        y + output.grid.offset(ofPlane: tile.plane) + tile.rows.lowerBound * output.grid.pitch
        + first
      pool(
        x + input.grid.offset(ofPlane: tile.plane), tile, to: to, lines: memory.scratch)
      if kind == .mean {
        for p in tile.rows {
          divide(
            to + (p - tile.rows.lowerBound) * output.grid.pitch, p: p, first: first,
            count: tile.columns.count)
        }
      }
      output.grid.zeroBorder(of: tile, at: y)
    }
  }

  private func pool(
    _ plane: UnsafePointer<Float>, _ tile: Tile, to output: UnsafeMutablePointer<Float>,
    lines: UnsafeMutablePointer<Float>
  ) {
    let isVectorwise = lanes > 1 || columns.stride <= 2
    // Windows that lie further apart are reduced one by one: a vector of outputs for each, of which one
    // float counts.
    let step = isVectorwise ? columns.stride * kernels.lanes : columns.stride
    let pitch = input.grid.pitch
    var rows = Pool(
      isMaximum: kind == .maximum, plane: plane, pitch: pitch,
      rowStep: self.rows.dilation * pitch,
      firstRows: firstRows.pointer + tile.rows.lowerBound,
      rowTaps: rowTaps.pointer + tile.rows.lowerBound, rowCount: tile.rows.count,
      width: input.grid.width, lines: lines, lineStride: lineFloats,
      padding: columns.padBegin * lanes, lineEnd: columns.span * lanes,
      firstWindow: tile.columns.lowerBound * columns.stride, step: step,
      columnStep: columns.dilation * lanes, columnTaps: columns.kernel,
      readsEvenFloats: lanes == 1 && columns.stride == 2, output: output,
      outputPitch: self.output.grid.pitch, count: tile.columns.count)
    if isVectorwise { return kernels.pool(rows) }
    rows.count = 1
    for _ in 0..<tile.columns.count {
      kernels.pool(rows)
      rows.firstWindow += columns.stride
      rows.output += 1
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
