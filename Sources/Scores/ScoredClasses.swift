/// Outputs read as scores of classes: which they are, and which class is found.
package enum ScoredClasses {
  /// The classes that an output has scores of: K where its shape is N × K with K ≥ 2 and all further extents 1;
  /// `nil` for any other.
  ///
  /// - Parameter batch: N.
  package static func count(in shape: [Int], batch: Int) -> Int? {
    guard shape.count >= 2, shape[0] == batch, shape[1] >= 2, shape[2...].allSatisfy({ $0 == 1 })
    else { return nil }
    return shape[1]
  }

  /// How many classes come before one: those with a greater score, and of equal scores those with a
  /// smaller index. `nil` where its score is no number.
  ///
  /// - Precondition: there is such a class.
  package static func rank(of label: Int, in scores: ArraySlice<Double>) -> Int? {
    let own = scores[scores.startIndex + label]
    if own.isNaN { return nil }
    return scores.enumerated().count { index, score in
      score > own || (score == own && index < label)
    }
  }
}
