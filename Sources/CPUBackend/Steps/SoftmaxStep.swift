internal import Graphs
internal import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// e^(x − max) / Σ e^(x − max), or its logarithm, along the middle axis of a row-major
/// [outer, extent, inner] tensor.
struct SoftmaxStep: Step {
  private let geometry: AxisGeometry
  private let isLogarithm: Bool
  private let source: FloatSource
  /// Floats from the arena's start to the output.
  private let target: Int
  private let parts: WorkParts

  /// Inner elements that are normalized side by side.
  private static let blockWidth = 256

  init(_ geometry: AxisGeometry, isLogarithm: Bool, source: FloatSource, target: Int) {
    self.geometry = geometry
    self.isLogarithm = isLogarithm
    self.source = source
    self.target = target
    parts = WorkParts(
      planes: geometry.outer, rows: 1, columns: geometry.inner, cost: geometry.extent * 4)
  }

  var partCount: Int { geometry.extent == 0 ? 0 : parts.count }
  /// A maximum and a sum for each inner element of a block.
  var scratchFloatCount: Int { 2 * Self.blockWidth }

  func run(part: Int, in memory: StepMemory) {
    let size = geometry.extent * geometry.inner
    let x = source.pointer(in: memory)
    let y = memory.arena + target
    parts.forEachTile(of: part) { tile in
      let (from, to) = (x + tile.plane * size, y + tile.plane * size)
      if geometry.inner == 1 {
        isLogarithm
          ? logarithmsOfRow(from, to, scratch: memory.scratch) : normalizeRow(from, to)
      } else {
        for first in stride(
          from: tile.columns.lowerBound, to: tile.columns.upperBound, by: Self.blockWidth)
        {
          let width = min(Self.blockWidth, tile.columns.upperBound - first)
          normalizeBlock(
            from + first, to + first, width: width, maxima: memory.scratch,
            sums: memory.scratch + Self.blockWidth)
        }
      }
    }
  }

  /// A whole row of consecutive elements.
  private func normalizeRow(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    let count = geometry.extent
    let maximum = Reduction.maximum(x, count)
    mapVectors(x, y, count: count) { Exponential.exp($0 - maximum) }
    let sum = Reduction.sum(y, count)
    mapVectors(y, y, count: count) { $0 / sum }
  }

  /// A whole row of consecutive elements: x − max − log Σ e^(x − max).
  private func logarithmsOfRow(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let count = geometry.extent
    let maximum = Reduction.maximum(x, count)
    let sum = Reduction.sum(x, count, scratch: scratch) { Exponential.exp($0 - maximum) }
    let logarithm = logf(sum)
    mapVectors(x, y, count: count) { ($0 - maximum) - logarithm }
  }

  /// `width` neighbours at once, each along the axis.
  private func normalizeBlock(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, width: Int,
    maxima: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>
  ) {
    let inner = geometry.inner
    maxima.update(from: x, count: width)
    for position in 1..<max(1, geometry.extent) {
      zipVectors(x + position * inner, maxima, maxima, count: width) { $1.raised(to: $0) }
    }
    sums.update(repeating: 0, count: width)
    for position in 0..<geometry.extent {
      let offset = position * inner
      zipVectors(x + offset, maxima, y + offset, count: width) { Exponential.exp($0 - $1) }
      zipVectors(y + offset, sums, sums, count: width) { $1 + $0 }
    }
    guard isLogarithm else {
      for position in 0..<geometry.extent {
        zipVectors(y + position * inner, sums, y + position * inner, count: width) { $0 / $1 }
      }
      return
    }
    for i in 0..<width { sums[i] = logf(sums[i]) }
    for position in 0..<geometry.extent {
      let offset = position * inner
      zipVectors(x + offset, maxima, y + offset, count: width) { $0 - $1 }
      zipVectors(y + offset, sums, y + offset, count: width) { $0 - $1 }
    }
  }
}
