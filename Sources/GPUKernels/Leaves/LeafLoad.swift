/// What a convolution by leaves has to do.
struct LeafLoad {
  let window: TapWindow
  /// Input channels that are read.
  let channels: Int
  let rootCount: Int
  /// Taps of segments of each height; leaves are those of height 1.
  let taps: [Int: Int]

  init(_ problem: BlockProblem, _ branches: [BlockBranch]) {
    var taps: [Int: Int] = [:]
    for branch in branches {
      for segment in branch.cover.segments {
        // Taller ones are cut.
        let height = min(segment.height, LeafSegment.rootRows)
        taps[height, default: 0] += segment.taps.count * (segment.height / height)
      }
      taps[1, default: 0] += branch.cover.leavesByRow.reduce(0) { $0 + $1.count }
    }
    self.init(branches.map { ($0.cover.rows, $0.taps) }, taps: taps)
  }

  /// What is expected before filters are covered.
  init(_ branches: [(rows: Int, taps: [BlockTap])], taps: [Int: Int]) {
    window = TapWindow(branches.lazy.flatMap(\.taps))
    channels = max(Set(branches.lazy.flatMap { $0.taps.lazy.map(\.channel) }).count, 1)
    rootCount = branches.reduce(0) { $0 + $1.rows.dividedRoundingUp(by: LeafSegment.rootRows) }
    self.taps = taps
  }

  /// Whether a plane of the window may fit in shared memory; sizes of a larger one would only overflow.
  var hasStagedWindow: Bool { window.y.count <= 1 << 16 && window.x.count <= 1 << 16 }

  /// Of the packets of all root groups, without headers.
  var tapByteCount: Int {
    taps.reduce(0) { $0 + 4 * $1.value * LeafSegment.entryWordCount(height: $1.key) }
  }
}
