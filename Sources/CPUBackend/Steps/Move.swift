internal import Tensors

/// One axis of a move: how far source and target go with each index.
struct MoveAxis {
  enum Source {
    /// index · stride
    case stride(Int)
    /// An offset for each index, ``Move/outside`` for those that hold the filler.
    case offsets([Int])
  }

  var extent: Int
  var source: Source
  var targetStride: Int
}

/// Copies elements between strided places:
/// target[Σ iₐ · strideₐ] = source[Σ offsetₐ(iₐ)], or the filler where an axis says so.
///
/// Transposing, slicing, padding, repeating, joining and nearest-neighbour resampling are moves.
struct Move: Sendable {
  /// The source offset of an index that holds the filler.
  static let outside = Int.min

  /// Indices of the last axis that are read alike.
  private struct Segment: BitwiseCopyable, Sendable {
    enum Kind: UInt8 { case filler, strided, gathered }
    var kind: Kind
    var start: Int
    var count: Int
    /// Of a strided segment: the first source offset and the distance to the next.
    var offset = 0
    var stride = 0
  }

  private let source: FloatSource
  private let sourceStart: Int
  /// Floats from the arena's start to the element at index 0 of every axis.
  private let targetStart: Int
  private let filler: Float
  /// The axes before the last; their source offsets lie one after the other in `tables`.
  private let outerCount: Int
  private var extents = InlineArray<8, Int>(repeating: 1)
  private var targetStrides = InlineArray<8, Int>(repeating: 0)
  private var tableStarts = InlineArray<8, Int>(repeating: 0)
  private let tables: AlignedArray<Int>
  /// The last axis.
  private let segments: AlignedArray<Segment>
  private let lastOffsets: AlignedArray<Int>
  private let lastTargetStride: Int
  private let parts: WorkParts

  /// - Parameters:
  ///   - axes: at most 9, the last one innermost.
  ///   - sourceStart: floats from the source's start to the element at index 0 of strided axes.
  ///   - targetStart: floats from the arena's start to the element at index 0 of every axis.
  /// - Throws: `outOfMemory`.
  init(
    _ axes: [MoveAxis], source: FloatSource, sourceStart: Int = 0, targetStart: Int,
    filler: Float = 0
  ) throws(HewnError) {
    self.source = source
    self.sourceStart = sourceStart
    self.targetStart = targetStart
    self.filler = filler
    let axes = Self.merged(axes)
    let last = axes[axes.count - 1]
    outerCount = axes.count - 1
    precondition(outerCount <= 8, "\(axes.count) axes")
    var tables: [Int] = []
    for (index, axis) in axes.dropLast().enumerated() {
      extents[index] = axis.extent
      targetStrides[index] = axis.targetStride
      tableStarts[index] = tables.count
      tables += axis.offsets
    }
    self.tables = try AlignedArray(tables)
    lastTargetStride = last.targetStride
    if case .stride(let stride) = last.source {
      segments = try AlignedArray([
        Segment(kind: .strided, start: 0, count: last.extent, stride: stride)
      ])
      lastOffsets = try AlignedArray([])
    } else {
      segments = try AlignedArray(Self.segments(last.offsets))
      lastOffsets = try AlignedArray(last.offsets)
    }
    parts = WorkParts(
      planes: 1, rows: axes.dropLast().reduce(1) { $0 * $1.extent }, columns: last.extent, cost: 2)
  }

  /// Joins neighbours that source and target walk as one axis, and drops those of one index.
  private static func merged(_ axes: [MoveAxis]) -> [MoveAxis] {
    var result: [MoveAxis] = []
    for axis in axes {
      guard case .stride(let stride) = axis.source else {
        result.append(axis)
        continue
      }
      if axis.extent == 1 { continue }
      if let last = result.last, case .stride(let lastStride) = last.source,
        lastStride == stride * axis.extent, last.targetStride == axis.targetStride * axis.extent
      {
        result[result.count - 1] = MoveAxis(
          extent: last.extent * axis.extent, source: axis.source,
          targetStride: axis.targetStride)
      } else {
        result.append(axis)
      }
    }
    return result.isEmpty ? [MoveAxis(extent: 1, source: .stride(1), targetStride: 1)] : result
  }

