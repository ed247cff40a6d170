package import Runtime

/// What a layer with constant weights is compiled to: the engine, why, and the weights as its kernels
/// read them.
///
/// It holds what takes time to find out, and nothing that depends on where other layers' tensors
/// lie: layouts and places are computed from the graph whenever a plan is made.
package struct PackedLayer: Sendable {
  package var choice: EngineChoice
  package var weights: PackedWeights

  package init(choice: EngineChoice, weights: PackedWeights) {
    self.choice = choice
    self.weights = weights
  }
}

/// What compiling a graph found out.
package struct CompiledLayers: Sendable {
  /// How many of the graph's first nodes run image by image, the others on the whole batch.
  package var nodesByImage: Int
  /// Of all layers that have such, by node.
  package var packed: [Int: PackedLayer]

  package init(nodesByImage: Int, packed: [Int: PackedLayer]) {
    self.nodesByImage = nodesByImage
    self.packed = packed
  }
}

/// Weights as kernels read them.
package enum PackedWeights: Sendable {
  /// Of ``ConvolutionStep``.
  case blocks(BlockProgram)
  /// Of ``WinogradStep``.
  case winograd(WinogradWeights)
  /// Of ``RowStep``.
  case leaves(LeafRows)
  /// Of ``PanelStep``.
  case panels(WeightPanels)

  package var byteCount: Int {
    switch self {
    case .blocks(let program): program.byteCount
    case .winograd(let weights): weights.byteCount
    case .leaves(let rows): rows.byteCount
    case .panels(let panels): panels.byteCount
    }
  }
}

/// Which engine a layer uses, and why.
package struct EngineChoice: Sendable, Codable {
  package var matrix: MatrixReport
  package var engine: Engine
  package var reason: String
  /// Predicted times on one core; `nil` where there was no choice.
  package var sparseNanoseconds: Double?
  package var denseNanoseconds: Double
  /// Floating-point operations that the processor could do in the least time that the chosen kernels'
  /// loads and multiply-adds take; `nil` where they are not counted.
  package var boundFlops: Int?

  package init(
    matrix: MatrixReport, engine: Engine, reason: String, sparseNanoseconds: Double? = nil,
    denseNanoseconds: Double, boundFlops: Int? = nil
  ) {
    self.matrix = matrix
    self.engine = engine
    self.reason = reason
    self.sparseNanoseconds = sparseNanoseconds
    self.denseNanoseconds = denseNanoseconds
    self.boundFlops = boundFlops
  }
}

extension NodeContext.Target {
  /// The time of a step whose work takes `nanoseconds` on one core and divides evenly.
  func milliseconds(_ nanoseconds: Double) -> Double {
    (nanoseconds / Double(threads) + costs.part) * 1e-6
  }

  /// What handing out a step takes of all cores together, in nanoseconds.
  var handOutTime: Double { costs.part * Double(threads) }
}

extension StepDecision {
  init(_ packed: PackedLayer, target: NodeContext.Target) {
    let choice = packed.choice
    self.init(
      matrix: choice.matrix, engine: choice.engine.rawValue, reason: choice.reason,
      sparseMilliseconds: choice.sparseNanoseconds.map(target.milliseconds),
      denseMilliseconds: target.milliseconds(choice.denseNanoseconds),
      weightByteCount: packed.weights.byteCount, boundFlops: choice.boundFlops)
  }
}
