import Covers
import GPUKernels
import Tensors
import Testing

/// Costs with prices for rows beyond whole bands charge what the packer makes of covers.
@Suite struct PaddedBandsTests {
  private static let (channels, taps) = (16, 144)
  private static let tiling = BlockTiling(
    precision: .f16, rootRows: 64, rootsPerBlock: 1, pixelWarps: 4, pixelsPerWarp: 8,
    tileGroups: 1, tileRows: 4, tileColumns: 8, channelsPerChunk: 4)

  private static func problem(rows: Int) -> BlockProblem {
    BlockProblem(
      imageGroups: 1, input: LanesGeometry(channels: channels, height: 8, width: 8),
      output: LanesGeometry(channels: rows, height: 8, width: 8))
  }

  private static func costs(rows: Int) -> CoverCosts {
    BlockCosts.counted.coverCosts(
      problem(rows: rows), channelTaps: 9, tiling: tiling, on: .h200)
  }

  private static func matrix(rows: Int, density: Double, seed: UInt64) throws -> FilterMatrix {
    var generator = SplitMix64(seed: seed)
    let values = (0..<rows * taps).map { _ -> Float in
      let weight = generator.uniform()
      return Double(generator.next() >> 11) * 0x1p-53 < density ? weight : 0
    }
    return try FilterMatrix(rows: rows, taps: taps, values: values)
  }

  /// The time of what a cover is packed to.
  private static func packedTime(_ cover: Cover, _ costs: CoverCosts) throws -> Double {
    let places = (0..<channels).flatMap { channel in
      (0..<9).map { BlockTap(channel: channel, y: $0 / 3 - 1, x: $0 % 3 - 1) }
    }
    let bias = [Float](repeating: 0, count: cover.rows)
    let layer = try BlockLayer(
      problem(rows: cover.rows),
      branches: [BlockBranch(taps: places, cover: cover, bias: bias)], tiling: tiling)
    return costs.heights.reduce(0) {
      $0 + $1.perTap * Double($1.rounding * layer.counts.steps[$1.height, default: 0])
        + $1.startUp * Double(layer.counts.segments[$1.height, default: 0])
    }
  }

  @Test(arguments: [1, 2, 4, 5, 8, 10, 15, 16, 17, 24, 31, 32, 48, 64, 65, 72, 80])
  func chargesWhatIsPacked(rows: Int) throws {
    let costs = Self.costs(rows: rows)
    let padded = costs.withPaddedBands
    let rest = rows % 16
    for (seed, density) in [0.02, 0.1, 0.3, 0.7, 1].enumerated() {
      let matrix = try Self.matrix(rows: rows, density: density, seed: UInt64(seed))
      let cover = Cover.exact(
        matrix, costs: padded, tree: .greedy(matrix, costs: padded))
      let name: Comment = "\(rows) rows, density \(density)"
      #expect(
        cover.segments.allSatisfy { $0.height >= 16 || $0.firstRow >= rows - rest }, name)
      #expect(
        cover.leavesByRow.indices.allSatisfy {
          cover.leavesByRow[$0].isEmpty || (rest % 2 == 1 && $0 == rows - 1)
        }, name)
      let time = try #require(cover.predictedCost)
      let packed = try Self.packedTime(cover, costs)
      #expect(time >= packed * (1 - 1e-9), name)
      // Each row group of the rest is charged a band, and a single row a step more in each chunk.
      let most = packed * Double(max(1, rest.nonzeroBitCount))
      let step = padded.leaf * Double(costs.heights[0].rounding)
      let chunks = costs.chunks(taps: Self.taps).count
      #expect(time <= most * (1 + 1e-4) + (rest % 2 == 1 ? step * Double(chunks) : 0), name)
    }
  }

  /// A lone weight of whole bands costs what a segment of 16 rows does.
  @Test func keepsPricesOfWholeBands() {
    let costs = Self.costs(rows: 64)
    let padded = costs.withPaddedBands
    #expect(Array(padded.heights.suffix(costs.heights.count)) == costs.heights)
    #expect(padded.heights.map(\.height) == [2, 4, 8, 16, 32, 64])
    #expect(padded.tapsPerChunk == costs.tapsPerChunk)
    for count in 1...40 {
      #expect(padded.time(leafCount: count) >= costs.heights[0].time(tapCount: count))
    }
  }
}
