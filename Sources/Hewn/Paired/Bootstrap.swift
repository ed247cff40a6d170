internal import Tensors

/// How far the mean of some values varies over samples like the one at hand.
///
/// A resample draws as many values as there are, with replacement; the interval of 95 % confidence reaches
/// from the 2.5th to the 97.5th percentile of the means of all resamples. The percentiles are taken as
/// they are, not corrected for bias and acceleration (BCa): a mean has no bias to correct, the correction for
/// skew is of order n^(−1/2), and it does not exist for values that are all equal, which models that
/// agree give.
///
/// Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
package struct Bootstrap: Sendable {
  package var resampleCount: Int
  package var seed: UInt64

  /// - Precondition: there is at least one resample.
  package init(resampleCount: Int, seed: UInt64) {
    precondition(resampleCount >= 1, "\(resampleCount) resamples")
    self.resampleCount = resampleCount
    self.seed = seed
  }

  /// The mean of finite values with its interval; `nil` without values.
  ///
  /// The same values in the same order give the same interval on every machine.
  ///
  /// - Complexity: O(n · resamples).
  package func estimate(_ values: [Double]) -> Estimate? {
    guard !values.isEmpty else { return nil }
    let means = resampledMeans(of: values).sorted()
    return Estimate(
      mean: values.reduce(0, +) / Double(values.count),
      lower: percentile(2.5, of: means), upper: percentile(97.5, of: means))
  }

  /// The mean of each resample.
  private func resampledMeans(of values: [Double]) -> [Double] {
    var generator = SplitMix64(seed: seed)
    return (0..<resampleCount).map { _ in
      var sum = 0.0
      for _ in 0..<values.count {
        sum += values[generator.draw(below: values.count)]
      }
      return sum / Double(values.count)
    }
  }
}
