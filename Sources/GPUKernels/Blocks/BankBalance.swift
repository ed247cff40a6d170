/// The taps of segments by residue, as the planes of their channels are moved.
struct BankBalance {
  private let width: Int
  /// Phases of each segment.
  private let phases: [Int32]
  /// The taps of each channel in each segment that has any.
  private let parts: [[Part]]
  /// The taps of each segment by residue.
  private var counts: [Counts]
  /// Where the plane of each channel begins.
  private(set) var residues: [Int]

  /// Taps by residue, of which there are at most eight.
  private typealias Counts = SIMD8<Int32>

  /// The taps of one channel in one segment.
  private struct Part {
    var segment: Int
    /// For each residue at which the channel's plane may begin.
    var counts: [Counts]
  }

  /// Planes begin at each residue in turn, as is best where all channels have the same taps.
  init(_ schedule: BankSchedule, channelCount: Int, segments: [[BankSchedule.Tap]]) {
    let width = schedule.width
    var parts = [[Part]](repeating: [], count: channelCount)
    for (index, segment) in segments.enumerated() {
      for tap in segment {
        if parts[tap.channel].last?.segment != index {
          parts[tap.channel].append(
            Part(segment: index, counts: Array(repeating: .zero, count: width)))
        }
        let last = parts[tap.channel].count - 1
        for start in 0..<width {
          parts[tap.channel][last].counts[start][(start + tap.vector) % width] += 1
        }
      }
    }
    self.width = width
    self.parts = parts
    counts = Array(repeating: .zero, count: segments.count)
    phases = segments.map { Int32(schedule.phaseCount($0.count)) }
    residues = (0..<channelCount).map { $0 % width }
    for channel in 0..<channelCount { add(channel) }
  }

  /// The taps of each channel.
  var tapCounts: [Int] { parts.map { $0.reduce(0) { $0 + Int($1.counts[0].wrappedSum()) } } }

  var phaseCount: Int { phases.reduce(0) { $0 + Int($1) } }

  /// The wavefronts beyond one for each phase.
  var excess: Int {
    zip(counts, phases).reduce(0) { $0 + Int(max(0, $1.0.max() - $1.1)) }
  }

  /// Moves a channel's plane to any residue.
  mutating func move(_ channel: Int, using generator: inout some RandomNumberGenerator) {
    remove(channel)
    residues[channel] = Int.random(in: 0..<width, using: &generator)
    add(channel)
  }

  /// Lets channels choose their residues in turn, until none changes or they have done so four times.
  mutating func settle(_ order: [Int]) {
    for _ in 0..<4 {
      let before = residues
      for channel in order {
        remove(channel)
        residues[channel] = cheapestResidue(of: channel)
        add(channel)
      }
      if residues == before { break }
    }
  }

  private mutating func add(_ channel: Int) {
    for part in parts[channel] { counts[part.segment] &+= part.counts[residues[channel]] }
  }

  private mutating func remove(_ channel: Int) {
    for part in parts[channel] { counts[part.segment] &-= part.counts[residues[channel]] }
  }

  /// Wavefronts beyond the phases count most; squares lead to even counts.
  private func cheapestResidue(of channel: Int) -> Int {
    var best = (residue: 0, cost: Int32.max)
    // From where the plane is, which it leaves only for something better.
    for step in 0..<width {
      let residue = (residues[channel] + step) % width
      var cost: Int32 = 0
      for part in parts[channel] {
        let sums = counts[part.segment] &+ part.counts[residue]
        cost &+= max(0, sums.max() - phases[part.segment]) &* 256 &+ (sums &* sums).wrappedSum()
      }
      if cost < best.cost { best = (residue, cost) }
    }
    return best.residue
  }
}
