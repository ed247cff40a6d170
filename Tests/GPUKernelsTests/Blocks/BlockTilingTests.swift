import Covers
import GPUKernels
import Tensors
import Testing

@Suite struct BlockTilingTests {
  /// A layer of a network, by its extents.
  struct Layer: CustomTestStringConvertible {
    var images = 8
    var channels = 64
    var filters = 64
    var map = Spatial(56, 56)
    var kernel = Spatial(3, 3)
    var stride = 1
    var dilation = 1
    var groups = 1
    var density = 1.0

    var testDescription: String {
      "\(images)x\(channels)x\(map.vertical)x\(map.horizontal) to \(filters),"
        + " \(kernel.vertical)x\(kernel.horizontal) /\(stride) *\(dilation), \(groups) groups"
    }

    /// With padding that keeps the map, before strides.
    var outline: BlockOutline {
      let output = Spatial((map.vertical - 1) / stride + 1, (map.horizontal - 1) / stride + 1)
      let problem = BlockProblem(
        imageGroups: (images + 7) / 8,
        input: LanesGeometry(channels: channels, height: map.vertical, width: map.horizontal),
        output: LanesGeometry(
          channels: filters, height: output.vertical, width: output.horizontal),
        stride: Spatial(stride, stride))
      let branches = (0..<groups).map { group in
        (rows: filters / groups, taps: taps(channels / groups, first: group * channels / groups))
      }
      return BlockOutline(problem, branches: branches, density: density)
    }

    func taps(_ count: Int, first: Int) -> [BlockTap] {
      (first..<first + count).flatMap { c in
        (0..<kernel.vertical).flatMap { r in
          (0..<kernel.horizontal).map { s in
            BlockTap(
              channel: c, y: (r - kernel.vertical / 2) * dilation,
              x: (s - kernel.horizontal / 2) * dilation)
          }
        }
      }
    }
  }

  static let layers: [Layer] = [
    Layer(), Layer(density: 0.5),
    Layer(images: 1, channels: 1, filters: 1, map: Spatial(1, 1), kernel: Spatial(1, 1)),
    Layer(images: 1, channels: 2048, filters: 1000, map: Spatial(1, 1), kernel: Spatial(1, 1)),
    Layer(images: 256, channels: 512, filters: 2048, map: Spatial(7, 7), kernel: Spatial(1, 1)),
    Layer(images: 1, channels: 512, filters: 512, map: Spatial(7, 7), density: 0.3),
    Layer(channels: 3, map: Spatial(224, 224), kernel: Spatial(7, 7), stride: 2),
    Layer(images: 1, channels: 3, filters: 16, map: Spatial(2160, 3840)),
    Layer(images: 1, channels: 256, filters: 256, map: Spatial(33, 33), dilation: 18),
    Layer(channels: 8, filters: 8, map: Spatial(32, 32), kernel: Spatial(31, 31), density: 0.1),
    Layer(channels: 1, filters: 17, map: Spatial(13, 97), kernel: Spatial(1, 9)),
    Layer(channels: 256, filters: 1, map: Spatial(40, 40), kernel: Spatial(1, 1)),
    Layer(channels: 256, filters: 256, map: Spatial(28, 28), groups: 32),
    Layer(channels: 96, filters: 96, map: Spatial(14, 14), kernel: Spatial(5, 5), groups: 96),
    Layer(images: 64, channels: 1024, filters: 255, map: Spatial(19, 19), kernel: Spatial(1, 1)),
  ]

  /// Every layer has a tiling on every GPU, which fits it and covers the output.
  @Test(arguments: layers) func choice(_ layer: Layer) throws {
    let outline = layer.outline
    let (groups, output) = (outline.problem.imageGroups, outline.problem.output)
    for (figures, precision) in [
      (GPUFigures.a100, BlockPrecision.f16), (.a10, .tf32x3), (.l4, .bf16), (.h100, .f16),
      (.h100, .tf32),
    ] {
      let tiling = try BlockTiling.choose(for: outline, precision: precision, on: figures)
      let words: Comment = "\(layer.testDescription) on \(figures.name): \(tiling)"
      #expect(tiling.accumulatorCount <= 128, words)
      let stage = BlockStage(outline.problem, range: outline.range, tiling: tiling)
      let copies = stage.copiesPerThread(threadCount: tiling.threadCount)
      let budget = tiling.registerBudget(copies: copies)
      #expect(budget <= 255 && budget * tiling.threadCount <= figures.registerCount, words)
      // Two more for each copy beyond a few; a thread that cannot have them would spill.
      let more = tiling.registerBudget(copies: 1) + 2 * max(0, copies - 6)
      #expect(budget == more, words)
      #expect(tiling.fits(outline, on: figures), words)
      #expect(tiling.sharedByteBound(outline) <= figures.sharedByteLimit, words)
      #expect(tiling.form == .warp || (figures == .h100 && precision == .f16), words)
      let box = tiling.tileGroups * tiling.tileRows * tiling.tileColumns
      #expect(box >= 1 && box <= tiling.pixelCount, words)
      let tiles = tiling.tileCount(outline.problem)
      #expect(tiles * box >= groups * output.height * output.width && tiles <= 65_535, words)
      #expect((1...layer.channels).contains(tiling.channelsPerChunk), words)
      // Of what tiles compute, half is stored, where there is more than a few pixels.
      let pixels = groups * output.height * output.width
      #expect(pixels < 64 || 2 * pixels >= tiles * tiling.pixelCount, words)
    }
  }

