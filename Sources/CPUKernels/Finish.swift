/// What happens to accumulated rows on their way to memory.
///
/// out[i][p] = mask[p] & min(max(acc[i][p] + residual[i][p], lower), upper)
package struct Finish {
  /// Output of row i at `output + outputRows[i]`.
  package var output: UnsafeMutablePointer<Float>
  package var outputRows: UnsafePointer<Int>
  /// Residual of row i at `residual + residualRows[i]`, or `nil`.
  package var residual: UnsafePointer<Float>?
  package var residualRows: UnsafePointer<Int>
  /// All ones where a pixel exists, zero in the halo; `nil` where all exist.
  package var mask: UnsafePointer<UInt32>?
  package var lower: Float
  package var upper: Float
  /// How far the output and the residual are from the processor.
  package var distance: Distance

  package enum Distance: Sendable {
    /// In the first caches, or nearly: nothing to do about it.
    case near
    /// Beyond them: lines are asked for ahead.
    case far
    /// The output is larger than all caches: it is stored around them, to aligned addresses, and the
    /// residual is asked for ahead.
    case beyond
  }

  package init(
    output: UnsafeMutablePointer<Float>, outputRows: UnsafePointer<Int>,
    residual: UnsafePointer<Float>?, residualRows: UnsafePointer<Int>,
    mask: UnsafePointer<UInt32>?, lower: Float, upper: Float, distance: Distance = .near
  ) {
    self.output = output
    self.outputRows = outputRows
    self.residual = residual
    self.residualRows = residualRows
    self.mask = mask
    self.lower = lower
    self.upper = upper
    self.distance = distance
  }

  /// The same rows from a later cell on.
  package func advanced(by floats: Int) -> Finish {
    Finish(
      output: output + floats, outputRows: outputRows, residual: residual.map { $0 + floats },
      residualRows: residualRows, mask: mask.map { $0 + floats }, lower: lower, upper: upper,
      distance: distance)
  }
}

/// Finishes some rows of `vectorCount` whole vectors; row i lies at `accumulators + i · accumulatorStride`.
package typealias FinishKernel =
  @Sendable (
    _ finish: Finish, _ rows: Range<Int>, _ vectorCount: Int,
    _ accumulators: UnsafePointer<Float>, _ accumulatorStride: Int
  ) -> Void
