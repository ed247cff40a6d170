internal import Graphs
internal import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A reduction over some axes of a row-major tensor.
///
/// Neighbouring axes that are both kept or both reduced count as one. Where the last axis is
/// reduced, runs of it are reduced one by one; where it is kept, whole rows of results are
/// accumulated side by side.
struct ReduceStep: Step {
  private let kind: Reduce.Kind
  private let source: FloatSource
  /// Floats from the arena's start to the output.
  private let target: Int
  /// The source offset of each result, or row of results.
  private let starts: AlignedArray<Int>
  /// The source offset of each run or row that is reduced, from the start.
  private let offsets: AlignedArray<Int>
  /// Elements of a run that is reduced; 1 where the last axis is kept.
  private let runLength: Int
  /// Elements of a row of results; 1 where the last axis is reduced.
  private let rowLength: Int
  /// What a mean divides by.
  private let divisor: Float
  private let parts: WorkParts

  /// - Parameter axes: counted from the front, each at most once.
  /// - Throws: `outOfMemory`.
  init(
    _ kind: Reduce.Kind, axes: [Int], shape: Shape, source: FloatSource, target: Int
  ) throws(HewnError) {
    self.kind = kind
    self.source = source
    self.target = target
    let groups = Self.groups(shape, reducing: Set(axes))
    let isLastReduced = groups.last?.isReduced ?? false
    let last = groups.last?.extent ?? 1
    let outer = groups.dropLast()
    let strides = Shape(groups.map(\.extent)).strides
    func flat(reduced: Bool) -> [Int] {
      let chosen = outer.indices.filter { outer[$0].isReduced == reduced }
      return flatOffsets(
        extents: chosen.map { groups[$0].extent }[...], strides: chosen.map { strides[$0] }[...])
    }
    let (kept, reduced) = (flat(reduced: false), flat(reduced: true))
    starts = try AlignedArray(kept)
    offsets = try AlignedArray(reduced)
    runLength = isLastReduced ? last : 1
    rowLength = isLastReduced ? 1 : last
    divisor = Float(reduced.count * runLength)
    parts = WorkParts(
      planes: kept.count, rows: 1, columns: rowLength, cost: reduced.count * runLength)
  }

  private struct Group {
    var extent: Int
    var isReduced: Bool
  }

  private static func groups(_ shape: Shape, reducing axes: Set<Int>) -> [Group] {
    var groups: [Group] = []
    for (axis, extent) in shape.dimensions.enumerated() where extent != 1 {
      let isReduced = axes.contains(axis)
      if let last = groups.last, last.isReduced == isReduced {
        groups[groups.count - 1].extent *= extent
      } else {
        groups.append(Group(extent: extent, isReduced: isReduced))
      }
    }
    return groups
  }

  var partCount: Int { parts.count }
  /// Function values of a run, or the maximum of each column of a block.
  var scratchFloatCount: Int { Reduction.scratchFloatCount }

  func run(part: Int, in memory: StepMemory) {
    let x = source.pointer(in: memory)
    let y = memory.arena + target
    parts.forEachTile(of: part) { tile in
      let from = x + starts.pointer[tile.plane] + tile.columns.lowerBound
      let to = y + tile.plane * rowLength + tile.columns.lowerBound
      reduce(from, to, tile.columns.count, scratch: memory.scratch)
      finish(to, tile.columns.count)
    }
  }

  /// Reduces what follows `x` into `count` neighbouring results.
  private func reduce(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int,
    scratch: UnsafeMutablePointer<Float>
  ) {
    switch kind {
    case .sum, .mean, .logSum:
      fold(x, y, count, 0, { $0 + $1 }, { $0 + $1 }, Reduction.sum)
    case .l1: sum(x, y, count, scratch: scratch) { $0.replacing(with: -$0, where: $0 .< 0) }
    case .l2, .sumSquare: sum(x, y, count, scratch: scratch) { $0 * $0 }
    case .product: fold(x, y, count, 1, { $0 * $1 }, { $0 * $1 }, Reduction.product)
    case .max: maximum(x, y, count)
    case .min:
      fold(
        x, y, count, .infinity, { $0.lowered(to: $1) }, { $1 < $0 ? $1 : $0 }, Reduction.minimum)
    case .logSumExp:
      for first in stride(from: 0, to: count, by: Reduction.scratchFloatCount) {
        logSumExp(
          x + first, y + first, min(Reduction.scratchFloatCount, count - first), scratch: scratch)
      }
    }
  }

  /// What is left to do with the reduced elements.
  private func finish(_ y: UnsafeMutablePointer<Float>, _ count: Int) {
    switch kind {
    case .mean:
      for i in 0..<count { y[i] /= divisor }
    case .l2: mapVectors(y, y, count: count) { $0.squareRoot() }
    case .logSum:
      for i in 0..<count { y[i] = logf(y[i]) }
    case .sum, .max, .min, .product, .l1, .logSumExp, .sumSquare: break
    }
  }

  private func maximum(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    fold(
      x, y, count, -.infinity, { $0.raised(to: $1) }, { $1 > $0 ? $1 : $0 }, Reduction.maximum)
  }

  /// max + log Σ e^(x − max) for up to ``Reduction/scratchFloatCount`` results.
  private func logSumExp(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int,
    scratch: UnsafeMutablePointer<Float>
  ) {
    if rowLength == 1 {
      maximum(x, y, count)
      let shift = y[0].isInfinite ? 0 : y[0]
      sum(x, y, count, scratch: scratch) { Exponential.exp($0 - shift) }
      y[0] = shift + logf(y[0])
      return
    }
    maximum(x, scratch, count)
    for i in 0..<count where scratch[i].isInfinite { scratch[i] = 0 }
    y.update(repeating: 0, count: count)
    for index in 0..<offsets.count {
      let row = x + offsets.pointer[index]
      generateVectors(y, count: count) { i, width in
        let shifted =
          row.vector(at: i, count: width) - UnsafePointer(scratch).vector(at: i, count: width)
        return UnsafePointer(y).vector(at: i, count: width) + Exponential.exp(shifted)
      }
    }
    for i in 0..<count { y[i] = scratch[i] + logf(y[i]) }
  }

  /// Σ f(x)
  @inline(__always)
  private func sum(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int,
    scratch: UnsafeMutablePointer<Float>, of f: (SIMD8<Float>) -> SIMD8<Float>
  ) {
    fold(x, y, count, 0, { $0 + f($1) }, { $0 + $1 }) { run, length in
      Reduction.sum(run, length, scratch: scratch, of: f)
    }
  }

  /// - Parameters:
  ///   - combine: takes results and elements.
  ///   - combineOne: takes a result and what `reduceRun` gave.
  @inline(__always)
  private func fold(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int, _ initial: Float,
    _ combine: (SIMD8<Float>, SIMD8<Float>) -> SIMD8<Float>,
    _ combineOne: (Float, Float) -> Float, _ reduceRun: (UnsafePointer<Float>, Int) -> Float
  ) {
    if rowLength == 1 {
      var result = initial
      for index in 0..<offsets.count {
        result = combineOne(result, reduceRun(x + offsets.pointer[index], runLength))
      }
      y[0] = result
    } else {
      y.update(repeating: initial, count: count)
      for index in 0..<offsets.count {
        zipVectors(y, x + offsets.pointer[index], y, count: count, combine)
      }
    }
  }
}
