import Covers
import GPUKernels
import KernelIR

/// A packed layer read as its kernel reads it, one word at a time, with everything checked on the way.
struct UnpackedLayer {
  /// Weights by output row and tap; with tf32x3 the sum of both parts.
  var weights: [Int: [BlockTap: Double]] = [:]
  var biases: [Int: Float] = [:]
  /// Wavefronts of shared memory in which the taps of the tile's first and last pixel are read.
  var wavefronts = (first: 0, last: 0)
  /// Products of 16 rows, a step and a pixel, of each entry of `work`, and of the largest chunk.
  var bandSteps: [Int] = []
  var greatestChunk = 0
  /// What is wrong.
  var findings: [String] = []

  private let layer: BlockLayer

  init(_ layer: BlockLayer) {
    self.layer = layer
    let tiling = layer.tiling
    expect(layer.work.count == 2 * layer.rowBlockCount * tiling.splitCount, "length of work")
    expect(layer.rows.count == layer.rowBlockCount * tiling.rootsPerBlock * tiling.rootRows, "rows")
    expect(layer.bias.count == layer.rows.count, "biases")
    expect(layer.packetOffset % 128 == 0 && layer.stageByteCount % 128 == 0, "alignment")
    expect(layer.sharedByteCount >= tiling.stageCount * layer.stageByteCount, "shared memory")
    for (row, bias) in zip(layer.rows, layer.bias) where row != .max {
      expect(biases.updateValue(bias, forKey: Int(row)) == nil, "row \(row) twice")
    }
    var nextChunk = 0
    for index in 0..<layer.work.count / 2 {
      let (first, count) = (Int(layer.work[2 * index]), Int(layer.work[2 * index + 1]))
      expect(first == nextChunk, "work \(index) begins at chunk \(first), not \(nextChunk)")
      nextChunk = first + count
      bandSteps.append(0)
      for chunk in first..<nextChunk {
        let before = bandSteps[index]
        readChunk(chunk, rowBlock: index / tiling.splitCount)
        greatestChunk = max(greatestChunk, bandSteps[index] - before)
      }
    }
    expect(nextChunk == layer.chunks.count / 4, "\(nextChunk) chunks")
  }

  private mutating func expect(_ condition: Bool, _ words: String) {
    if !condition, findings.count < 20 { findings.append(words) }
  }

  private mutating func readChunk(_ chunk: Int, rowBlock: Int) {
    let words = layer.chunks[4 * chunk..<4 * chunk + 4].map(Int.init)
    let tiling = layer.tiling
    var planes: [(channel: Int, start: Int)] = []
    expect(words[0] + words[1] <= layer.channels.count / 2, "channels of chunk \(chunk)")
    for index in words[0]..<words[0] + words[1] {
      planes.append((Int(layer.channels[2 * index]), Int(layer.channels[2 * index + 1])))
    }
    expect(!planes.isEmpty, "an empty chunk")
    expect(
      zip(planes, planes.dropFirst()).allSatisfy { $0.channel < $1.channel }, "channels ascend")
    expect(Set(planes.map { $0.channel / tiling.channelsPerChunk }).count == 1, "one chunk")
    let sorted = planes.map(\.start).sorted()
    for (start, next) in zip(sorted, sorted.dropFirst() + [layer.packetOffset]) {
      expect(start % layer.stage.vectorByteCount == 0, "a plane at \(start)")
      expect(start + layer.stage.planeByteCount <= next, "planes at \(start) and \(next)")
    }
    let packet = Array(layer.packets[4 * words[2]..<4 * (words[2] + words[3])])
    expect(4 * packet.count <= layer.stageByteCount - layer.packetOffset, "a packet's length")
    for root in 0..<tiling.rootsPerBlock {
      let firstRow = (rowBlock * tiling.rootsPerBlock + root) * tiling.rootRows
      let rows = layer.rows[firstRow..<firstRow + tiling.rootRows].map { Int($0) }
      readRoot(packet, root: root, rows: rows, planes: planes)
    }
  }

  private mutating func readRoot(
    _ packet: [UInt32], root: Int, rows: [Int], planes: [(channel: Int, start: Int)]
  ) {
    let (tiling, stepTaps) = (layer.tiling, layer.tiling.precision.stepTaps)
    var taps = Int(packet[8 * root + 4])
    var weights = Int(packet[8 * root + 5])
    expect(weights % (tiling.form == .warpgroup ? 128 : 16) == 0, "weights at \(weights)")
    for (index, place) in tiling.segmentPlaces.enumerated() {
      let stepCount = Int(half(packet, 32 * root + 2 * index))
      bandSteps[bandSteps.count - 1] += stepCount * place.height / 16
      for _ in 0..<stepCount {
        wavefronts.first += wavefrontCount(packet, taps, pixelOffset: 0)
        wavefronts.last += wavefrontCount(packet, taps, pixelOffset: lastPixelOffset)
        for k in 0..<stepTaps {
          let offset = Int(packet[(taps + 4 * k) / 4])
          let tap = self.tap(at: offset, planes)
          for r in 0..<place.height {
            let weight = weight(packet, weights, row: r, k: k, height: place.height)
            guard weight != 0 else { continue }
            let row = rows[place.firstRow + r]
            expect(tap != nil && row != Int(UInt32.max), "a weight \(weight) of padding")
            if let tap { self.weights[row, default: [:]][tap, default: 0] += weight }
          }
        }
        taps += 4 * stepTaps
        weights +=
          place.height * stepTaps * (stepTaps == 16 ? 2 : 4)
          * (tiling.precision == .tf32x3 ? 2 : 1)
      }
    }
    expect(weights <= 4 * packet.count, "weights end at \(weights)")
  }

