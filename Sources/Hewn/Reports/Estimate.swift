#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A mean over images, and where the mean over all images like them probably lies.
///
/// The interval is that of the bootstrap: the 2.5th and the 97.5th percentile of the means of samples that are
/// drawn from the images with replacement. It covers the mean of the population in about 95 % of all samples
/// of many images. Where the values of all images are equal it has no width, however few they are.
public struct Estimate: Codable, Sendable, Equatable {
  /// The mean over the images.
  public var mean: Double
  /// The lower end of the interval of 95 % confidence.
  public var lower: Double
  /// The upper end of the interval of 95 % confidence.
  public var upper: Double

  package init(mean: Double, lower: Double, upper: Double) {
    self.mean = mean.rounded(significant: 6)
    self.lower = lower.rounded(significant: 6)
    self.upper = upper.rounded(significant: 6)
  }
}

extension Double {
  /// The value with so many significant digits, so that reports hold no noise; the nearest finite value of
  /// an infinite one.
  func rounded(significant digits: Int) -> Double {
    guard self != 0, !isNaN else { return self }
    let value = min(max(self, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
    let places = digits - 1 - Int(log10(abs(value)).rounded(.down))
    // Powers of ten beyond these are no doubles, or lose digits of their own.
    guard abs(places) <= 300 else { return value }
    let unit = pow(10, Double(abs(places)))
    return places >= 0 ? (value * unit).rounded() / unit : (value / unit).rounded() * unit
  }
}
