package import Tensors

/// A convolution's weights as M rows (filters) × K taps (columns), one per convolution group.
///
/// A negative zero is stored as zero: it counts as one everywhere, and a cover's segments and leaves
/// then multiply out to these values bit for bit.
package struct FilterMatrix: Hashable, Sendable {
  /// M, the number of filters.
  package let rows: Int
  /// K = C / group · R · S, the number of taps.
  package let taps: Int
  /// The weights, row-major.
  package let values: [Float]
  /// The number of weights that are not zero.
  package let nonZeroCount: Int

  /// The number of weights that are zero.
  package var zeroCount: Int { values.count - nonZeroCount }

  /// Checks weights that come from a model.
  ///
  /// - Precondition: `values` holds `rows · taps` weights.
  /// - Throws: `invalidFile` for a weight that is NaN or infinite, `unsupported` for more than
  ///   2^31 − 1 taps.
  package init(rows: Int, taps: Int, values: [Float]) throws(HewnError) {
    precondition(
      rows >= 0 && taps >= 0 && values.count == rows * taps,
      "\(values.count) weights for a filter matrix of \(rows)×\(taps)")
    guard taps <= Int(Int32.max) else {
      throw HewnError(.unsupported, "a filter of \(taps) taps is above the limit of 2^31 - 1")
    }
    var values = values
    var nonZeroCount = 0
    for index in values.indices {
      guard values[index].isFinite else {
        throw HewnError(
          .invalidFile,
          "the weight of filter \(index / taps), tap \(index % taps) is \(values[index]);"
            + " weights must be finite numbers")
      }
      if values[index] == 0 { values[index] = 0 } else { nonZeroCount += 1 }
    }
    self.rows = rows
    self.taps = taps
    self.values = values
    self.nonZeroCount = nonZeroCount
  }

  /// Takes weights that are known to be finite and free of negative zeros.
  init(trusted values: [Float], rows: Int, taps: Int) {
    self.rows = rows
    self.taps = taps
    self.values = values
    self.nonZeroCount = values.count { $0 != 0 }
  }

  package subscript(row: Int, tap: Int) -> Float { values[row * taps + tap] }
}