  private mutating func tap(at offset: Int, _ planes: [(channel: Int, start: Int)]) -> BlockTap? {
    let stage = layer.stage
    for (channel, start) in planes where (start..<start + stage.planeByteCount).contains(offset) {
      let (vector, rest) = (offset - start).quotientAndRemainder(dividingBy: stage.vectorByteCount)
      let (row, column) = vector.quotientAndRemainder(dividingBy: stage.haloColumns)
      expect(rest == 0, "tap at \(offset)")
      // The last pixel of the tile reads within the plane, too.
      expect(
        offset + lastPixelOffset < start + stage.planeByteCount,
        "tap at \(offset) of the last pixel")
      return BlockTap(
        channel: channel, y: stage.minimum.vertical + row * stage.stagedStep.vertical,
        x: stage.minimum.horizontal + column * stage.stagedStep.horizontal)
    }
    expect(false, "a tap at \(offset), in no plane")
    return nil
  }

  private var lastPixelOffset: Int {
    layer.stage.pixelOffset(
      group: layer.tiling.tileGroups - 1, row: layer.tiling.tileRows - 1,
      column: layer.tiling.tileColumns - 1)
  }

  /// What a step's taps cost: each 128 bytes of vectors are read at once, one wavefront for each of
  /// them in the same banks. A tap that is there several times is read once.
  private mutating func wavefrontCount(_ packet: [UInt32], _ taps: Int, pixelOffset: Int) -> Int {
    let vectorBytes = layer.stage.vectorByteCount
    var sum = 0
    for first in stride(from: 0, to: layer.tiling.precision.stepTaps, by: 128 / vectorBytes) {
      var banks: [Int: Int] = [:]
      for offset in Set(packet[taps / 4 + first..<taps / 4 + first + 128 / vectorBytes]) {
        let address = Int(offset) + pixelOffset
        expect(address % vectorBytes == 0, "a vector at \(address)")
        banks[address % 128, default: 0] += 1
      }
      sum += banks.values.max() ?? 0
    }
    return sum
  }

  private func half(_ packet: [UInt32], _ offset: Int) -> UInt32 {
    packet[offset / 4] >> (offset % 4 == 0 ? 0 : 16) & 0xffff
  }

  /// A weight of a step, searched for by the layouts of the instructions.
  private func weight(
    _ packet: [UInt32], _ start: Int, row: Int, k: Int, height: Int
  ) -> Double {
    if layer.tiling.form == .warpgroup {
      // Core matrices of 8 rows × 8 taps: along K first, then along rows.
      let offset = start + row / 8 * 256 + k / 8 * 128 + row % 8 * 16 + k % 8 * 2
      return value(half(packet, offset))
    }
    let precision = layer.tiling.precision
    let bandBytes = precision == .tf32x3 ? 1024 : 512
    let band = start + row / 16 * bandBytes
    let position = FragmentLayout.Position(row: row % 16, column: k)
    for lane in 0..<32 {
      for register in 0..<4 {
        let offset = band + 16 * lane + 4 * register
        if precision.element.byteCount == 2 {
          for half in 0..<2
          where FragmentLayout.a(.f16, .init(lane: lane, register: register, half: half))
            == position
          {
            return value(self.half(packet, offset + 2 * half))
          }
        } else if FragmentLayout.a(.tf32, .init(lane: lane, register: register)) == position {
          let high = value(packet[offset / 4])
          return precision == .tf32x3 ? high + value(packet[offset / 4 + 128]) : high
        }
      }
    }
    return .nan
  }

  private func value(_ bits: UInt32) -> Double {
    switch layer.tiling.precision {
    case .f16:
      // Sign, 5 bits of exponent, 10 of fraction.
      let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1023))
      let magnitude =
        exponent == 0
        ? fraction * 0x1p-24
        : Double(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
      return bits >> 15 == 1 ? -magnitude : magnitude
    case .bf16: return Double(Float(bitPattern: bits << 16))
    case .tf32, .tf32x3: return Double(Float(bitPattern: bits))
    }
  }
}
