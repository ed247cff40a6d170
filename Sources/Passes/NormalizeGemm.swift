package import Graphs
internal import Tensors

/// Brings `Gemm` with constant weights into one form, as a fully connected layer has it:
/// Y = A · Bᵀ + C with B [N, K] and C [N] constant.
///
/// The factors alpha and beta go into B and C, in double precision and rounded once.
package struct NormalizeGemm: Pass {
  package var name: String { "NormalizeGemm" }

  package init() {}

  package func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
    guard let gemm = view.node(node).op as? Gemm, let b = view.input(node, 1) else {
      return .noMatch
    }
    guard let weights = view.constant(b) else {
      return .blocked("its second operand is not constant")
    }
    guard weights.type.isComputable else {
      return .blocked("its weights are \(weights.element.rawValue)")
    }
    var normal = gemm
    var patch = Patch("now A · Bᵀ + C", in: view)
    var inputs = [view.input(node, 0), b]

    if !gemm.transposesB || gemm.alpha != 1 {
      let (rows, columns) = (weights.shape[0], weights.shape[1])
      let shape: Shape = gemm.transposesB ? weights.shape : [columns, rows]
      let tensor = try weights.mapped(to: shape) { weight, index in
        // Element (n, k) of the result is element (k, n) of what is not transposed yet.
        let source = gemm.transposesB ? index : index % rows * columns + index / rows
        return weight(source) == 0 ? weight(source) : weight(source) * Double(gemm.alpha)
      }
      normal.transposesB = true
      normal.alpha = 1
      inputs[1] = patch.addConstant(view[b].name, tensor)
    }
    if let c = view.input(node, 2), gemm.beta != 0 {
      inputs.append(c)
      if let addend = view.constant(c) {
        let columns = view[view.node(node).outputs[0]].type.shape[1]
        let tensor = try normalizedAddend(addend, beta: gemm.beta, columns: columns)
        normal.beta = 1
        if gemm.beta != 1 || tensor.shape != addend.shape {
          inputs[2] = patch.addConstant(view[c].name, tensor)
        }
      }
    } else {
      normal.beta = 1
    }
    guard normal != gemm || inputs != view.node(node).inputs else { return .noMatch }
    try patch.replaceNode(node, with: normal, inputs, name: view.node(node).name)
    return .patch(patch)
  }

  /// beta · C, as [N] where all rows of the output get the same.
  private func normalizedAddend(_ addend: Tensor, beta: Float, columns: Int) throws -> Tensor {
    let isRow = addend.shape.dimensions.dropLast().allSatisfy { $0 == 1 }
    let isScalar = addend.shape.elementCount == 1
    return try addend.mapped(to: isRow ? [columns] : addend.shape) { number, index in
      number(isScalar ? 0 : index) * Double(beta)
    }
  }
}
