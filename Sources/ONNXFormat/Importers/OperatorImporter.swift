internal import Tensors

/// How nodes of one ONNX operator type become Hewn's operators.
struct OperatorImporter: Sendable {
  /// The operator type in ONNX.
  let type: String
  /// The versions of the operator set that know this type in a form that Hewn reads.
  let opsets: ClosedRange<Int>
  let inputCounts: ClosedRange<Int>
  let outputCounts: ClosedRange<Int>
  /// Reads the node's attributes and emits operators.
  let build: @Sendable (inout NodeImport) throws(HewnError) -> Void

  /// - Parameters:
  ///   - inputs: how many inputs a node has; those up to the lower bound may not be left out.
  ///   - outputs: how many outputs it has.
  init(
    _ type: String, opsets: ClosedRange<Int> = ONNXModel.opsets, inputs: ClosedRange<Int>,
    outputs: ClosedRange<Int> = 1...1,
    build: @escaping @Sendable (inout NodeImport) throws(HewnError) -> Void
  ) {
    self.type = type
    self.opsets = opsets
    self.inputCounts = inputs
    self.outputCounts = outputs
    self.build = build
  }

  /// An importer of a type that came with operator set `opsets.lowerBound` and is still there.
  init(
    _ type: String, opsets: PartialRangeFrom<Int>, inputs: ClosedRange<Int>,
    outputs: ClosedRange<Int> = 1...1,
    build: @escaping @Sendable (inout NodeImport) throws(HewnError) -> Void
  ) {
    self.init(
      type, opsets: opsets.lowerBound...ONNXModel.opsets.upperBound, inputs: inputs,
      outputs: outputs, build: build)
  }

  /// - Throws: `invalidFile` when the node has too few or too many inputs or outputs.
  func checkArity(of node: NodeImport) throws(HewnError) {
    guard inputCounts.contains(node.inputs.count) else {
      throw HewnError(
        .invalidFile, "\(node.inputs.count) inputs, \(type) takes \(Self.text(inputCounts))")
    }
    if let missing = node.inputs.prefix(inputCounts.lowerBound).firstIndex(of: "") {
      throw HewnError(.invalidFile, "input \(missing) is left out, \(type) needs it")
    }
    guard outputCounts.contains(node.outputs.count) else {
      throw HewnError(
        .invalidFile, "\(node.outputs.count) outputs, \(type) gives \(Self.text(outputCounts))")
    }
  }

  private static func text(_ counts: ClosedRange<Int>) -> String {
    if counts.count == 1 { return "\(counts.lowerBound)" }
    if counts.upperBound == .max { return "\(counts.lowerBound) or more" }
    return "\(counts.lowerBound) to \(counts.upperBound)"
  }
}

/// All importers.
enum ImporterTable {
  static let importers: [String: OperatorImporter] = Dictionary(
    uniqueKeysWithValues: [
      constantImporters, convolutionImporters, elementwiseImporters, indexingImporters,
      logicImporters,
      matrixImporters, movementImporters, normalizationImporters, poolingImporters,
      reductionImporters, resizeImporters, shapeImporters,
    ].joined().map { ($0.type, $0) })

  /// - Throws: `unsupported` with every operator type that has no importer, how often it occurs
  ///   and where first.
  static func checkSupport(of nodes: [ModelNode]) throws(HewnError) {
    var missing: [MissingOperator: (count: Int, first: String)] = [:]
    for (index, node) in nodes.enumerated() where !isSupported(node) {
      let proto = node.proto
      let isStandard = OperatorSets.isStandardDomain(proto.domain)
      let type = isStandard ? proto.opType : "\(proto.domain).\(proto.opType)"
      let name = proto.name.isEmpty ? "number \(index)" : "\"\(proto.name)\""
      missing[MissingOperator(opset: node.opset, type: type), default: (0, name)].count += 1
    }
    guard !missing.isEmpty else { return }
    let lists = Set(missing.keys.map(\.opset)).sorted().map { opset in
      let list = missing.filter { $0.key.opset == opset }.sorted { $0.key.type < $1.key.type }
        .map { "\($0.key.type) (\($0.value.count) ×, first \($0.value.first))" }
      return "operator set \(opset): \(list.joined(separator: ", "))"
    }
    throw HewnError(
      .unsupported, "operators not supported in \(lists.joined(separator: "; in "))")
  }

  private struct MissingOperator: Hashable {
    var opset: Int
    var type: String
  }

  private static func isSupported(_ node: ModelNode) -> Bool {
    OperatorSets.isStandardDomain(node.proto.domain)
      && importers[node.proto.opType]?.opsets.contains(node.opset) ?? false
  }
}
