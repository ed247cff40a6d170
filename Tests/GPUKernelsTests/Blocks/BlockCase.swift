import Covers
import GPUKernels
import Tensors

/// A layer that can be made again from its seed.
struct BlockCase: CustomStringConvertible {
  enum Covering: Hashable {
    case dense(rootHeight: Int)
    case leaves
    /// By segments of up to `rootHeight` rows and leaves, some of each.
    case exact(rootHeight: Int)
    /// By segments of 16, 32 and 64 rows alone.
    case blocks
  }

  var name: String
  var channels = 20
  var filters = 100
  var kernel = Spatial(3, 3)
  var stride = Spatial(1, 1)
  var dilation = Spatial(1, 1)
  /// Groups of the convolution, each a branch.
  var groups = 1
  var zeros = 0.8
  var covering = Covering.exact(rootHeight: 64)
  var tiling: BlockTiling
  var seed: UInt64 = 1

  var description: String { name }

  /// Tiles of 8 × 8 pixels.
  static func tiling(
    _ precision: BlockPrecision = .f16, _ form: BlockTiling.Form = .warp, rootRows: Int = 64,
    rootsPerBlock: Int = 2, channelsPerChunk: Int = 8, splitCount: Int = 1
  ) -> BlockTiling {
    BlockTiling(
      precision: precision, form: form, rootRows: rootRows, rootsPerBlock: rootsPerBlock,
      pixelWarps: 8, pixelsPerWarp: 8, tileGroups: 1, tileRows: 8, tileColumns: 8,
      channelsPerChunk: channelsPerChunk, splitCount: splitCount)
  }

  var problem: BlockProblem {
    BlockProblem(
      imageGroups: 1, input: LanesGeometry(channels: channels, height: 30, width: 30),
      output: LanesGeometry(channels: filters, height: 30, width: 30), stride: stride)
  }

  func branches() throws -> [BlockBranch] {
    var generator = SplitMix64(seed: seed)
    let (groupChannels, groupFilters) = (channels / groups, filters / groups)
    return try (0..<groups).map { group in
      let taps = (0..<groupChannels).flatMap { c in
        (0..<kernel.vertical).flatMap { r in
          (0..<kernel.horizontal).map { s in
            BlockTap(
              channel: group * groupChannels + c,
              y: (r - kernel.vertical / 2) * dilation.vertical,
              x: (s - kernel.horizontal / 2) * dilation.horizontal)
          }
        }
      }
      let values = (0..<groupFilters * taps.count).map { _ -> Float in
        let weight = generator.uniform()
        return Double(generator.next() >> 11) * 0x1p-53 < zeros ? 0 : weight
      }
      let matrix = try FilterMatrix(rows: groupFilters, taps: taps.count, values: values)
      return BlockBranch(
        taps: taps, cover: cover(matrix), firstRow: group * groupFilters,
        bias: (0..<groupFilters).map { _ in generator.uniform() })
    }
  }

  private func cover(_ matrix: FilterMatrix) -> Cover {
    switch covering {
    case .dense(let rootHeight): return .dense(matrix, rootHeight: rootHeight)
    case .leaves: return .leavesOnly(matrix)
    case .exact(let rootHeight):
      let heights = [(4, 2.4), (16, 8), (32, 14), (64, 24), (128, 40)]
      return exact(matrix, leaf: 1, heights.filter { $0.0 <= rootHeight })
    case .blocks: return exact(matrix, leaf: 128, [(16, 8), (32, 14), (64, 24)])
    }
  }

  private func exact(
    _ matrix: FilterMatrix, leaf: Double, _ heights: [(height: Int, perTap: Double)]
  ) -> Cover {
    let costs = CoverCosts(
      leaf: leaf,
      heights: heights.map {
        .init(height: $0.height, perTap: $0.perTap, rounding: tiling.precision.stepTaps)
      },
      tapsPerChunk: tiling.channelsPerChunk * kernel.vertical * kernel.horizontal)
    let tree = RowTree.natural(rows: matrix.rows, rootHeight: costs.rootHeight)
    return .exact(matrix, costs: costs, tree: tree)
  }

  static let all: [BlockCase] = {
    var cases = [
      BlockCase(
        name: "one weight", channels: 1, filters: 1, kernel: Spatial(1, 1), zeros: 0,
        tiling: tiling()),
      BlockCase(name: "all zeros", zeros: 1, tiling: tiling()),
      BlockCase(name: "dense", zeros: 0, covering: .dense(rootHeight: 64), tiling: tiling()),
      BlockCase(
        name: "dense by 128 rows", filters: 200, covering: .dense(rootHeight: 128),
        tiling: tiling(rootRows: 32)),
      BlockCase(name: "dense by single rows", covering: .dense(rootHeight: 1), tiling: tiling()),
      BlockCase(name: "leaves", zeros: 0.97, covering: .leaves, tiling: tiling(rootRows: 16)),
      BlockCase(
        name: "segments of 4 rows", zeros: 0.9, covering: .exact(rootHeight: 4), tiling: tiling()),
      BlockCase(
        name: "128 rows", filters: 130, covering: .exact(rootHeight: 128), tiling: tiling()),
      BlockCase(name: "splits", tiling: tiling(channelsPerChunk: 3, splitCount: 4)),
      BlockCase(name: "more splits than chunks", channels: 4, tiling: tiling(splitCount: 3)),
      BlockCase(
        name: "groups", channels: 12, filters: 42, groups: 3, zeros: 0.5,
        tiling: tiling(rootRows: 16)),
      BlockCase(
        name: "1x1, stride 2", channels: 70, kernel: Spatial(1, 1), stride: Spatial(2, 2),
        tiling: tiling(channelsPerChunk: 32)),
      BlockCase(
        name: "1x7, strides 3 and 2", channels: 9, kernel: Spatial(1, 7), stride: Spatial(3, 2),
        dilation: Spatial(1, 5), tiling: tiling(channelsPerChunk: 2)),
      BlockCase(
        name: "19x19 filters", channels: 2, filters: 20, kernel: Spatial(19, 19),
        covering: .blocks, tiling: tiling(.tf32, rootRows: 32, channelsPerChunk: 1)),
      BlockCase(
        name: "dilation 18", channels: 3, dilation: Spatial(18, 18),
        tiling: tiling(channelsPerChunk: 1)),
    ]
    for precision in BlockPrecision.allCases {
      for rootRows in [16, 32, 64] {
        cases.append(
          BlockCase(
            name: "\(precision), \(rootRows) rows",
            tiling: tiling(precision, rootRows: rootRows, channelsPerChunk: 5)))
      }
    }
    for precision in [BlockPrecision.f16, .bf16] {
      cases.append(
        BlockCase(name: "\(precision), warpgroups", tiling: tiling(precision, .warpgroup)))
    }
    return cases
  }()
}
