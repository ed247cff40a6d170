package import Graphs
internal import Tensors

/// Removes nodes that return their first input as it is: `Identity`, and operators whose attributes
/// and constants leave nothing to do.
package struct RemoveIdentities: Pass {
  package var name: String { "RemoveIdentities" }

  package init() {}

  package func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
    let matched = view.node(node)
    guard matched.outputs.count == 1,
      let x = try matched.inputs.indices.first(where: { try returnsInput($0, of: node, in: view) }),
      let input = view.input(node, x)
    else { return .noMatch }
    let output = matched.outputs[0]
    guard view.canReplace(output, by: input) else {
      return .blocked("it gives an output of the graph its name")
    }
    var patch = Patch("removed: it changes nothing", in: view)
    patch.replace(output, with: input)
    return .patch(patch)
  }

  /// Whether a node's output is its input `index`, for certain.
  private func returnsInput(_ index: Int, of node: Int, in view: GraphView) throws -> Bool {
    let matched = view.node(node)
    guard let x = view.input(node, index), view[x].type == view[matched.outputs[0]].type else {
      return false
    }
    if let op = matched.op as? Binary {
      return isNeutral(op, onTheRight: index == 0, constant: view.constant(node, 1 - index))
    }
    guard index == 0 else { return false }
    switch matched.op {
    case is Identity, is Cast, is Expand, is Split, is Reshape, is Flatten, is Squeeze,
      is Unsqueeze:
      return true
    case let op as Unary: return op.function == .activation(.identity)
    case let op as Transpose:
      let rank = view[x].type.shape.rank
      // Without a permutation the axes are reversed.
      return op.permutation.isEmpty ? rank < 2 : op.permutation == Array(0..<rank)
    case is Concat: return matched.inputs.count == 1
    case let op as Pad:
      let pads = try op.geometry(for: view.operands(node))
      return (pads.begin + pads.end).allSatisfy { $0 == 0 }
    case let op as Slice:
      return try op.geometry(for: view.operands(node)).axes.allSatisfy { $0.step == 1 }
    case let op as Resize:
      return try op.geometry(for: view.operands(node)).resampledAxes.isEmpty
    case let op as DepthToSpace: return op.blockSize == 1
    case let op as SpaceToDepth: return op.blockSize == 1
    case is Tile, is CenterCropPad, is BitCast: return true
    case let op as MaxPool: return try isPoint(op.window, view[x].type.shape)
    case let op as AveragePool: return try isPoint(op.window, view[x].type.shape)
    default: return false
    }
  }

  /// Whether x ∘ constant, or constant ∘ x, is x. Adding zero turns −0 into 0, which counts as
  /// equal.
  private func isNeutral(_ op: Binary, onTheRight: Bool, constant: Tensor?) -> Bool {
    guard op.activation == .identity, let constant else { return false }
    let neutral: Double
    switch op.kind {
    case .add: neutral = 0
    case .multiply: neutral = 1
    case .subtract where onTheRight: neutral = 0
    case .divide where onTheRight: neutral = 1
    case .power where onTheRight: neutral = 1
    default: return false
    }
    return constant.doubles().allSatisfy { $0 == neutral }
  }

  /// Whether each window holds the one element at its own place.
  private func isPoint(_ window: PoolingWindow, _ shape: Shape) throws -> Bool {
    let geometry = try window.geometry(input: shape)
    return geometry.isUnpadded && geometry.kernelElementCount == 1
      && geometry.strides.allSatisfy { $0 == 1 }
  }
}
