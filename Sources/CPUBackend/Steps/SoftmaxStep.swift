internal import Graphs
internal import Tensors

/// e^(x − max) / Σ e^(x − max) along the middle axis of a row-major [outer, extent, inner] tensor.
struct SoftmaxStep: Step {
  private let geometry: AxisGeometry
  private let source: FloatSource
  /// Floats from the arena's start to the output.
  private let target: Int
  private let parts: WorkParts

  /// Inner elements that are normalized side by side.
  private static let blockWidth = 256

  init(_ geometry: AxisGeometry, source: FloatSource, target: Int) {
    self.geometry = geometry
    self.source = source
    self.target = target
    parts = WorkParts(
      planes: geometry.outer, rows: 1, columns: geometry.inner, cost: geometry.extent * 4)
  }

  var partCount: Int { geometry.extent == 0 ? 0 : parts.count }
  /// A maximum, then a sum for each inner element of a block.
  var scratchFloatCount: Int { Self.blockWidth }

  func run(part: Int, in memory: StepMemory) {
    let size = geometry.extent * geometry.inner
    let x = source.pointer(in: memory)
    let y = memory.arena + target
    parts.forEachTile(of: part) { tile in
      let (from, to) = (x + tile.plane * size, y + tile.plane * size)
      if geometry.inner == 1 {
        normalizeRow(from, to)
      } else {
        for first in stride(
          from: tile.columns.lowerBound, to: tile.columns.upperBound, by: Self.blockWidth)
        {
          let width = min(Self.blockWidth, tile.columns.upperBound - first)
          normalizeBlock(from + first, to + first, width: width, scratch: memory.scratch)
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

  /// `width` neighbours at once, each along the axis.
  private func normalizeBlock(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, width: Int,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let inner = geometry.inner
    scratch.update(from: x, count: width)
    for position in 1..<max(1, geometry.extent) {
      zipVectors(x + position * inner, scratch, scratch, count: width) { $1.raised(to: $0) }
    }
    for position in 0..<geometry.extent {
      let offset = position * inner
      zipVectors(x + offset, scratch, y + offset, count: width) { Exponential.exp($0 - $1) }
    }
    scratch.update(from: y, count: width)
    for position in 1..<max(1, geometry.extent) {
      zipVectors(y + position * inner, scratch, scratch, count: width) { $0 + $1 }
    }
    for position in 0..<geometry.extent {
      zipVectors(y + position * inner, scratch, y + position * inner, count: width) { $0 / $1 }
    }
  }
}
