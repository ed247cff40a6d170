package import Graphs
package import Tensors

/// What Hewn reads of one ONNX operator type.
package struct OperatorSupport: Sendable {
  package var type: String
  /// The versions of the standard operator set.
  package var opsets: ClosedRange<Int>
  package var inputCounts: ClosedRange<Int>
  package var outputCounts: ClosedRange<Int>
  /// What a node becomes; nothing where it is only a constant.
  package var operators: [any Operator]
}

extension ONNXModel {
  /// What Hewn reads of every operator type that it imports, by name.
  ///
  /// - Throws: what an importer throws for the plainest node of its type.
  package static func operatorSupport() throws(HewnError) -> [OperatorSupport] {
    var result: [OperatorSupport] = []
    for type in operatorTypes {
      guard let importer = ImporterTable.importers[type] else { continue }
      do {
        result.append(
          OperatorSupport(
            type: type, opsets: importer.opsets, inputCounts: importer.inputCounts,
            outputCounts: importer.outputCounts, operators: try importer.operatorsOfPlainNode()))
      } catch {
        throw error.at(node: type)
      }
    }
    return result
  }
}

extension OperatorImporter {
  /// What a node becomes that has the fewest inputs and outputs, and the attributes that ONNX
  /// requires, in the newest operator set that knows it.
  ///
  /// - Throws: what the importer throws for the node with as many inputs as a node may have.
  fileprivate func operatorsOfPlainNode() throws(HewnError) -> [any Operator] {
    // The fewest inputs are those of the oldest form, whose attributes became inputs.
    var inputCount = inputCounts.lowerBound
    while true {
      do {
        return try operators(ofNodeWith: inputCount)
      } catch {
        guard inputCount < min(inputCounts.upperBound, Self.maximumInputCount) else { throw error }
        inputCount += 1
      }
    }
  }

  private static let maximumInputCount = 8

  private func operators(ofNodeWith inputCount: Int) throws(HewnError) -> [any Operator] {
    var node = ONNXNodeProto()
    node.opType = type
    node.input = (0..<inputCount).map { "input\($0)" }
    node.output = (0..<max(1, outputCounts.lowerBound)).map { "output\($0)" }
    node.attribute = Self.requiredAttributes[type] ?? []
    let builder = TemplateBuilder(tensors: TensorReader(.array([]), externalData: nil))
    var imported = try NodeImport(
      ModelNode(proto: node, opset: opsets.upperBound), name: type, builder: builder)
    try build(&imported)
    return builder.nodes.map(\.op)
  }

  /// The attributes that ONNX requires, by operator type.
  private static let requiredAttributes: [String: [ONNXAttributeProto]] = [
    "AveragePool": [integers("kernel_shape", [1, 1])], "BitCast": [integer("to", 1)],
    "BitShift": [string("direction", "LEFT")], "Cast": [integer("to", 1)],
    "Concat": [integer("axis", 1)], "Constant": [one], "DepthToSpace": [integer("blocksize", 2)],
    "Einsum": [string("equation", "i")], "GroupNormalization": [integer("num_groups", 1)],
    "LRN": [integer("size", 1)],
    "LpPool": [integers("kernel_shape", [1, 1])], "MaxPool": [integers("kernel_shape", [1, 1])],
    "MaxUnpool": [integers("kernel_shape", [1, 1])], "SpaceToDepth": [integer("blocksize", 2)],
  ]

  private static let one = attribute("value", .tensor) {
    $0.t.dataType = 1
    $0.t.dims = [1]
    $0.t.floatData = [1]
  }

  private static func integer(_ name: String, _ value: Int64) -> ONNXAttributeProto {
    attribute(name, .int) { $0.i = value }
  }

  private static func integers(_ name: String, _ values: [Int64]) -> ONNXAttributeProto {
    attribute(name, .ints) { $0.ints = values }
  }

  private static func string(_ name: String, _ value: String) -> ONNXAttributeProto {
    attribute(name, .string) { $0.s.append(contentsOf: value.utf8) }
  }

  private static func attribute(
    _ name: String, _ type: ONNXAttributeProto.AttributeType,
    _ fill: (inout ONNXAttributeProto) -> Void
  ) -> ONNXAttributeProto {
    var proto = ONNXAttributeProto()
    proto.name = name
    proto.type = type
    fill(&proto)
    return proto
  }
}
