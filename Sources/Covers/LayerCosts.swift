/// What a layer takes as covers and as a whole on one device, in the unit of ``CoverCosts``.
///
/// Backends make it of their cost models, each in nanoseconds for the whole batch; re-pruning compares
/// covers and layers by it.
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

  /// The costs of a layer that runs so many times.
  package func scaled(by factor: Double) -> LayerCosts {
    LayerCosts(
      covers: covers.scaled(by: factor), floor: floor.scaled(by: factor),
      denseTime: denseTime * factor)
  }
}