  /// Cuts a table into runs that need no table, as far as they are worth it, and the rest.
  private static func segments(_ offsets: [Int]) -> [Segment] {
    var segments: [Segment] = []
    var start = 0
    while start < offsets.count {
      var end = start + 1
      if offsets[start] == outside {
        while end < offsets.count, offsets[end] == outside { end += 1 }
        segments.append(Segment(kind: .filler, start: start, count: end - start))
      } else {
        while end < offsets.count, offsets[end - 1] != outside,
          offsets[end] == offsets[end - 1] + 1
        { end += 1 }
        if end - start >= 8 {
          segments.append(
            Segment(
              kind: .strided, start: start, count: end - start, offset: offsets[start], stride: 1))
        } else if let last = segments.last, last.kind == .gathered {
          segments[segments.count - 1].count += end - start
        } else {
          segments.append(Segment(kind: .gathered, start: start, count: end - start))
        }
      }
      start = end
    }
    return segments
  }

  var partCount: Int { parts.count }

  func run(part: Int, in memory: StepMemory) {
    let x = source.pointer(in: memory) + sourceStart
    let y = memory.arena + targetStart
    let tables = tables.pointer
    parts.forEachTile(of: part) { tile in
      var indices = InlineArray<8, Int>(repeating: 0)
      var rest = tile.rows.lowerBound
      for axis in stride(from: outerCount - 1, through: 0, by: -1) {
        indices[axis] = rest % extents[axis]
        rest /= extents[axis]
      }
      for _ in tile.rows {
        var (from, to, isOutside) = (0, 0, false)
        for axis in 0..<outerCount {
          let offset = tables[tableStarts[axis] + indices[axis]]
          if offset == Self.outside { isOutside = true } else { from += offset }
          to += indices[axis] * targetStrides[axis]
        }
        if isOutside {
          fill(y + to, tile.columns)
        } else {
          moveRow(x + from, y + to, tile.columns)
        }
        advance(&indices)
      }
    }
  }

  @inline(__always)
  private func advance(_ indices: inout InlineArray<8, Int>) {
    var axis = outerCount - 1
    while axis >= 0 {
      indices[axis] += 1
      if indices[axis] < extents[axis] { return }
      indices[axis] = 0
      axis -= 1
    }
  }

  private func moveRow(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ columns: Range<Int>
  ) {
    for index in 0..<segments.count {
      let segment = segments.pointer[index]
      let first = max(segment.start, columns.lowerBound)
      let end = min(segment.start + segment.count, columns.upperBound)
      guard first < end else { continue }
      switch segment.kind {
      case .filler: fill(y, first..<end)
      case .strided:
        let start = segment.offset + (first - segment.start) * segment.stride
        copy(x + start, stride: segment.stride, y + first * lastTargetStride, count: end - first)
      case .gathered:
        let offsets = lastOffsets.pointer
        for i in first..<end { y[i &* lastTargetStride] = x[offsets[i]] }
      }
    }
  }

  @inline(__always)
  private func copy(
    _ x: UnsafePointer<Float>, stride: Int, _ y: UnsafeMutablePointer<Float>, count: Int
  ) {
    if lastTargetStride == 1 && stride == 1 {
      y.update(from: x, count: count)
    } else if lastTargetStride == 1 && stride == 0 {
      y.update(repeating: x[0], count: count)
    } else {
      for i in 0..<count { y[i &* lastTargetStride] = x[i &* stride] }
    }
  }

  private func fill(_ y: UnsafeMutablePointer<Float>, _ columns: Range<Int>) {
    for i in columns { y[i &* lastTargetStride] = filler }
  }
}

extension MoveAxis {
  /// The source offset of each index.
  fileprivate var offsets: [Int] {
    switch source {
    case .stride(let stride): (0..<extent).map { $0 * stride }
    case .offsets(let offsets): offsets
    }
  }
}
