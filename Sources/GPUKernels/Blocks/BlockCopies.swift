internal import KernelIR

/// Brings chunks to stages of shared memory with `cp.async`: some channels' planes of a tile, zeros outside of the
/// input, and the packet of weights.
///
/// A plane's vectors are copied in units of 16 bytes. Where it has no more units than the block has threads, the
/// block copies several planes at a time, and a thread has the same unit in each of its planes; else a
/// thread has several units of each plane. What a chunk is and which channels it has is read a turn ahead, each
/// lane one channel.
struct BlockCopies {
  private let place: BlockPlace
  private let variant: BlockVariant
  private let stages: SharedPointer<U32>
  private let units: [Unit]
  /// The first of the planes that the thread copies; beyond all of a run where it copies none.
  private let firstPlane: Value<U32>
  /// The thread's first unit in a plane, in bytes.
  private let firstUnit: Value<U32>

  /// The chunk to be copied next, what it is, and the lane's channel and its plane's place.
  private let next: Variable<U32>
  private let end: Value<U32>
  private let chunk: [Variable<U32>]
  private let channel: [Variable<U32>]
  /// The stage that it is copied to.
  private let stage: Variable<U32>

  private var k: KernelBuilder { place.k }
  private var a: KernelArguments<BlockArguments> { place.a }
  private var channelCount: Variable<U32> { chunk[1] }

  /// Channels that are looked up at a time, as many as a warp has lanes.
  static let runLength = 32

  /// A unit of each plane that a thread copies.
  private struct Unit {
    /// From the start of channel 0, in units.
    var source: Value<U32>
    /// 0 outside of the input.
    var byteCount: Value<U32>
    var exists: Value<Predicate>
  }

  /// - Parameters:
  ///   - first, count: the chunks.
  init(
    _ place: BlockPlace, _ variant: BlockVariant, to stages: SharedPointer<U32>,
    first: Value<U32>, count: Value<U32>
  ) {
    self.place = place
    self.variant = variant
    self.stages = stages
    end = first + count
    let (k, a) = (place.k, place.a)
    if variant.copiesPerThread == 1 {
      let (plane, unit) = a.planeUnits.divide(k.threadIndex)
      firstPlane = select(plane < a.planesAtATime, plane, Value(BlockCopies.runLength))
      firstUnit = unit
    } else {
      firstPlane = 0
      firstUnit = k.threadIndex
    }
    let unit = firstUnit
    units = (0..<variant.copiesPerThread).map { index in
      BlockCopies.unit(unit + Value(index * variant.threadCount), place, variant)
    }
    next = k.variable(U32.self, "next", initially: first)
    chunk = k.variables(4, U32.self, initially: 0)
    channel = k.variables(2, U32.self, initially: 0)
    stage = k.variable(U32.self, "copied", initially: 0)
    look()
    lookUpChannels()
  }

  /// The unit of planes with a number.
  private static func unit(
    _ number: Value<U32>, _ place: BlockPlace, _ variant: BlockVariant
  ) -> Unit {
    let a = place.a
    let unitsPerVector = Value<U32>(variant.precision.vectorByteCount / 16)
    let (group, rest) = a.haloPlane.divide(number / unitsPerVector)
    let (row, column) = a.haloColumns.divide(rest)
    // What lies before the input's start wraps around, and so lies beyond its end.
    let pixel = BlockPixel(
      group: place.tile.group + group,
      row: place.tile.row * a.strideRows + Value<U32>(bitPattern: a.minimumRow)
        + row * a.stagedStepRows,
      column: place.tile.column * a.strideColumns + Value<U32>(bitPattern: a.minimumColumn)
        + column * a.stagedStepColumns)
    let isInside =
      pixel.group < a.imageGroups && pixel.row < a.inputHeight && pixel.column < a.inputWidth
    let source = a.inputStrides.vector(pixel) * unitsPerVector + number % unitsPerVector
    return Unit(
      source: select(isInside, source, 0), byteCount: select(isInside, 16, 0),
      exists: number < a.planeUnits.divisor)
  }

  /// Starts copying the next chunk to the next stage; without one, does as if.
  func start() {
    k.if(next.value < end) {
      copyPlanes()
      copyPacket()
    }
    k.commitCopies()
    next += 1
    stage.value = BlockCopies.advance(stage.value, a, variant)
    look()
  }

  /// The stage after one, in bytes from the first.
  static func advance(
    _ stage: Value<U32>, _ a: KernelArguments<BlockArguments>, _ variant: BlockVariant
  ) -> Value<U32> {
    let next = stage + a.stageBytes
    return select(next == a.stageBytes * Value(variant.stageCount), 0, next)
  }

  /// Reads what the next chunk is.
  private func look() {
    k.if(next.value < end) {
      let entry = a.chunks.advanced(by: next.value * 4).loadVector(4)
      for (variable, value) in zip(chunk, entry) { variable.value = value }
    }
  }

  /// Reads which channels the next chunk has; comes some time after ``start()``, when it is known where they stand.
  /// Of more channels than lanes these are the first.
  func lookUpChannels() { lookUpChannels(from: 0) }

  private func lookUpChannels(from first: Value<U32>) {
    let index = first + k.laneIndex
    k.if(index < channelCount.value) {
      let entry = a.channels.advanced(by: (chunk[0].value + index) * 2).loadVector(2)
      for (variable, value) in zip(channel, entry) { variable.value = value }
    }
  }

  private func copyPlanes() {
    let count = channelCount.value
    k.loop(to: count, by: Value(BlockCopies.runLength)) { first in
      k.if(first != 0) { lookUpChannels(from: first) }
      copyPlanes(count: min(count - first, Value(BlockCopies.runLength)))
    }
  }

  /// Of the channels that lanes have looked up.
  private func copyPlanes(count: Value<U32>) {
    let destination = stages.advanced(byBytes: stage.value + firstUnit * 16)
    let step = variant.copiesPerThread == 1 ? a.planesAtATime : 1
    k.loop(to: count, by: step) { first in
      let index = first + firstPlane
      let number = k.broadcast(channel[0].value, from: index)
      let start = k.broadcast(channel[1].value, from: index)
      k.if(index < count) {
        let plane = a.input.advanced(
          by: number * a.inputStrides.channel, rowsOf: Value(variant.precision.vectorByteCount))
        let destination = destination.advanced(byBytes: start)
        for (index, unit) in units.enumerated() {
          let copy = {
            destination.advanced(byBytes: index * variant.threadCount * 16).copy(
              from: plane.advanced(by: unit.source, rowsOf: 16), sourceByteCount: unit.byteCount)
          }
          // Only the last round of a plane can have less units than threads.
          if index > 0, index == units.count - 1 { k.if(unit.exists, copy) } else { copy() }
        }
      }
    }
  }

  private func copyPacket() {
    let source = a.packets.advanced(by: chunk[2].value, rowsOf: 16)
    let destination = stages.advanced(byBytes: stage.value + a.packetOffset)
    k.loop(from: k.threadIndex, to: chunk[3].value, by: Value(variant.threadCount)) { vector in
      destination.advanced(by: vector * 4).copy(from: source.advanced(by: vector, rowsOf: 16))
    }
  }
}
