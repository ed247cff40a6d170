package import Covers

/// What a layer takes as covers and as a whole, in the unit of ``CoverCosts``.
package struct LayerCosts: Hashable, Sendable {
  /// For each of the layer's filter matrices.
  package let covers: CoverCosts
  package let floor: LayerFloor
  /// The time of the layer by the best dense kernel; infinite where there is none.
  package let denseTime: Double

  package init(covers: CoverCosts, floor: LayerFloor, denseTime: Double) {
    precondition(denseTime >= 0, "a dense time of \(denseTime)")
    self.covers = covers
    self.floor = floor
    self.denseTime = denseTime
  }
}
