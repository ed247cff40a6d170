package import Graphs
internal import Tensors

/// Computes in single precision what a model states in half precision, where no kernel is.
///
/// A node that reads or gives half precision is replaced by the same node in single precision, with
/// a `Cast` at each edge; constants are widened. A `Cast` to half precision and what casts its
/// result again become one. So casts remain only where the graph's inputs and outputs are, which
/// keep their types, and results are at least as accurate as the model's own.
package struct ComputeInFloat32: Pass {
  package var name: String { "ComputeInFloat32" }

  package init() {}

  package func rewrite(_ view: GraphView, at node: Int) throws -> Rewrite {
    if let cast = view.node(node).op as? Cast {
      return try shorten(cast, at: node, in: view)
    }
    return try widen(node, in: view)
  }

  /// The same node in single precision between casts.
  private func widen(_ node: Int, in view: GraphView) throws -> Rewrite {
    let matched = view.node(node)
    let values = matched.inputs.compactMap { $0 } + matched.outputs
    guard values.contains(where: { view[$0].type.isHalf }) else { return .noMatch }
    let op = widened(matched.op)
    let operands = matched.inputs.map { $0.map { widened(view[$0]) } }
    guard let types = try? op.outputTypes(for: operands),
      types == matched.outputs.map({ view[$0].type.widened })
    else { return .blocked("it depends on the element type") }

    var patch = Patch("in float32", in: view)
    var inputs: [ValueID?] = []
    for (input, operand) in zip(matched.inputs, operands) {
      guard let input, let operand, view[input].type.isHalf else {
        inputs.append(input)
        continue
      }
      let name = "\(view[input].name):float32"
      if let constant = operand.constant {
        inputs.append(patch.addConstant(name, constant))
      } else {
        inputs += try patch.addNode(Cast(to: .float32), [input], name: name) as [ValueID?]
      }
    }
    let results = try patch.addNode(op, inputs, name: matched.name)
    for (output, result) in zip(matched.outputs, results) {
      let type = view[output].type
      let name = "\(view[output].name):\(type.element.rawValue)"
      patch.replace(
        output,
        with: type.isHalf
          ? try patch.addNode(Cast(to: type.element), [result], name: name)[0] : result)
    }
    return .patch(patch)
  }

  /// One cast for two, where the first one loses precision.
  private func shorten(_ cast: Cast, at node: Int, in view: GraphView) throws -> Rewrite {
    guard let middle = view.input(node, 0), view[middle].type.isHalf,
      let producer = view.producer(of: middle), view.node(producer).op is Cast,
      let x = view.input(producer, 0), !view[x].type.isHalf
    else { return .noMatch }
    var patch = Patch("skips \(view.node(producer).label)", in: view)
    let output = view.node(node).outputs[0]
    if view[x].type == view[output].type, view.canReplace(output, by: x) {
      patch.replace(output, with: x)
    } else {
      try patch.replaceNode(node, with: cast, [x], name: view.node(node).name)
    }
    return .patch(patch)
  }

  /// The operator with single precision where it names half precision itself.
  private func widened(_ op: any Operator) -> any Operator {
    switch op {
    case let op as ConstantOfShape where op.value.type.isHalf:
      return ConstantOfShape(value: Tensor(op.value.shape, op.value.floats()))
    case var op as EyeLike where op.element == .float16 || op.element == .bfloat16:
      op.element = .float32
      return op
    default: return op
    }
  }

  private func widened(_ value: Value) -> Operand {
    guard value.type.isHalf else { return Operand(value) }
    let constant = value.constant.map { Tensor($0.shape, $0.floats()) }
    return Operand(type: value.type.widened, constant: constant)
  }
}

extension TensorType {
  fileprivate var isHalf: Bool { element == .float16 || element == .bfloat16 }

  fileprivate var widened: TensorType { isHalf ? TensorType(.float32, shape) : self }
}
