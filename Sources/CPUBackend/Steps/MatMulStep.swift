internal import Tensors

/// Y = A · B for batches of row-major matrices [M, K] · [K, N], both computed at run time.
///
/// Four rows of A times 8 or 16 columns of B are accumulated in registers over all of K. Limit: the
/// multiply and add ports; B is read from L2 once for each four rows.
struct MatMulStep: Step {
  private let a: FloatSource
  private let b: FloatSource
  /// Floats from the arena's start to the output.
  private let target: Int
  private let rows: Int
  private let depth: Int
  private let columns: Int
  /// Where each matrix of the batch starts.
  private let aStarts: AlignedArray<Int>
  private let bStarts: AlignedArray<Int>
  private let parts: WorkParts

  /// - Parameters:
  ///   - aStarts: floats from A's start to each matrix of the batch; `bStarts` likewise.
  ///   - target: floats from the arena's start to the output.
  /// - Throws: `outOfMemory`.
  init(
    rows: Int, depth: Int, columns: Int, a: FloatSource, aStarts: [Int], b: FloatSource,
    bStarts: [Int], target: Int
  ) throws(HewnError) {
    self.a = a
    self.b = b
    self.target = target
    (self.rows, self.depth, self.columns) = (rows, depth, columns)
    self.aStarts = try AlignedArray(aStarts)
    self.bStarts = try AlignedArray(bStarts)
    // A row of blocks is 4 rows high.
    parts = WorkParts(
      planes: aStarts.count, rows: (rows + 3) / 4, columns: columns > 0 ? 1 : 0,
      cost: max(1, depth * columns))
  }

  var partCount: Int { parts.count }

  func run(part: Int, in memory: StepMemory) {
    let (aBase, bBase) = (a.pointer(in: memory), b.pointer(in: memory))
    parts.forEachTile(of: part) { tile in
      let a = aBase + aStarts.pointer[tile.plane]
      let b = bBase + bStarts.pointer[tile.plane]
      let y = memory.arena + target + tile.plane * rows * columns
      for block in tile.rows {
        let first = block * 4
        if first + 4 <= rows {
          multiply(a + first * depth, b, y + first * columns, height: 4)
        } else {
          for row in first..<rows { multiply(a + row * depth, b, y + row * columns, height: 1) }
        }
      }
    }
  }

  /// `height` rows, 1 or 4, of the product.
  @inline(__always)
  private func multiply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
    height: Int
  ) {
    var j = 0
    while j &+ 8 <= columns {
      var sums = InlineArray<4, SIMD8<Float>>(repeating: .zero)
      for k in 0..<depth {
        let row = b.vector(at: k &* columns &+ j)
        for i in 0..<height { sums[i] += row * a[i &* depth &+ k] }
      }
      for i in 0..<height { y.store(sums[i], at: i &* columns &+ j) }
      j &+= 8
    }
    while j < columns {
      for i in 0..<height {
        var sum: Float = 0
        for k in 0..<depth { sum += a[i &* depth &+ k] * b[k &* columns &+ j] }
        y[i &* columns &+ j] = sum
      }
      j &+= 1
    }
  }
}
