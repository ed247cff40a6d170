import CPUKernels

/// acc[r] += Σ_j weight[j] · x[index[j]] over the leaves of each row: one image.
///
/// Four lanes add every fourth leaf, in `chains` chains of quads. Per quad: four scalar loads, one load
/// of weights, one multiply-add. Limit: scalar loads and inserts while x lies in L1, then the stream
/// of leaves from memory, six bytes each.
enum GatherLeaves<let chains: Int> {
  @inline(__always)
  static func run(
    _ x: UnsafePointer<Float>, _ rows: LeafQuads, _ accumulators: UnsafeMutablePointer<Float>
  ) {
    var indices = rows.indices
    var weights = UnsafeRawPointer(rows.weights)
    for row in 0..<rows.rowCount {
      var sums = InlineArray<chains, SIMD4<Float>>(repeating: .zero)
      var left = Int(rows.counts[row])
      while left >= chains {
        for i in 0..<chains { add(x, indices[i], weights + 16 * i, to: &sums[i]) }
        indices += chains
        weights += 16 * chains
        left -= chains
      }
      while left > 0 {
        add(x, indices[0], weights, to: &sums[0])
        indices += 1
        weights += 16
        left -= 1
      }
      var sum = sums[0]
      for i in 1..<chains { sum += sums[i] }
      accumulators[row] += sum[0] + sum[1] + (sum[2] + sum[3])
    }
  }

  @inline(__always)
  private static func add(
    _ x: UnsafePointer<Float>, _ quad: UInt64, _ weights: UnsafeRawPointer,
    to sum: inout SIMD4<Float>
  ) {
    let inputs = SIMD4(
      x[Int(quad & 0xffff)], x[Int(quad >> 16 & 0xffff)], x[Int(quad >> 32 & 0xffff)],
      x[Int(quad >> 48)])
    let weights = weights.loadUnaligned(as: SIMD4<Float>.self)
    #if KERNELS_PORTABLE && arch(x86_64)
      sum += inputs * weights
    #else
      sum.addProduct(inputs, weights)
    #endif
  }
}

/// acc[r][v] += Σ_j weight[j] · x[index[j]][v] over the leaves of each row: a cell of `vectors` vectors
/// of images for each index.
///
/// Leaf j of a row adds to chain j mod `chains`. Per leaf: one broadcast, `vectors` loads and
/// multiply-adds. Limit: the two load ports while the cells lie in L1 or L2.
enum LaneLeaves<let chains: Int, let vectors: Int> {
  @inline(__always)
  static func run(
    _ x: UnsafePointer<Float>, _ rows: LeafQuads, _ accumulators: UnsafeMutablePointer<Float>
  ) {
    var indices = rows.indices
    var weights = rows.weights
    var row = accumulators
    for r in 0..<rows.rowCount {
      var sums = InlineArray<chains, InlineArray<vectors, Vector>>(
        repeating: .init(repeating: .zero))
      for v in 0..<vectors { sums[0][v] = load(row + v * lanes) }
      for _ in 0..<Int(rows.counts[r]) {
        var quad = indices[0]
        for j in 0..<4 {
          let cell = x + Int(quad & 0xffff) * (vectors * lanes)
          quad >>= 16
          let weight = Vector(repeating: weights[j])
          for v in 0..<vectors { sums[j % chains][v].accumulate(load(cell + v * lanes), weight) }
        }
        indices += 1
        weights += 4
      }
      for v in 0..<vectors {
        var sum = sums[0][v]
        for i in 1..<chains { sum += sums[i][v] }
        store(sum, to: row + v * lanes)
      }
      row += vectors * lanes
    }
  }
}
