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
    output: GridTarget
  ) throws(HewnError) {
    self.kind = kind
    self.input = input
    self.output = output
    (rows, columns) = PoolAxis.rowsAndColumns(geometry)
    lanes = input.grid.lanes
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
  /// One row with its padding, and what vector loads reach beyond it.
  var scratchFloatCount: Int { columns.span * lanes + 32 }

  func run(part: Int, in memory: StepMemory) {
    let x = input.floats.pointer(in: memory)
    let y = output.pointer(in: memory)
    let idle: Float = kind == .maximum ? -.infinity : 0
    memory.scratch.update(repeating: idle, count: scratchFloatCount)
    parts.forEachTile(of: part) { tile in
      let plane = x + input.grid.offset(ofPlane: tile.plane)
      let first = tile.columns.lowerBound
      let to = y + output.grid.offset(ofPlane: tile.plane)
      for p in tile.rows {
        let row = to + p * output.grid.pitch + first
        reduceRows(of: plane, output: p, to: memory.scratch + columns.padBegin * lanes)
        let windows = UnsafePointer(memory.scratch) + first * columns.stride
        if lanes == 1 {
          reduceColumns(windows, to: row, count: tile.columns.count)
        } else {
          reduceCells(windows, to: row, count: tile.columns.count / lanes)
        }
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
      line.update(repeating: kind == .maximum ? -.infinity : 0, count: width)
      return
    }
    let step = rows.dilation * input.grid.pitch
    var row = plane + (p * rows.stride + first * rows.dilation - rows.padBegin) * input.grid.pitch
    switch taps.count {
    case 1:
      line.update(from: row, count: width)
      return
    case 2:
      generateVectors(line, count: width) { index, count in
        reduce(
          row.vector(at: index, count: count), (row + step).vector(at: index, count: count))
      }
      return
    default:
      generateVectors(line, count: width) { index, count in
        reduce(
          reduce(
            row.vector(at: index, count: count), (row + step).vector(at: index, count: count)),
          (row + 2 * step).vector(at: index, count: count))
      }
    }
    row += 3 * step
    for _ in 3..<max(3, taps.count) {
      zipVectors(line, row, line, count: width) { reduce($0, $1) }
      row += step
    }
  }

  /// row[q] = the reduction of windows[q · stride + s · dilation] over s.
  private func reduceColumns(
    _ windows: UnsafePointer<Float>, to row: UnsafeMutablePointer<Float>, count: Int
  ) {
    let (kernel, dilation, stride) = (columns.kernel, columns.dilation, columns.stride)
    var q = 0
    switch stride {
    case 1:
      while q &+ 8 <= count {
        var result = windows.vector(at: q)
        for s in 1..<max(1, kernel) {
          result = reduce(result, windows.vector(at: q &+ s &* dilation))
        }
        row.store(result, at: q)
        q &+= 8
      }
    case 2:
      while q &+ 8 <= count {
        var result = windows.evenVector(at: 2 &* q)
        for s in 1..<max(1, kernel) {
          result = reduce(result, windows.evenVector(at: 2 &* q &+ s &* dilation))
        }
        row.store(result, at: q)
        q &+= 8
      }
    default: break
    }
    while q < count {
      var result = windows[q &* stride]
      for s in 1..<max(1, kernel) {
        result = reduce(result, windows[q &* stride &+ s &* dilation])
      }
      row[q] = result
      q &+= 1
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

  /// The same as ``reduceColumns`` for cells of several images.
  private func reduceCells(
    _ windows: UnsafePointer<Float>, to row: UnsafeMutablePointer<Float>, count: Int
  ) {
    let (step, stride) = (columns.dilation * lanes, columns.stride * lanes)
    let width = min(lanes, 8)
    for q in 0..<count {
      for lane in Swift.stride(from: 0, to: lanes, by: width) {
        var window = windows + (q &* stride &+ lane)
        var result = window.vector(at: 0, count: width)
        for _ in 1..<max(1, columns.kernel) {
          window += step
          result = reduce(result, window.vector(at: 0, count: width))
        }
        row.store(result, at: q &* lanes &+ lane, count: width)
      }
    }
  }

  @inline(__always)
  private func reduce(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
    kind == .maximum ? a.raised(to: b) : a + b
  }

  @inline(__always)
  private func reduce(_ a: Float, _ b: Float) -> Float {
    kind == .maximum ? (b > a ? b : a) : a + b
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
