/// The taps of segments by residue, as the planes of their channels are moved.
struct BankBalance {
  private let width: Int
  /// Phases of each segment.
  private let phases: [Int]
  /// The taps of each channel in each segment that has any.
  private let parts: [[Part]]
  /// Taps of residue r in segment s at `s · width + r`.
  private var counts: [Int]
  /// Where the plane of each channel begins.
  private(set) var residues: [Int]

  /// The taps of one channel in one segment, by residue within the plane.
  private struct Part {
    var segment: Int
    var counts: [Int]
  }

  /// Planes begin at each residue in turn, as is best where all channels have the same taps.
  init(_ schedule: BankSchedule, channelCount: Int, segments: [[BankSchedule.Tap]]) {
    let width = schedule.width
    var parts = [[Part]](repeating: [], count: channelCount)
    for (index, segment) in segments.enumerated() {
      for tap in segment {
        if parts[tap.channel].last?.segment != index {
          parts[tap.channel].append(
            Part(segment: index, counts: Array(repeating: 0, count: width)))
        }
        parts[tap.channel][parts[tap.channel].count - 1].counts[tap.vector % width] += 1
      }
    }
    self.width = width
    self.parts = parts
    counts = Array(repeating: 0, count: segments.count * width)
    phases = segments.map { schedule.phaseCount($0.count) }
    residues = (0..<channelCount).map { $0 % width }
    for channel in 0..<channelCount { add(channel, count: 1) }
  }

  /// The taps of each channel.
  var tapCounts: [Int] { parts.map { $0.reduce(0) { $0 + $1.counts.reduce(0, +) } } }

  var phaseCount: Int { phases.reduce(0, +) }

  /// The wavefronts beyond one for each phase.
  var excess: Int {
    phases.indices.reduce(0) { sum, segment in
      let greatest = counts[segment * width..<(segment + 1) * width].max() ?? 0
      return sum + max(0, greatest - phases[segment])
    }
  }

  /// Moves a channel's plane to any residue.
  mutating func move(_ channel: Int, using generator: inout some RandomNumberGenerator) {
    add(channel, count: -1)
    residues[channel] = Int.random(in: 0..<width, using: &generator)
    add(channel, count: 1)
  }

  /// Lets channels choose their residues in turn, until none changes or they have done so four times.
  mutating func settle(_ order: [Int]) {
    for _ in 0..<4 {
      let before = residues
      for channel in order {
        add(channel, count: -1)
        residues[channel] = cheapestResidue(of: channel)
        add(channel, count: 1)
      }
      if residues == before { break }
    }
  }

  private mutating func add(_ channel: Int, count: Int) {
    for part in parts[channel] {
      for r in 0..<width {
        let to = (r + residues[channel]) % width
        counts[part.segment * width + to] += count * part.counts[r]
      }
    }
  }

  private func cheapestResidue(of channel: Int) -> Int {
    var best = (residue: 0, cost: Int.max)
    // From where the plane is, which it leaves only for something better.
    for step in 0..<width {
      let residue = (residues[channel] + step) % width
      let cost = parts[channel].reduce(0) { $0 + self.cost($1, residue: residue) }
      if cost < best.cost { best = (residue, cost) }
    }
    return best.residue
  }

  /// Wavefronts beyond the phases count most; squares lead to even counts.
  private func cost(_ part: Part, residue: Int) -> Int {
    var (greatest, squares) = (0, 0)
    for r in 0..<width {
      let to = r + residue < width ? r + residue : r + residue - width
      let count = counts[part.segment * width + to] + part.counts[r]
      greatest = max(greatest, count)
      squares += count * count
    }
    return max(0, greatest - phases[part.segment]) * 256 + squares
  }
}
