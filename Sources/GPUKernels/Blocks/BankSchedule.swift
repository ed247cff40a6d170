internal import Tensors

/// Spreads the taps of a chunk over the banks of shared memory.
///
/// A *wavefront* reads 128 bytes, all banks once. That is enough for the vectors of 8 taps of 16
/// bytes, or of 4 taps of 32 bytes, if no two of them are at the same address modulo 128 bytes (the
/// same *residue*, in vectors). Such a group of taps is a *phase*; it costs as many wavefronts as the
/// most of its taps have the same residue. All pixels of a tile shift all taps alike, so that what
/// holds for one holds for all.
///
/// The plane of each channel may begin at any residue, and the taps of a segment may come in any
/// order. Segments of n_r taps of residue r, in P phases, need max(P, max n_r) wavefronts.
struct BankSchedule {
  /// Residues, and taps of a phase.
  let width: Int
  /// Phases of a step.
  let stepPhases: Int

  init(_ precision: BlockPrecision) {
    width = BlockStage.wavefrontByteCount / precision.vectorByteCount
    stepPhases = precision.stepTaps / width
  }

  /// A tap before its channel's plane has a place.
  struct Tap {
    /// Index of its channel within the chunk.
    var channel: Int
    /// Its vector within the plane.
    var vector: Int
  }

  /// What a step reads at one of its taps.
  enum Slot: Hashable {
    /// The tap with this index.
    case tap(Int)
    /// The tap with this index once more, with weight 0.
    case again(Int)
  }

  /// Phases that `tapCount` taps take, with the padding to whole steps.
  func phaseCount(_ tapCount: Int) -> Int {
    tapCount.dividedRoundingUp(by: width * stepPhases) * stepPhases
  }

  // MARK: planes

  /// The residue at which the plane of each channel begins.
  ///
  /// Channels choose in turn, those of most taps first, and then again as long as that helps. Where
  /// conflicts are left, some channels are moved at random, from where the others choose again, and
  /// what is no worse is kept.
  ///
  /// - Complexity: O(width² · channels · segments) for each turn of all channels.
  func planeResidues(channelCount: Int, segments: [[Tap]]) -> [Int] {
    var balance = BankBalance(self, channelCount: channelCount, segments: segments)
    let sizes = balance.tapCounts
    let order = (0..<channelCount).sorted { (sizes[$1], $0) < (sizes[$0], $1) }
    balance.settle(order)
    var generator = SplitMix64(seed: 0)
    for _ in 0..<min(24, 512 / max(channelCount, 1)) {
      if balance.excess * 64 <= balance.phaseCount { break }
      var other = balance
      for _ in 0..<max(2, channelCount / 4) {
        other.move(order.randomElement(using: &generator) ?? 0, using: &generator)
      }
      other.settle(order)
      if other.excess <= balance.excess { balance = other }
    }
    return balance.residues
  }

  /// The first vector of each plane, counted from the stage's start, and the end of all.
  ///
  /// - Parameter residues: those of the planes.
  func placePlanes(residues: [Int], planeVectorCount: Int) -> (starts: [Int], end: Int) {
    var waiting = [[Int]](repeating: [], count: width)
    for (channel, residue) in residues.enumerated().reversed() {
      waiting[residue].append(channel)
    }
    var starts = [Int](repeating: 0, count: residues.count)
    var end = 0
    for _ in residues {
      // The plane with the least gap before it.
      for gap in 0..<width {
        guard let channel = waiting[(end + gap) % width].popLast() else { continue }
        starts[channel] = end + gap
        end += gap + planeVectorCount
        break
      }
    }
    return (starts, end)
  }

  // MARK: taps

  /// Orders the taps of a segment, filled up to whole steps.
  ///
  /// Taps go one after the other, the commonest residues first, to the phase where they cost no
  /// wavefront, and among such to the emptiest. A phase is filled up with one of its taps, as a wavefront
  /// reads an address for all that want it, or with that of another phase where it has none.
  ///
  /// - Complexity: O(taps · phases).
  func order(residues: [Int]) -> [Slot] {
    var byResidue = [[Int]](repeating: [], count: width)
    for (tap, residue) in residues.enumerated() { byResidue[residue].append(tap) }
    var phases = [Phase](repeating: Phase(width), count: phaseCount(residues.count))
    let commonest = (0..<width).sorted {
      (byResidue[$1].count, $0) < (byResidue[$0].count, $1)
    }
    for residue in commonest {
      for tap in byResidue[residue] {
        var best = (phase: 0, key: Int.max)
        for (index, phase) in phases.enumerated() where phase.slots.count < width {
          let key = phase.cost(of: residue) * (width + 1) + phase.slots.count
          if key < best.key { best = (index, key) }
        }
        phases[best.phase].append(.tap(tap), residue: residue)
      }
    }
    return phases.flatMap { phase in
      guard case .tap(let tap)? = phase.slots.first ?? phases[0].slots.first else {
        return [Slot]()
      }
      return phase.slots + repeatElement(.again(tap), count: width - phase.slots.count)
    }
  }

  private struct Phase {
    var slots: [Slot] = []
    var counts: [Int]
    var wavefronts = 1

    init(_ width: Int) { counts = Array(repeating: 0, count: width) }

    /// The wavefronts that a further tap adds.
    func cost(of residue: Int) -> Int { max(0, counts[residue] + 1 - wavefronts) }

    mutating func append(_ slot: Slot, residue: Int) {
      wavefronts += cost(of: residue)
      counts[residue] += 1
      slots.append(slot)
    }
  }

  /// The wavefronts that slots in whole phases cost for each pixel.
  ///
  /// - Parameter vectors: where they are read.
  func wavefronts(vectors: [Int]) -> Int {
    stride(from: 0, to: vectors.count, by: width).reduce(0) { sum, first in
      var counts = [Int](repeating: 0, count: width)
      for vector in Set(vectors[first..<first + width]) { counts[vector % width] += 1 }
      return sum + (counts.max() ?? 0)
    }
  }
}
