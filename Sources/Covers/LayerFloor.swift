/// What a layer takes whatever its covers are, in the unit of ``CoverCosts``.
///
///     t = max(floor, f + Σ segments and leaves)
package struct LayerFloor: Hashable, Sendable {
  /// The least time of the layer: its memory traffic and its launch.
  package let floor: Double
  /// f, what the layer takes besides its covers.
  package let fixed: Double

  /// - Precondition: neither is negative or infinite.
  package init(floor: Double, fixed: Double = 0) {
    precondition(floor >= 0 && floor.isFinite, "a floor of \(floor)")
    precondition(fixed >= 0 && fixed.isFinite, "a fixed time of \(fixed)")
    self.floor = floor
    self.fixed = fixed
  }

  /// The time of the layer with covers of this time in all.
  package func time(covers: Double) -> Double { max(floor, fixed + covers) }

  /// The time of covers below which the layer does not get faster.
  package var coverTime: Double { max(0, floor - fixed) }

  /// The floor of a layer that runs so many times.
  package func scaled(by factor: Double) -> LayerFloor {
    LayerFloor(floor: floor * factor, fixed: fixed * factor)
  }
}
