/// What a network becomes: a plan of each layer.
package struct NetworkPlan: Sendable {
  package let layers: [LayerPlan]
  /// The time of what is not among the layers.
  package let otherTime: Double
  /// The λ at which each layer is best. Where layers were changed to meet a budget between two λ, the one
  /// at which it is met. Infinite where nothing is dropped, and where plans were not chosen by their time.
  package let lambda: Double
  /// The predicted time of the layers.
  package let layerTime: Double
  /// The predicted loss, Σ a_l · E_l / ‖Y_l‖².
  package let loss: Double

  init(layers: [LayerPlan], otherTime: Double, lambda: Double) {
    self.layers = layers
    self.otherTime = otherTime
    self.lambda = lambda
    layerTime = layers.reduce(0) { $0 + $1.time }
    loss = layers.reduce(0) { $0 + $1.loss }
  }

  /// The predicted time of the network.
  package var time: Double { otherTime + layerTime }
}
