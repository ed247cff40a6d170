package import Tensors

/// How free extents become fixed at compile time.
package struct ShapeBindings: Sendable {
  /// Replaces the first extent of every input, free or fixed, when given; free first extents are 1
  /// otherwise.
  package var batch: Int?
  /// Whole input shapes by input name; these win.
  package var shapes: [String: Shape]

  package init(batch: Int? = nil, shapes: [String: Shape] = [:]) {
    self.batch = batch
    self.shapes = shapes
  }
}

extension GraphTemplate {
  /// The greatest number of output elements of a node that binding computes at once: enough for
  /// shapes, axes and pads, too few for weights.
  package static let eagerElementLimit = 4096

  /// Fixes every extent, infers every type, and computes small values that are known.
  ///
  /// A free first extent is the batch, 1 unless bound; any other free extent needs a binding. A
  /// node whose inputs are all known and whose outputs are small keeps its place and has its
  /// outputs' elements set.
  ///
  /// - Throws: `invalidArgument` for bindings that do not fit the inputs or leave an extent open;
  ///   what type inference or `evaluate` throws, with the node named; `invalidFile` for names that
  ///   are undefined or defined twice; `unsupported` where a node reads boxes whose number only the
  ///   data decides.
  package func bind(_ bindings: ShapeBindings, evaluate: Evaluator) throws -> Graph {
    let resolved = try InputResolution(inputs: inputs, bindings: bindings)
    var binder = Binder(template: self, rebatching: resolved.rebatching)
    for (input, shape) in zip(inputs, resolved.shapes) {
      try binder.addInput(input.name, TensorType(input.element, shape))
    }
    binder.graph.notes += resolved.notes
    for node in nodes { try binder.add(node, evaluate: evaluate) }
    for output in outputs {
      let id = try binder.value(output.name, readBy: "the model's outputs")
      binder.graph.outputs.append(id)
      if resolved.notes.isEmpty { binder.noteDifference(of: id, from: output) }
    }
    try binder.settleSelections()
    return binder.graph
  }
}

/// Builds a graph from a template, name by name.
private struct Binder {
  let template: GraphTemplate
  let rebatching: [Rebatching]
  var graph: Graph
  private var ids: [String: ValueID] = [:]
  /// The values that depend on a graph input.
  private var dependents: Set<ValueID> = []
  /// How many outputs may still be made that the file does not name.
  private var namelessBudget: Int

  /// Outputs that files leave out, beyond a few of each node: `Split` states any number.
  private static let maximumNamelessCount = 1 << 16

  init(template: GraphTemplate, rebatching: [Rebatching]) {
    self.template = template
    self.rebatching = rebatching
    namelessBudget = Self.maximumNamelessCount + 4 * template.nodes.count
    graph = Graph(name: template.name)
  }

  mutating func addInput(_ name: String, _ type: TensorType) throws(HewnError) {
    let id = graph.addInput(name, type)
    dependents.insert(id)
    try define(name, id)
  }

  private mutating func define(_ name: String, _ id: ValueID) throws(HewnError) {
    guard ids[name] == nil, template.constants[name] == nil else {
      throw HewnError(.invalidFile, "the value \"\(name)\" is defined twice")
    }
    ids[name] = id
  }

  /// The value of a name; constants enter the graph when they are first read.
  mutating func value(_ name: String, readBy reader: String) throws(HewnError) -> ValueID {
    if let id = ids[name] { return id }
    guard let tensor = template.constants[name] else {
      throw HewnError(
        .invalidFile, "the value \"\(name)\", read by \(reader), is not defined before it")
    }
    let id = graph.addConstant(name, tensor)
    ids[name] = id
    return id
  }

  mutating func add(_ node: GraphTemplate.NamedNode, evaluate: Evaluator) throws {
    let name = node.name.isEmpty ? node.outputs.first { !$0.isEmpty } ?? "" : node.name
    let label = "\(node.op.name) \"\(name)\""
    var inputs: [ValueID?] = []
    for input in node.inputs {
      inputs.append(input.isEmpty ? nil : try value(input, readBy: label))
    }
    rebatchShape(of: node.op, named: label, inputs: &inputs)
    let outputs = try graph.addNode(
      node.op, inputs, name: name, outputNames: node.outputs)
    namelessBudget -= outputs.count - node.outputs.count { !$0.isEmpty }
    guard namelessBudget >= 0 else {
      throw HewnError(
        .unsupported, "nodes leave out more than \(Self.maximumNamelessCount) outputs", node: label)
    }
    if inputs.contains(where: { $0.map(dependents.contains) ?? false }) {
      dependents.formUnion(outputs)
    }
    for (index, output) in node.outputs.enumerated() where !output.isEmpty {
      guard index < outputs.count else {
        throw HewnError(
          .unsupported, "output \(index) (\"\(output)\") is not computed by Hewn", node: label)
      }
      do throws(HewnError) {
        try define(output, outputs[index])
      } catch {
        throw error.at(node: label)
      }
    }
    try evaluateIfKnown(evaluate)
  }

