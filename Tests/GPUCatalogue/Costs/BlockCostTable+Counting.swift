import GPUKernels
import Tensors

extension BlockCostTable {
  /// Counts all entries on the emulator.
  package static func counted() throws -> BlockCostTable {
    let copies = try CopyCosts()
    return BlockCostTable(
      entries: try Key.all.map { try counted($0, copies) }, planeCopy: copies.plane,
      packetCopy: copies.packet)
  }

  /// Counts one entry.
  package static func counted(_ key: Key) throws -> Entry { try counted(key, CopyCosts()) }

  private static func counted(_ key: Key, _ copies: CopyCosts) throws -> Entry {
    let least = BlockProbe(key, steps: 2)
    let longer = least.with { $0.segments[0].steps = 6 }
    // Eight more pixels.
    func wide(_ layer: BlockProbe) -> BlockProbe { layer.with { $0.pixelsPerWarp += 8 } }
    let (few, many) = (try ProbeCounts(least), try ProbeCounts(longer))
    let (wideFew, wideMany) = (try ProbeCounts(wide(least)), try ProbeCounts(wide(longer)))
    let stepCount = Double(4 * least.chunks)
    let step = (many - few) / stepCount
    let wideStep = (wideMany - wideFew) / stepCount
    let segment = try segmentInstructions(key)
    let moreChunks = try ProbeCounts(least.with { $0.chunks += 2 })
    let chunk = (moreChunks - few) / 2

    let warps = few.warpCount
    func computing(_ counts: ProbeCounts) -> Double {
      (counts.instructions - counts.copying) / warps
    }
    /// All but the copies themselves.
    func all(_ counts: ProbeCounts) -> Double { (counts.instructions - copies(counts)) / warps }
    func line(_ value: (ProbeCounts) -> Double) -> Line {
      let slope = (value(wideStep) - value(step)) / 8
      return Line(value(step) - 8 * slope, slope)
    }
    let chunkInstructions = all(chunk) - 2 * computing(step) - segment
    let chunkWavefronts = chunk.wavefronts - 2 * step.wavefronts
    /// What chunks and their steps leave of a layer.
    func rest(
      _ value: (ProbeCounts) -> Double, chunk: Double, step stepValue: (ProbeCounts) -> Double
    ) -> Line {
      let chunks = Double(least.chunks)
      let narrow = value(few) - chunks * (chunk + 2 * stepValue(step))
      let wide = value(wideFew) - chunks * (chunk + 2 * stepValue(wideStep))
      return Line(narrow - (wide - narrow), (wide - narrow) / 8)
    }
    return Entry(
      key, step: line(computing), activations: line(\.activations), weights: line(\.weights),
      offsets: step.offsets, products: step.products / 8, segment: segment,
      chunk: chunkInstructions, chunkWavefronts: chunkWavefronts,
      block: rest(all, chunk: chunkInstructions + segment, step: computing),
      blockWavefronts: rest(\.wavefronts, chunk: chunkWavefronts, step: \.wavefronts))
  }

  /// Instructions of a warp for one more segment of a chunk, without its steps.
  private static func segmentInstructions(_ key: Key) throws -> Double {
    let probes = [0, 2, 6].map { BlockProbe(key, besideOther: $0) }
    let (none, few, many) = (
      try ProbeCounts(probes[0]), try ProbeCounts(probes[1]), try ProbeCounts(probes[2])
    )
    func computing(_ counts: ProbeCounts) -> Double {
      (counts.instructions - counts.copying) / none.warpCount
    }
    let chunks = Double(probes[0].chunks)
    let step = computing(many - few) / (4 * chunks)
    return computing(few - none) / chunks - 2 * step
  }
}

/// Instructions to copy 512 bytes.
private struct CopyCosts {
  let plane: Double
  let packet: Double

  init() throws {
    let layer = BlockProbe(.init(.f16, .warp, 64), steps: 2)
    let base = try ProbeCounts(layer)
    let longer = try ProbeCounts(layer.with { $0.segments[0].steps = 6 }) - base
    packet = longer.copying / longer.packetCopies
    // Twice as many planes for the same taps.
    let wider = try ProbeCounts(layer.with { $0.channelsPerChunk = 4 }) - base
    plane = (wider.copying - packet * wider.packetCopies) / wider.planeCopies
  }

  /// What copying took in a layer.
  func callAsFunction(_ counts: ProbeCounts) -> Double {
    plane * counts.planeCopies + packet * counts.packetCopies
  }
}