  /// Packed layers need no more shared memory than was promised, whatever their covers are.
  @Test func sharedMemory() throws {
    for block in BlockCase.all {
      let branches = try block.branches()
      for density in [0.5, 1] {
        let outline = BlockOutline(
          block.problem, branches: branches.map { ($0.cover.rows, $0.taps) }, density: density)
        let covered = branches.map { branch in
          guard density == 1 else { return branch }
          let matrix = branch.cover.multipliedOut()
          return BlockBranch(
            taps: branch.taps, cover: .dense(matrix, rootHeight: block.tiling.rootRows),
            bias: branch.bias)
        }
        let layer = try BlockLayer(block.problem, branches: covered, tiling: block.tiling)
        #expect(layer.sharedByteCount <= block.tiling.sharedByteBound(outline), "\(block)")
      }
    }
  }

  /// Small maps are divided until they fill the GPU, large ones take tall root groups, and `wgmma`.
  @Test func preferences() throws {
    let small = Layer(channels: 512, filters: 512, map: Spatial(7, 7)).outline
    let split = try BlockTiling.choose(for: small, precision: .f16, on: .a100)
    #expect(split.splitCount > 1, "\(split)")
    let load = BlockLoad(expected: small, split, height: split.rootRows)
    let blocks = split.tileCount(small.problem) * load.rowBlockCount * split.splitCount
    #expect(blocks > 54, "\(blocks) blocks")

    let large = Layer(images: 256, channels: 256, filters: 256, map: Spatial(56, 56)).outline
    for figures in [GPUFigures.a100, .a10, .l4, .h100] {
      let candidates = BlockTiling.candidates(for: large, precision: .f16, on: figures)
      let (tiling, prediction) = try #require(candidates.first)
      #expect(tiling.rootRows == 64 && tiling.splitCount == 1, "\(tiling)")
      #expect(tiling.form == (figures == .h100 ? .warpgroup : .warp), "\(tiling)")
      // For 64 rows shared memory takes as long to give `wgmma` its operands as their products take.
      let limiter: ConvolutionPrediction.Limiter = figures == .h100 ? .shared : .tensor
      #expect(prediction.limiter == limiter, "\(figures.name): \(tiling) \(prediction)")
    }
    // Few weights are best read by low root groups, which have more pixels each.
    var sparse = large
    sparse.density = 0.2
    let low = try BlockTiling.choose(for: sparse, precision: .f16, on: .a100)
    #expect(low.rootRows < 64, "\(low)")
    let expected = (
      BlockLoad(expected: sparse, low, height: 16), BlockLoad(expected: large, low, height: 16)
    )
    #expect(expected.0.steps[16, default: 1] < 0.3 * expected.1.steps[16, default: 0])
    // Where neighbouring rows have their weights at the same taps, high ones are best again.
    var alike = sparse
    alike.tallDensities = [32: 0.2, 64: 0.2]
    let high = try BlockTiling.choose(for: alike, precision: .f16, on: .a100)
    #expect(high.rootRows == 64, "\(high)")
    // What only moves memory is faster where memory is.
    let flat = Layer(images: 256, channels: 64, filters: 64, kernel: Spatial(1, 1)).outline
    let h100 = try #require(BlockTiling.candidates(for: flat, precision: .f16, on: .h100).first)
    let h200 = try #require(BlockTiling.candidates(for: flat, precision: .f16, on: .h200).first)
    #expect(h100.prediction.limiter == .memory && h200.prediction.seconds < h100.prediction.seconds)
  }

  /// What has no tiling is refused, with the reason.
  @Test func refused() throws {
    let cases: [(Layer, BlockPrecision, String)] = [
      (Layer(map: Spatial(99, 99), dilation: 40), .tf32, "span 81x81 pixels"),
      (Layer(images: 800_000_000, channels: 1, map: Spatial(1, 1)), .f16, "smaller batch"),
    ]
    for (layer, precision, words) in cases {
      do throws(HewnError) {
        let tiling = try BlockTiling.choose(for: layer.outline, precision: precision, on: .a10)
        Issue.record("\(tiling)")
      } catch {
        #expect(error.code == .unsupported && error.message.contains(words), "\(error)")
      }
    }
  }

