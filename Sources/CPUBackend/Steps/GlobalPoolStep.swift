/// The maximum or mean of each plane: [N, C, H, W] → N · C floats.
///
/// Planes of several images are reduced cell by cell, a few images at once.
struct GlobalPoolStep: Step {
  private let kind: PoolStep.Kind
  private let input: GridSource
  /// Floats from the arena's start to the output.
  private let target: Int
  private let parts: WorkParts
  private let images: Int

  /// - Parameter images: without those that fill the last cell.
  init(_ kind: PoolStep.Kind, images: Int, input: GridSource, target: Int) {
    self.kind = kind
    self.images = images
    self.input = input
    self.target = target
    let size = input.grid.height * input.grid.width
    parts = WorkParts(planes: 1, rows: input.grid.planeCount, columns: 1, cost: size)
  }

  var partCount: Int { parts.count }

  func run(part: Int, in memory: StepMemory) {
    let x = input.floats.pointer(in: memory)
    let y = memory.arena + target
    let grid = input.grid
    parts.forEachTile(of: part) { tile in
      for plane in tile.rows {
        let start = x + grid.offset(ofPlane: plane)
        if grid.lanes == 1 {
          y[plane] = kind == .maximum ? maximum(start) : mean(start)
        } else {
          reduceCells(start, plane: plane, to: y)
        }
      }
    }
  }

  /// Reduces a plane of cells, four images at once: every vector has a multiple of four lanes.
  private func reduceCells(
    _ plane: UnsafePointer<Float>, plane index: Int, to y: UnsafeMutablePointer<Float>
  ) {
    let grid = input.grid
    let (group, channel) = grid.imageAndChannel(ofPlane: index)
    let pixels = Float(grid.height * (grid.width / grid.lanes))
    for lane in stride(from: 0, to: grid.lanes, by: 4) {
      var result = SIMD4<Float>(repeating: kind == .maximum ? -.infinity : 0)
      for row in 0..<grid.height {
        let cells = plane + row * grid.pitch
        for cell in stride(from: lane, to: grid.width, by: grid.lanes) {
          let x = UnsafeRawPointer(cells + cell).loadUnaligned(as: SIMD4<Float>.self)
          if kind == .maximum {
            result.replace(with: x, where: x .> result)
          } else {
            result += x
          }
        }
      }
      if kind == .mean { result /= pixels }
      for i in 0..<4 {
        let image = group * grid.lanes + lane + i
        if image < images { y[image * grid.channels + channel] = result[i] }
      }
    }
  }

  private func maximum(_ plane: UnsafePointer<Float>) -> Float {
    var result = -Float.infinity
    for row in 0..<input.grid.height {
      result = max(result, Reduction.maximum(plane + row * input.grid.pitch, input.grid.width))
    }
    return result
  }

  /// Runs through the gaps between rows: they are zero.
  private func mean(_ plane: UnsafePointer<Float>) -> Float {
    let grid = input.grid
    return Reduction.sum(plane, (grid.height - 1) * grid.pitch + grid.width)
      / Float(grid.height * grid.width)
  }
}

/// Reductions of consecutive floats, in an order that depends on nothing but their number.
enum Reduction {
  @inline(__always)
  static func sum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    fold(x, count, 0, { $0 + $1 }, { $0 + $1 })
  }

  /// Floats of scratch memory that a sum of function values needs.
  static let scratchFloatCount = 256

  /// Σ f(x), by way of a block of function values in scratch memory.
  @inline(__always)
  static func sum(
    _ x: UnsafePointer<Float>, _ count: Int, scratch: UnsafeMutablePointer<Float>,
    of f: (SIMD8<Float>) -> SIMD8<Float>
  ) -> Float {
    var total: Float = 0
    for first in stride(from: 0, to: count, by: scratchFloatCount) {
      let width = min(scratchFloatCount, count - first)
      mapVectors(x + first, scratch, count: width, f)
      total += sum(scratch, width)
    }
    return total
  }

  @inline(__always)
  static func product(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    fold(x, count, 1, { $0 * $1 }, { $0 * $1 })
  }

  @inline(__always)
  static func maximum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    fold(x, count, -.infinity, { $0.raised(to: $1) }, { $1 > $0 ? $1 : $0 })
  }

  @inline(__always)
  static func minimum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    fold(x, count, .infinity, { $0.lowered(to: $1) }, { $1 < $0 ? $1 : $0 })
  }

  /// Four vectors at once hide the latency of the additions, and keep rounding errors small.
  @inline(__always)
  private static func fold(
    _ x: UnsafePointer<Float>, _ count: Int, _ initial: Float,
    _ combine: (SIMD8<Float>, SIMD8<Float>) -> SIMD8<Float>,
    _ combineOne: (Float, Float) -> Float
  ) -> Float {
    let start = SIMD8<Float>(repeating: initial)
    var (a, b, c, d) = (start, start, start, start)
    var i = 0
    while i &+ 32 <= count {
      a = combine(a, x.vector(at: i))
      b = combine(b, x.vector(at: i &+ 8))
      c = combine(c, x.vector(at: i &+ 16))
      d = combine(d, x.vector(at: i &+ 24))
      i &+= 32
    }
    while i &+ 8 <= count {
      a = combine(a, x.vector(at: i))
      i &+= 8
    }
    let lanes = combine(combine(a, b), combine(c, d))
    var result = initial
    for lane in 0..<8 { result = combineOne(result, lanes[lane]) }
    while i < count {
      result = combineOne(result, x[i])
      i &+= 1
    }
    return result
  }
}
