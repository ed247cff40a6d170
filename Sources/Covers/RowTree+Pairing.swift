extension RowTree {
  /// How row groups are paired.
  package struct Pairing: Hashable, Sendable {
    /// Scores pairings below the smallest height that pays by the saving expected there, rather than
    /// by common taps.
    package var expectsSavings = true
    /// The greatest number of passes over all two pairs that exchange partners.
    package var swapPasses = PairScores.maximumSwapPasses

    package init() {}

    /// By descending score alone, and by common taps until something is saved.
    package static var plain: Pairing {
      var pairing = Pairing()
      pairing.expectsSavings = false
      pairing.swapPasses = 0
      return pairing
    }
  }
}