  /// What is counted for one block that has a multiprocessor for itself.
  @Test func prediction() throws {
    let layer = Layer(channels: 16, filters: 64, map: Spatial(8, 8), kernel: Spatial(1, 1))
    let outline = layer.outline
    let tiling = BlockTiling(
      precision: .f16, rootRows: 64, rootsPerBlock: 1, pixelWarps: 8, pixelsPerWarp: 8,
      tileGroups: 1, tileRows: 8, tileColumns: 8, channelsPerChunk: 16, stageCount: 2)
    let branches = try layer.branches(seed: 1)
    let packed = try BlockLayer(outline.problem, branches: branches, tiling: tiling)
    // Zeros, 16 planes of 64 vectors that begin at different banks; a header, a step's offsets and
    // weights.
    let packet = 32 + 64 + 2048
    #expect(packed.counts.packetByteCount == packet)
    var figures = GPUFigures.a100
    figures.clock = 1e9
    for load in [BlockLoad(packed), BlockLoad(expected: outline, tiling, height: 64)] {
      let prediction = ConvolutionPrediction(outline.problem, tiling, load: load, on: figures)
      func cycles(_ limiter: ConvolutionPrediction.Limiter) -> Double {
        1e9 * (prediction.limits[limiter] ?? .nan)
      }
      // 64 rows × 64 pixels × 8 images × 16 taps.
      #expect(abs(cycles(.tensor) - 64 * 64 * 8 * 16 / 1024) < 1e-6)
      // Planes and packet are written; two wavefronts for each pixel, and weights and offsets for
      // each warp, are read.
      let entry = figures.blockCosts.table.entry(tiling, height: 64)
      let bytes =
        16 * 64 * 16 + packet + 64 * 2 * 128 + 8 * (2048 + 128) + 8 * 128
        * Int(entry.chunkWavefronts)
      #expect(abs(cycles(.shared) - Double(bytes) / 128) < 1e-6)
      // Each warp has a block, a chunk, a segment and a step.
      let computing = 8 * (entry.block(8) + entry.chunk + entry.segment + entry.step(8))
      let copying =
        32 * figures.blockCosts.table.planeCopy
        + Double(packet) / 512 * figures.blockCosts.table.packetCopy
      #expect(abs(cycles(.issue) - (computing + copying) / 4) < 1e-6)
      #expect(abs(cycles(.l2) - Double(16 * 64 * 16 + packet) / 64) < 1e-6)
      let moved = Double(64 * 16 * (16 + 64) + packet)
      #expect(abs(cycles(.memory) - 1e9 * moved / figures.memoryBandwidth) < 1e-3)
      #expect(prediction.limiter == .latency)
      #expect(prediction.residentBlocks == 1 && prediction.waves == 1.0 / 108)
    }
  }

  /// Covers by these costs have no leaves, and tall segments only where they save something.
  @Test func coverCosts() throws {
    let layer = Layer(filters: 128)
    let outline = layer.outline
    for figures in GPUFigures.all {
      let tiling = try BlockTiling.choose(for: outline, precision: .f16, on: figures)
      let costs = figures.blockCosts.coverCosts(
        outline.problem, channelTaps: 9, tiling: tiling, on: figures)
      #expect(costs.rootHeight == tiling.rootRows && costs.tapsPerChunk % 9 == 0)
      for (entry, taller) in zip(costs.heights, costs.heights.dropFirst()) {
        #expect(taller.height == 2 * entry.height && entry.rounding == 16)
        #expect(entry.perTap <= taller.perTap && taller.perTap <= 2 * entry.perTap)
      }
      for zeros in [0, 0.7, 0.95] {
        var generator = SplitMix64(seed: 7)
        let values = (0..<128 * 576).map { _ -> Float in
          let weight = generator.uniform()
          return Double(generator.next() >> 11) * 0x1p-53 < zeros ? 0 : weight
        }
        let matrix = try FilterMatrix(rows: 128, taps: 576, values: values)
        let tree = RowTree.natural(rows: 128, rootHeight: costs.rootHeight)
        let cover = Cover.exact(matrix, costs: costs, tree: tree)
        #expect(cover.statistics.leafCount == 0, "\(figures.name), \(zeros) zeros")
        if zeros == 0 {
          #expect(Set(cover.segments.map(\.height)) == [costs.rootHeight])
        }
      }
    }
  }
}

extension BlockTilingTests.Layer {
  /// A full filter matrix.
  fileprivate func branches(seed: UInt64) throws -> [BlockBranch] {
    var generator = SplitMix64(seed: seed)
    let taps = taps(channels, first: 0)
    let values = (0..<filters * taps.count).map { _ in generator.uniform() }
    let matrix = try FilterMatrix(rows: filters, taps: taps.count, values: values)
    return [
      BlockBranch(
        taps: taps, cover: .dense(matrix, rootHeight: 64),
        bias: Array(repeating: 0, count: filters))
    ]
  }
}
