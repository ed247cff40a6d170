/// Times pieces of work in turns, so that what disturbs the machine for a while meets all alike.
struct Rounds {
  /// Which of a piece's times stands for it.
  enum Statistic {
    /// For loops that stay in the core and its first-level cache: what disturbs them only adds.
    case least
    /// For loops whose time depends on what others do, as those that wait for memory or threads.
    case median
  }

  /// One piece of work.
  struct Piece {
    var statistic: Statistic
    /// The work, once.
    var body: () -> Void
  }

  private var pieces: [Piece] = []

  /// The time that a turn takes: long beside reading the clock, short beside a time slice.
  private static let turnNanoseconds = 100_000.0
  private static let greatestRepeatCount = 4096.0
  /// Rounds that are measured however short the time is.
  private static let leastRoundCount = 5
  /// Rounds after which more do not help.
  private static let greatestRoundCount = 2000

  /// Adds a piece and returns its index in the results.
  mutating func add(_ statistic: Statistic, _ body: @escaping () -> Void) -> Int {
    pieces.append(Piece(statistic: statistic, body: body))
    return pieces.count - 1
  }

  /// Nanoseconds of each piece, once.
  ///
  /// A turn runs its piece untimed first: the other turns have left the caches cold. Rounds go on for
  /// `seconds`.
  ///
  /// - Parameter progress: called after each round with the fraction of the time that is over.
  func measure(seconds: Double, progress: (Double) -> Void = { _ in }) -> [Double] {
    let clock = ContinuousClock()
    let repeats = pieces.map { piece in
      piece.body()
      let once = Self.nanoseconds(clock.measure(piece.body))
      return Int(min(Self.greatestRepeatCount, max(1, Self.turnNanoseconds / max(once, 1))))
    }
    var samples = [[Double]](repeating: [], count: pieces.count)
    let start = clock.now
    var elapsed = Duration.zero
    for round in 0..<Self.greatestRoundCount {
      guard round < Self.leastRoundCount || elapsed < .seconds(seconds) else { break }
      for (index, piece) in pieces.enumerated() {
        piece.body()
        let time = clock.measure { for _ in 0..<repeats[index] { piece.body() } }
        samples[index].append(Self.nanoseconds(time) / Double(repeats[index]))
      }
      elapsed = clock.now - start
      progress(seconds > 0 ? min(1, elapsed / .seconds(seconds)) : 1)
    }
    return zip(pieces, samples).map { piece, samples in
      let sorted = samples.sorted()
      return switch piece.statistic {
      case .least: sorted[0]
      case .median: sorted[sorted.count / 2]
      }
    }
  }

  private static func nanoseconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) * 1e9 + Double(attoseconds) * 1e-9
  }
}
