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
    width = BlockStage.zeroByteCount / precision.vectorByteCount
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
    /// Zeros of this residue.
    case padding(residue: Int)
  }

  /// Phases that `tapCount` taps take, with the padding to whole steps.
  func phaseCount(_ tapCount: Int) -> Int {
    tapCount.dividedRoundingUp(by: width * stepPhases) * stepPhases
  }

  // MARK: planes

  /// The residue at which the plane of each channel begins.
  ///
  /// Channels choose in turn, those of most taps first, and then again as long as that helps.
  ///
  /// - Complexity: O(width² · channels · segments) for each turn, of which there are at most 4.
  func planeResidues(channelCount: Int, segments: [[Tap]]) -> [Int] {
    var parts = [[Part]](repeating: [], count: channelCount)
    for (index, segment) in segments.enumerated() {
      for tap in segment {
        if parts[tap.channel].last?.segment != index {
          if let known = parts[tap.channel].firstIndex(where: { $0.segment == index }) {
            parts[tap.channel][known].counts[tap.vector % width] += 1
            continue
          }
          parts[tap.channel].append(
            Part(segment: index, counts: Array(repeating: 0, count: width)))
        }
        parts[tap.channel][parts[tap.channel].count - 1].counts[tap.vector % width] += 1
      }
    }
    var balance = Balance(schedule: self, segments: segments)
    let sizes = parts.map { $0.reduce(0) { $0 + $1.counts.reduce(0, +) } }
    let order = (0..<channelCount).sorted { (sizes[$1], $0) < (sizes[$0], $1) }
    var residues = [Int](repeating: 0, count: channelCount)
    for channel in order { residues[channel] = balance.place(parts[channel]) }
    for _ in 0..<3 {
      let before = residues
      for channel in order {
        balance.add(parts[channel], residue: residues[channel], count: -1)
        residues[channel] = balance.place(parts[channel])
      }
      if residues == before { break }
    }
    return residues
  }

  /// The taps of one channel in one segment, by residue within the plane.
  private struct Part {
    var segment: Int
    var counts: [Int]
  }

  /// The taps of each segment by residue.
  private struct Balance {
    let width: Int
    let phases: [Int]
    var counts: [[Int]]

    init(schedule: BankSchedule, segments: [[Tap]]) {
      width = schedule.width
      phases = segments.map { schedule.phaseCount($0.count) }
      counts = segments.map { _ in Array(repeating: 0, count: schedule.width) }
    }

    mutating func add(_ parts: [Part], residue: Int, count: Int) {
      for part in parts {
        for r in 0..<width {
          counts[part.segment][(r + residue) % width] += count * part.counts[r]
        }
      }
    }

    /// Adds the parts at the residue where they cost least.
    mutating func place(_ parts: [Part]) -> Int {
      var best = (residue: 0, cost: Int.max)
      for residue in 0..<width {
        let cost = parts.reduce(0) { $0 + self.cost($1, residue: residue) }
        if cost < best.cost { best = (residue, cost) }
      }
      add(parts, residue: best.residue, count: 1)
      return best.residue
    }

    /// Wavefronts beyond the phases count most; squares lead to even counts.
    private func cost(_ part: Part, residue: Int) -> Int {
      var (greatest, squares) = (0, 0)
      for r in 0..<width {
        let to = r + residue < width ? r + residue : r + residue - width
        let count = counts[part.segment][to] + part.counts[r]
        greatest = max(greatest, count)
        squares += count * count
      }
      return max(0, greatest - phases[part.segment]) * 256 + squares
    }
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
    var end = width
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
  /// wavefront, and among such to the emptiest.
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
    for index in phases.indices {
      for residue in 0..<width
      where phases[index].slots.count < width && phases[index].counts[residue] == 0 {
        phases[index].append(.padding(residue: residue), residue: residue)
      }
    }
    return phases.flatMap(\.slots)
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
  func wavefronts(residues: [Int]) -> Int {
    stride(from: 0, to: residues.count, by: width).reduce(0) { sum, first in
      var counts = [Int](repeating: 0, count: width)
      for residue in residues[first..<first + width] { counts[residue] += 1 }
      return sum + (counts.max() ?? 0)
    }
  }
}
