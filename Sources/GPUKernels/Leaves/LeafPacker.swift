internal import Tensors

/// Cuts what row blocks read into chunks, and writes their packets.
///
/// A chunk takes taps in ascending order as long as their channels and entries have room. So each chunk is as
/// full as can be, channels that a row block does not read are not staged, and one channel with more taps
/// than a packet holds is staged several times.
struct LeafPacker {
  private(set) var chunks: [UInt32] = []
  private(set) var channels: [UInt32] = []
  private(set) var packets: [UInt32] = []
  /// Of each chunk.
  private(set) var chunkWork: [Int] = []
  private let problem: BlockProblem
  private let tiling: LeafTiling
  private let stage: LeafStage

  /// An entry with its root group.
  private struct Place {
    var root: Int
    var entry: LeafRoot.Entry
    var byteCount: Int { 4 * LeafSegment.entryWordCount(height: entry.weights.count) }
  }

  init(_ problem: BlockProblem, _ tiling: LeafTiling, _ stage: LeafStage) {
    (self.problem, self.tiling, self.stage) = (problem, tiling, stage)
  }

  /// Appends the chunks of a row block.
  mutating func append(_ roots: [LeafRoot]) throws(HewnError) -> Range<Int> {
    let first = chunkWork.count
    let places = roots.enumerated().flatMap { index, root in
      root.entries.map { Place(root: index, entry: $0) }
    }.sorted { left, right in
      let (a, b) = (left.entry.tap, right.entry.tap)
      return (a.channel, a.y, a.x, left.root, left.entry.segment)
        < (b.channel, b.y, b.x, right.root, right.entry.segment)
    }
    var chunk: [Place] = []
    var chunkChannels: [Int] = []
    var byteCount = 0
    var start = 0
    while start < places.count {
      let tap = places[start].entry.tap
      let end = places[start...].firstIndex { $0.entry.tap != tap } ?? places.count
      let tapByteCount = places[start..<end].reduce(0) { $0 + $1.byteCount }
      let isNewChannel = chunkChannels.last != tap.channel
      let fits =
        byteCount + tapByteCount <= tiling.packetByteCount - headersByteCount
        && chunkChannels.count + (isNewChannel ? 1 : 0) <= tiling.channelsPerChunk
      if !fits {
        try finish(chunk, chunkChannels)
        (chunk, chunkChannels, byteCount) = ([], [], 0)
      }
      if chunkChannels.last != tap.channel { chunkChannels.append(tap.channel) }
      chunk += places[start..<end]
      byteCount += tapByteCount
      start = end
    }
    if !chunk.isEmpty { try finish(chunk, chunkChannels) }
    return first..<chunkWork.count
  }

  private var headersByteCount: Int { tiling.rootsPerBlock * LeafTiling.headerByteCount }

  private mutating func finish(_ places: [Place], _ chunkChannels: [Int]) throws(HewnError) {
    let packet = packet(places, chunkChannels)
    let firstPacket = packets.count / 4
    guard firstPacket + packet.count / 4 <= Int(UInt32.max) else {
      throw HewnError(.unsupported, "the weights of a convolution by leaves are over 64 GiB")
    }
    chunks += [
      UInt32(channels.count), UInt32(chunkChannels.count), UInt32(firstPacket),
      UInt32(packet.count / 4),
    ]
    channels += chunkChannels.map { UInt32(2 * $0 * problem.input.channelStride) }
    packets += packet
    chunkWork.append(places.reduce(0) { $0 + $1.entry.work })
  }

  private func packet(_ places: [Place], _ chunkChannels: [Int]) -> [UInt32] {
    let slots = Dictionary(
      uniqueKeysWithValues: chunkChannels.enumerated().map { ($1, $0) })
    let segments = LeafSegment.all
    // Entries of each segment of each root group, still in the order of taps.
    var streams = [[[UInt32]]](
      repeating: Array(repeating: [], count: segments.count), count: tiling.rootsPerBlock)
    for place in places {
      let (tap, weights) = (place.entry.tap, place.entry.weights)
      let plane = (slots[tap.channel] ?? 0) * stage.planeVectors * LeafStage.vectorByteCount
      let words =
        [UInt32(plane + stage.tapOffset(y: tap.y, x: tap.x))] + weights.map(\.bitPattern)
      streams[place.root][place.entry.segment] +=
        words + Array(repeating: 0, count: place.byteCount / 4 - words.count)
    }
    var header: [UInt32] = []
    var body: [UInt32] = []
    for root in streams {
      let start = UInt32(headersByteCount + 4 * body.count)
      header += [start, start]
      for (segment, stream) in zip(segments, root) {
        let begin = headersByteCount + 4 * body.count
        let pairWords = 2 * LeafSegment.entryWordCount(height: segment.height)
        header.append(UInt32(begin + 4 * (stream.count / pairWords * pairWords)))
        header.append(UInt32(begin + 4 * stream.count))
        body += stream
      }
    }
    let packet = header + body
    return packet + Array(repeating: 0, count: (4 - packet.count % 4) % 4)
  }
}
