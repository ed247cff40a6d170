#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether two models that are right about different images may still be equally good.
package enum McNemarTest {
  /// The exact two-sided p of McNemar's test.
  ///
  /// Of the n = a + b images that one model alone is right about, a belong to the first. Were both equally
  /// good, a would be binomial with probability ½; p = min(1, 2 Σ C(n, k) / 2ⁿ) over k ≤ min(a, b) is
  /// the probability of a split at least as uneven.
  ///
  /// Source: McNemar, "Note on the sampling error of the difference between correlated proportions"
  /// (Psychometrika 1947).
  ///
  /// - Complexity: O(a + b).
  package static func probability(_ first: Int, _ second: Int) -> Double {
    let count = first + second
    let fewer = min(first, second)
    // The greatest term by its logarithm, as 2ⁿ overflows; the others relative to it.
    var logarithm = -Double(count) * log(2)
    for k in 0..<fewer { logarithm += log(Double(count - k) / Double(k + 1)) }
    var term = 1.0
    var sum = 1.0
    for k in stride(from: fewer, to: 0, by: -1) {
      term *= Double(k) / Double(count - k + 1)
      sum += term
    }
    return min(1, 2 * exp(logarithm) * sum)
  }
}
