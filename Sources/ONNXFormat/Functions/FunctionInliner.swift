internal import Tensors

/// Puts the nodes of functions in place of their calls.
///
/// A function that the file defines wins over an operator of the same name. Functions may call each
/// other; what a small file can expand to is bounded.
struct FunctionInliner {
  private var functions: [FunctionKey: ModelFunction] = [:]
  private var names = UniqueNames()
  private(set) var nodes: [ModelNode] = []
  /// The functions whose bodies are being expanded, outermost first.
  private var calls: [FunctionKey] = []
  /// Bytes that the bodies of functions may still take.
  private var budget: Int

  /// How deep functions may call each other.
  static let maximumDepth = 32
  private static let smallBudget = 1 << 20
  /// How many times the size of the file, without its tensors, the expanded bodies may take.
  private static let maximumGrowth = 16

  /// The nodes of the model's graph with every call expanded.
  ///
  /// - Parameter skeletonByteCount: the size of the file without its tensors.
  /// - Throws: `invalidFile` for functions that call themselves, or calls that do not fit their
  ///   function; `unsupported` for operator sets that Hewn does not read, and beyond the limits.
  static func nodes(
    of model: ONNXModelProto, opset: Int, skeletonByteCount: Int
  ) throws(HewnError) -> [ModelNode] {
    let nodes = model.graph.node.map { ModelNode(proto: $0, opset: opset) }
    if model.functions.isEmpty { return nodes }
    var inliner = try FunctionInliner(model, skeletonByteCount: skeletonByteCount)
    for (index, node) in nodes.enumerated() {
      try inliner.add(node, label: node.proto.name.isEmpty ? "number \(index)" : node.proto.name)
    }
    return inliner.nodes
  }

  private init(_ model: ONNXModelProto, skeletonByteCount: Int) throws(HewnError) {
    budget = max(Self.smallBudget, Self.maximumGrowth * skeletonByteCount)
    for proto in model.functions {
      let function = try ModelFunction(proto)
      guard functions.updateValue(function, forKey: function.key) == nil else {
        throw HewnError(.invalidFile, "function \(function.key) is defined twice")
      }
    }
    // Names of inlined values must not be those that the graph uses.
    for port in model.graph.input { _ = names.reserve(port.name) }
    for tensor in model.graph.initializer { _ = names.reserve(tensor.name) }
    for tensor in model.graph.sparseInitializer { _ = names.reserve(tensor.values.name) }
    for node in model.graph.node {
      for name in node.input + node.output { _ = names.reserve(name) }
    }
  }

  /// Adds a node, or what the function that it calls consists of.
  ///
  /// - Parameter label: how errors and names of inner nodes name it.
  private mutating func add(_ node: ModelNode, label: String) throws(HewnError) {
    guard let function = functions[FunctionKey(calledBy: node.proto)] else {
      nodes.append(node)
      guard nodes.count <= ONNXModel.maximumNodeCount else {
        throw HewnError(
          .unsupported,
          "with its functions expanded, the model has more than \(ONNXModel.maximumNodeCount) nodes"
        )
      }
      return
    }
    do {
      try expand(function, node.proto, label: label)
    } catch {
      throw error.at(node: "\(function.key) \"\(label)\"")
    }
  }

  private mutating func expand(
    _ function: ModelFunction, _ call: ONNXNodeProto, label: String
  ) throws(HewnError) {
    guard !calls.contains(function.key) else {
      throw HewnError(.invalidFile, "the function calls itself")
    }
    guard calls.count < Self.maximumDepth else {
      throw HewnError(
        .unsupported, "functions call each other more than \(Self.maximumDepth) deep")
    }
    guard function.byteCount <= budget else {
      throw HewnError(
        .unsupported,
        "the functions of the model expand to more than \(Self.maximumGrowth) times its size")
    }
    budget -= function.byteCount
    calls.append(function.key)
    let prefix = label.cut
    let scope = try FunctionScope(function.proto, call: call, prefix: prefix, names: &names)
    for (index, proto) in function.proto.node.enumerated() {
      var node = try scope.actual(proto)
      node.name = prefix + ":" + (proto.name.isEmpty ? "\(proto.opType)_\(index)" : proto.name).cut
      let isCall = functions[FunctionKey(calledBy: proto)] != nil
      let opset = isCall ? ONNXModel.opsets.upperBound : try function.opset(for: proto)
      try add(ModelNode(proto: node, opset: opset), label: node.name)
    }
    for (output, input) in scope.passedThrough {
      var identity = ONNXNodeProto()
      identity.opType = "Identity"
      identity.name = "\(prefix):Identity"
      identity.input = [input]
      identity.output = [output]
      nodes.append(ModelNode(proto: identity, opset: ONNXModel.opsets.upperBound))
    }
    calls.removeLast()
  }
}
