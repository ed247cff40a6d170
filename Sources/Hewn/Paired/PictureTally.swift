#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How far the pictures that a model makes are from those of the other model.
///
/// PSNR = 10 log₁₀(peak² / MSE) in decibels for each picture, MSE the mean squared difference of its elements.
package struct PictureTally {
  /// −10 log₁₀ MSE of each picture that differs.
  private var levels: [Double] = []
  private var identicalCount = 0
  /// The least and the greatest element of the other model's pictures.
  private var range: ClosedRange<Double>?

  package init() {}

  /// Whether an output holds pictures: N × 1 or 3 channels × H × W, H and W the same multiple or fraction
  /// of the input's.
  package static func holdsPictures(_ output: [Int], input: [Int]) -> Bool {
    guard output.count == 4, input.count == 4, [1, 3].contains(output[1]), output[2] > 1,
      output[3] > 1
    else { return false }
    // Extents are below 2⁴⁰ each, their products may not be below 2⁶³.
    let (lhs, rhs) = (
      output[2].multipliedFullWidth(by: input[3]), output[3].multipliedFullWidth(by: input[2])
    )
    return lhs == rhs
  }

  /// Adds the elements of a picture.
  ///
  /// - Precondition: the elements are finite, and as many of one as of the other.
  package mutating func add(_ model: [Double], _ other: [Double]) {
    let sum = zip(model, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    if sum == 0 {
      identicalCount += 1
    } else {
      levels.append(-10 * log10(sum / Double(model.count)))
    }
    guard let least = other.min(), let greatest = other.max() else { return }
    let known = range ?? least...greatest
    range = min(known.lowerBound, least)...max(known.upperBound, greatest)
  }

  /// What was found; `nil` where there is no peak.
  ///
  /// - Parameter peak: the greatest value that pictures can have; `nil` for the range of the other
  ///   model's.
  package func report(_ bootstrap: Bootstrap, peak: Double?) -> OutputFidelity.PSNR? {
    guard let peak = peak ?? range.map({ $0.upperBound - $0.lowerBound }), peak > 0 else {
      return nil
    }
    return OutputFidelity.PSNR(
      peak: peak, identicalCount: identicalCount,
      decibels: bootstrap.estimate(levels.map { $0 + 20 * log10(peak) }))
  }
}
