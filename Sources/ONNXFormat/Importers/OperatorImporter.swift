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
      convolutionImporters, elementwiseImporters, matrixImporters, movementImporters,
      normalizationImporters, poolingImporters, reductionImporters, resizeImporters, shapeImporters,
    ].joined().map { ($0.type, $0) })

  /// - Throws: `unsupported` with every operator type that has no importer, how often it occurs
  ///   and where first.
  static func checkSupport(of nodes: [ONNXNodeProto], opset: Int) throws(HewnError) {
    var missing: [String: (count: Int, first: String)] = [:]
    for (index, node) in nodes.enumerated() where !isSupported(node, opset: opset) {
      let type =
        ONNXModel.isStandardDomain(node.domain) ? node.opType : "\(node.domain).\(node.opType)"
      let name = node.name.isEmpty ? "number \(index)" : "\"\(node.name)\""
      missing[type, default: (0, name)].count += 1
    }
    guard !missing.isEmpty else { return }
    let list = missing.sorted { $0.key < $1.key }
      .map { "\($0.key) (\($0.value.count) ×, first \($0.value.first))" }
    throw HewnError(
      .unsupported,
      "operators not supported in operator set \(opset): \(list.joined(separator: ", "))")
  }

  private static func isSupported(_ node: ONNXNodeProto, opset: Int) -> Bool {
    ONNXModel.isStandardDomain(node.domain)
      && importers[node.opType]?.opsets.contains(opset) ?? false
  }
}
