package import Covers

extension CoverCosts {
  /// The same costs with a price for rows beyond whole bands of 16, for those who prune by it.
  ///
  /// Kernels on blocks run whatever is left over of 16 rows as a segment of 16: row groups of fewer rows, and a
  /// row that is alone. Covers that compiling searches have leaves there, at a price that keeps them out of whole
  /// bands; which weights are worth their time is another question, and the answer depends on what such rows
  /// take. Here they have heights of their own, which cost what 16 rows do, and a row's leaves cost no less than a
  /// segment of them. Either costs a little more, so that it does not compete with segments of 16 rows.
  ///
  /// Where several row groups are left over, as 8, 4, 2 and 1 of 31 rows, each is charged 16 rows, though kernels
  /// run the taps that they share together.
  ///
  /// - Precondition: they are ``BlockCosts/coverCosts(_:channelTaps:tiling:on:)``.
  package var withPaddedBands: CoverCosts {
    guard let band = heights.first else { return self }
    precondition(band.height == BlockTiling.bandRows, "bands of \(band.height) rows")
    var costs = self
    let perTap = band.perTap * (1 + 0x1p-20)
    costs.leaf = perTap * (1 + 0x1p-20)
    costs.rowStartUp = band.startUp + perTap * Double(band.rounding - 1)
    let padded = [2, 4, 8].map {
      HeightCost(height: $0, perTap: perTap, startUp: band.startUp, rounding: band.rounding)
    }
    costs.heights = padded + heights
    return costs
  }
}
