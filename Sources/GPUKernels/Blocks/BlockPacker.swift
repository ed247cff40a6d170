/// Makes the tables of a layer, one row block after the other.
struct BlockPacker {
  let stage: BlockStage
  let tiling: BlockTiling
  private let schedule: BankSchedule
  /// Those of a step's weights by height.
  private let places: [Int: [BlockTiling.WeightPlace]]

  private(set) var rowBlockCount = 0
  private(set) var work: [UInt32] = []
  private(set) var chunks: [UInt32] = []
  private(set) var channels: [UInt32] = []
  private(set) var packets: [UInt32] = []
  private(set) var rows: [UInt32] = []
  private(set) var bias: [Float] = []
  /// Bytes of a stage's planes, and of a packet, at most.
  private(set) var planesEnd = 0
  private(set) var packetByteCount = 0
  private(set) var counts = BlockCounts()

  init(stage: BlockStage, tiling: BlockTiling) {
    self.stage = stage
    self.tiling = tiling
    schedule = BankSchedule(tiling.precision)
    let heights = Set(tiling.segmentPlaces.map(\.height))
    places = Dictionary(
      uniqueKeysWithValues: heights.map { ($0, tiling.weightPlaces(height: $0)) })
  }

  mutating func append(_ roots: [BlockRoot]) {
    rowBlockCount += 1
    for root in roots {
      rows += root.rows
      bias += root.bias
    }
    let first = chunks.count / 4
    let used = Set(roots.flatMap { $0.segments.flatMap(\.columnsByChunk.keys) }).sorted()
    let weights = used.map { append(chunk: $0, of: roots) }
    counts.greatestBandSteps = max(counts.greatestBandSteps, weights.reduce(0, +))
    for range in Self.split(weights, into: tiling.splitCount) {
      work += [UInt32(first + range.lowerBound), UInt32(range.count)]
    }
  }

  /// Appends a chunk and returns its work.
  private mutating func append(chunk: BlockChunkKey, of roots: [BlockRoot]) -> Int {
    let used = Set(
      roots.flatMap { root in
        root.segments.flatMap { segment in
          (segment.columnsByChunk[chunk] ?? []).map { segment.taps[$0].channel }
        }
      }
    ).sorted()
    let starts = placePlanes(chunk: chunk, channels: used, of: roots)
    var bandSteps = 0
    let packet = BlockPacket(
      roots.map { root in
        root.segments.map { segment in
          let result = ordered(segment, chunk: chunk, planeStarts: starts)
          bandSteps += count(result)
          return result
        }
      }, tiling, places: places)
    chunks += [
      UInt32(channels.count / 2), UInt32(used.count), UInt32(packets.count / 4),
      UInt32(packet.words.count / 4),
    ]
    for channel in used { channels += [UInt32(channel), UInt32(starts[channel] ?? 0)] }
    packets += packet.words
    packetByteCount = max(packetByteCount, 4 * packet.words.count)
    counts.chunkCount += 1
    counts.channelCount += used.count
    counts.packetByteCount += 4 * packet.words.count
    return bandSteps
  }

  /// The byte offset of each channel's plane in the stage.
  private mutating func placePlanes(
    chunk: BlockChunkKey, channels: [Int], of roots: [BlockRoot]
  ) -> [Int: Int] {
    let indices = Dictionary(uniqueKeysWithValues: zip(channels, 0...))
    var segments: [[BankSchedule.Tap]] = []
    for segment in roots.lazy.flatMap(\.segments) {
      guard let columns = segment.columnsByChunk[chunk] else { continue }
      segments.append(
        columns.map { column in
          let tap = segment.taps[column]
          return BankSchedule.Tap(
            channel: indices[tap.channel] ?? 0,
            vector: stage.tapOffset(tap) / stage.vectorByteCount)
        })
    }
    let residues = schedule.planeResidues(channelCount: channels.count, segments: segments)
    let (starts, end) = schedule.placePlanes(
      residues: residues, planeVectorCount: stage.planeVectorCount)
    planesEnd = max(planesEnd, end * stage.vectorByteCount)
    return Dictionary(
      uniqueKeysWithValues: zip(channels, starts.map { $0 * stage.vectorByteCount }))
  }

  /// The taps of a segment in a chunk, filled up to whole steps.
  private func ordered(
    _ segment: BlockSegment, chunk: BlockChunkKey, planeStarts: [Int: Int]
  ) -> BlockPacket.Segment {
    let columns = segment.columnsByChunk[chunk] ?? []
    let offsets = columns.map { column in
      let tap = segment.taps[column]
      return (planeStarts[tap.channel] ?? 0) + stage.tapOffset(tap)
    }
    let slots = schedule.order(residues: offsets.map(residue))
    return BlockPacket.Segment(
      offsets: slots.map { slot in
        switch slot {
        case .tap(let index), .again(let index): offsets[index]
        }
      },
      columns: slots.map { slot in
        if case .tap(let index) = slot { columns[index] } else { nil }
      }, weights: segment)
  }

  /// Counts a segment and returns its products of 16 rows, a step and a pixel.
  private mutating func count(_ segment: BlockPacket.Segment) -> Int {
    let steps = segment.offsets.count / tiling.precision.stepTaps
    guard steps > 0 else { return 0 }
    let tapCount = segment.columns.count { $0 != nil }
    counts.steps[segment.weights.height, default: 0] += steps
    counts.segments[segment.weights.height, default: 0] += 1
    counts.tapCount += tapCount
    counts.paddingTapCount += segment.columns.count - tapCount
    counts.wavefronts += schedule.wavefronts(
      vectors: segment.offsets.map { $0 / stage.vectorByteCount })
    counts.stepWavefronts += steps * schedule.stepPhases
    counts.idealWavefronts += tapCount.dividedRoundingUp(by: schedule.width)
    return steps * segment.weights.height / BlockTiling.bandRows
  }

  private func residue(_ offset: Int) -> Int { offset / stage.vectorByteCount % schedule.width }

  /// Divides chunks in order, so that the work up to each end is nearest to its share.
  static func split(_ weights: [Int], into parts: Int) -> [Range<Int>] {
    let total = weights.reduce(0, +)
    var ranges: [Range<Int>] = []
    var (first, end, done) = (0, 0, 0)
    for part in 1...parts {
      while end < weights.count, 2 * (total * part - parts * done) > parts * weights[end] {
        done += weights[end]
        end += 1
      }
      if part == parts { end = weights.count }
      ranges.append(first..<end)
      first = end
    }
    return ranges
  }
}