  /// Sets the elements of the last node's outputs where its inputs are known and they are few.
  private mutating func evaluateIfKnown(_ evaluate: Evaluator) throws {
    guard let node = graph.nodes.last else { return }
    let inputs = node.inputs.map { $0.flatMap { graph[$0].constant } }
    let isKnown = zip(node.inputs, inputs).allSatisfy { $0 == nil || $1 != nil }
    let types = node.outputs.map { graph[$0].type }
    guard isKnown, inputs.contains(where: { $0 != nil }),
      node.outputs.contains(where: { graph[$0].constant == nil }),
      types.reduce(0, { $0 + $1.shape.elementCount }) <= GraphTemplate.eagerElementLimit
    else { return }
    let results: [Tensor]
    do {
      results = try evaluate(node.op, inputs, types)
    } catch let error as HewnError {
      // Beyond a limit it is computed when the network runs.
      if error.code == .outOfMemory { return }
      throw error.at(node: node.label)
    }
    guard results.map(\.type) == types else {
      throw HewnError(
        .internal, "evaluated to \(results.map(\.type)), inferred \(types)", node: node.label)
    }
    for (id, result) in zip(node.outputs, results) { graph[id].constant = result }
  }

  /// Replaces a target shape that was written for the file's batch.
  ///
  /// A file with a fixed batch often names it in the shapes of `Reshape` and the sizes of `Resize`.
  /// Where such a shape begins with the old batch and the data with the new one, the shape means
  /// the new batch if only then the elements fit.
  private mutating func rebatchShape(
    of op: any Operator, named label: String, inputs: inout [ValueID?]
  ) {
    let position = op is Reshape ? 1 : op is Resize ? 3 : inputs.count
    guard position < inputs.count, let data = inputs[0], dependents.contains(data),
      let shapeID = inputs[position],
      let constant = graph[shapeID].constant, let target = try? constant.integers(),
      let change = rebatching.first(where: { $0.old == target.first })
    else { return }
    let shape = graph[data].type.shape
    let changed = [change.new] + target.dropFirst()
    switch op {
    case let op as Reshape:
      // −1 would swallow the additional images instead of failing.
      guard target.contains(-1) ? shape.dimensions.first == change.new : !op.fits(shape, target),
        op.fits(shape, changed)
      else { return }
    case let op as Resize:
      guard op.axes == nil, shape.dimensions.first == change.new else { return }
    default: return
    }
    inputs[position] = graph.addConstant(
      "\(graph[shapeID].name):batch\(change.new)",
      Tensor([changed.count], changed.map(Int64.init)))
    graph.notes.append(
      "\(label): target shape \(target) is bound as \(changed), as the batch is \(change.new)")
  }

  /// Marks outputs whose number of rows depends on data, and refuses nodes that read such values.
  mutating func settleSelections() throws(HewnError) {
    var selections: [ValueID: String] = [:]
    for node in graph.nodes {
      for case let input? in node.inputs {
        guard let selection = selections[input] else { continue }
        throw HewnError(
          .unsupported,
          "reads \(selection), whose number of boxes is known only at run time; make that the"
            + " model's output and select from it outside",
          node: node.label)
      }
      if node.op is NonMaxSuppression { selections[node.outputs[0]] = node.label }
    }
    for (index, output) in graph.outputs.enumerated() where selections[output] != nil {
      graph.trimmedOutputs.insert(index)
    }
  }

  /// Notes where the file declares an output otherwise than it was inferred.
  mutating func noteDifference(of id: ValueID, from port: GraphTemplate.Port) {
    let type = graph[id].type
    var differs = port.element != type.element
    if let dimensions = port.dimensions {
      differs = differs || dimensions.count != type.shape.rank
      for case (.fixed(let declared), let extent) in zip(dimensions, type.shape.dimensions) {
        differs = differs || declared != extent
      }
    }
    guard differs else { return }
    let declared = port.dimensions.map { InputResolution.text($0) } ?? "any shape"
    graph.notes.append(
      "output \"\(port.name)\" is \(type), the file declares \(port.element.rawValue)[\(declared)]")
  }
}

extension Reshape {
  fileprivate func fits(_ input: Shape, _ target: [Int]) -> Bool {
    (try? shape(of: input, as: target)) != nil
  }
}
