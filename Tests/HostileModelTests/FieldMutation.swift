import ONNXFormat
import Tensors

/// Damages the meaning of a model whose bytes stay well formed.
struct FieldMutation {
  private var generator: SplitMix64
  /// What was done.
  private(set) var summary: [String] = []

  init(seed: Int) { generator = SplitMix64(seed: UInt64(seed)) }

  private static let numbers: [Int64] = [
    .min, .min + 1, -1 << 31, -2, -1, 0, 1, 2, 3, 4, 7, 16, 255, 1 << 10, 1 << 20, 1 << 24,
    1 << 31, 1 << 32, 1 << 40, 1 << 41, 1 << 62, .max - 1, .max,
  ]
  private static let floats: [Float] = [
    .nan, .infinity, -.infinity, 0, -0, -1, 1, 0.5, 1e-30, 1e30, .greatestFiniteMagnitude,
    .leastNonzeroMagnitude,
  ]
  private static let texts = [
    "", "x", "y", "linear", "cubic", "nearest", "SAME_LOWER", "VALID", "reflect", "wrap", "edge",
    "../data.bin", "/etc/passwd", "data", "-1", "9223372036854775807", "99999999999999999999",
  ]
  private static let types = ONNXModel.operatorTypes

  /// One to three changes.
  mutating func apply(to model: ONNXModelProto) -> ONNXModelProto {
    var model = model
    for _ in 0..<Int.random(in: 1...3, using: &generator) { change(&model) }
    return model
  }

  private mutating func pick<Element>(_ list: [Element]) -> Element {
    list[Int.random(in: list.indices, using: &generator)]
  }

  private mutating func chance(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }

  private mutating func change(_ model: inout ONNXModelProto) {
    switch chance(16) {
    case 0...1: changeTensor(in: &model)
    case 2: changePort(in: &model)
    case 3: changeList(&model.graph.node, "nodes")
    case 4: changeList(&model.graph.initializer, "initializers")
    case 5:
      changeList(&model.functions, "functions")
      changeList(&model.graph.sparseInitializer, "sparse initializers")
    case 6:
      guard !model.opsetImport.isEmpty else { return }
      let index = chance(model.opsetImport.count)
      model.opsetImport[index].version = chance(3) == 0 ? pick(Self.numbers) : Int64(chance(30))
      summary.append("operator set \(model.opsetImport[index].version)")
    case 7: changeFunction(in: &model)
    default:
      guard !model.graph.node.isEmpty else { return }
      let index = chance(model.graph.node.count)
      let names = Self.names(in: model)
      changeNode(&model.graph.node[index], names: names)
    }
  }

  private static func names(in model: ONNXModelProto) -> [String] {
    model.graph.node.flatMap { $0.input + $0.output } + model.graph.initializer.map(\.name) + [""]
  }

  /// Drops, repeats or moves an element.
  private mutating func changeList<Element>(_ list: inout [Element], _ what: String) {
    guard !list.isEmpty else { return }
    let (index, kind) = (chance(list.count), chance(3))
    summary.append("\(what): \(["drop", "repeat", "move"][kind]) \(index)")
    switch kind {
    case 0: list.remove(at: index)
    case 1: list.append(list[index])
    default: list.insert(list.remove(at: index), at: chance(list.count + 1))
    }
  }

  private mutating func changeNode(_ node: inout ONNXNodeProto, names: [String]) {
    summary.append("node \(node.opType) \(node.output)")
    switch chance(9) {
    case 0: node.opType = pick(Self.types)
    case 1: node.domain = pick(["", "ai.onnx", "ai.onnx.ml", "local"])
    case 2: changeList(&node.input, "inputs")
    case 3: changeList(&node.output, "outputs")
    case 4:
      guard !node.input.isEmpty else { return }
      node.input[chance(node.input.count)] = pick(names)
    case 5:
      guard !node.output.isEmpty else { return }
      node.output[chance(node.output.count)] = pick(names)
    case 6: changeList(&node.attribute, "attributes")
    default:
      guard !node.attribute.isEmpty else { return }
      changeAttribute(&node.attribute[chance(node.attribute.count)])
    }
    summary.append("→ \(node.opType) \(node.input) \(node.output)")
  }

  private mutating func changeAttribute(_ attribute: inout ONNXAttributeProto) {
    switch chance(8) {
    case 0: attribute.name = pick(["axis", "axes", "value", "kernel_shape", "pads", "mode", ""])
    case 1:
      let types: [ONNXAttributeProto.AttributeType] = [
        .float, .int, .string, .tensor, .sparseTensor, .floats, .ints, .strings, .undefined,
        .graph,
      ]
      attribute.type = pick(types)
    case 2: changeList(&attribute.ints, "numbers")
    default:
      attribute.i = pick(Self.numbers)
      attribute.f = pick(Self.floats)
      attribute.s.removeAll()
      attribute.s.append(contentsOf: pick(Self.texts).utf8)
      if !attribute.ints.isEmpty {
        attribute.ints[chance(attribute.ints.count)] = pick(Self.numbers)
      }
      if attribute.hasT { changeTensor(&attribute.t) }
      if attribute.hasSparseTensor { change(&attribute.sparseTensor) }
    }
    summary.append(
      "attribute \(attribute.name) \(attribute.type) \(attribute.i) \(attribute.f) \(attribute.ints)"
    )
  }

  private mutating func changeTensor(in model: inout ONNXModelProto) {
    let (dense, sparse) = (model.graph.initializer.count, model.graph.sparseInitializer.count)
    guard dense + sparse > 0 else { return }
    let index = chance(dense + sparse)
    if index < dense {
      changeTensor(&model.graph.initializer[index])
    } else {
      change(&model.graph.sparseInitializer[index - dense])
    }
  }

  private mutating func change(_ tensor: inout ONNXSparseTensorProto) {
    switch chance(3) {
    case 0: changeTensor(&tensor.values)
    case 1: changeTensor(&tensor.indices)
    default: changeDimensions(&tensor.dims)
    }
  }

  private mutating func changeTensor(_ tensor: inout ONNXTensorProto) {
    switch chance(7) {
    case 0: tensor.dataType = Int32(chance(30))
    case 1: changeDimensions(&tensor.dims)
    case 2: tensor.name = pick(["x", "y", "w", "", "c"])
    case 3:
      if !tensor.floatData.isEmpty {
        tensor.floatData[chance(tensor.floatData.count)] = pick(Self.floats)
      }
    case 4:
      guard !tensor.externalData.isEmpty else { return }
      let index = chance(tensor.externalData.count)
      if chance(2) == 0 {
        tensor.externalData[index].value = pick(Self.texts)
      } else {
        tensor.externalData[index].key = pick(["location", "offset", "length", "checksum", "x"])
      }
      summary.append("external \(tensor.externalData.map { ($0.key, $0.value) })")
    default:
      if !tensor.int64Data.isEmpty {
        tensor.int64Data[chance(tensor.int64Data.count)] = pick(Self.numbers)
      }
    }
    summary.append(
      "tensor \(tensor.name) \(tensor.dataType) \(tensor.dims) \(tensor.int64Data)")
  }

  private mutating func changeDimensions(_ dims: inout [Int64]) {
    switch chance(4) {
    case 0: changeList(&dims, "dims")
    case 1: dims.append(pick(Self.numbers))
    default:
      guard !dims.isEmpty else { return }
      dims[chance(dims.count)] = pick(Self.numbers)
    }
  }

  private mutating func changePort(in model: inout ONNXModelProto) {
    if chance(4) == 0 {
      changeList(&model.graph.input, "inputs")
      changeList(&model.graph.output, "outputs")
    } else if !model.graph.input.isEmpty {
      let index = chance(model.graph.input.count)
      changePort(&model.graph.input[index])
    }
  }

  private mutating func changePort(_ port: inout ONNXValueInfoProto) {
    let count = port.type.tensorType.shape.dim.count
    switch chance(4) {
    case 0: port.type.tensorType.elemType = Int32(chance(30))
    case 1: port.name = pick(["x", "y", "w", ""])
    default:
      guard count > 0 else { return }
      port.type.tensorType.shape.dim[chance(count)].dimValue = pick(Self.numbers)
    }
    summary.append(
      "port \(port.name) \(port.type.tensorType.elemType)"
        + " \(port.type.tensorType.shape.dim.map(\.dimValue))")
  }

  private mutating func changeFunction(in model: inout ONNXModelProto) {
    guard !model.functions.isEmpty else { return }
    let index = chance(model.functions.count)
    switch chance(5) {
    case 0: model.functions[index].name = pick(["block", "activation", "Conv", "Relu", ""])
    case 1: changeList(&model.functions[index].input, "function's inputs")
    case 2: changeList(&model.functions[index].output, "function's outputs")
    case 3: changeList(&model.functions[index].node, "function's nodes")
    default:
      guard !model.functions[index].node.isEmpty else { return }
      let names = model.functions[index].node.flatMap { $0.input + $0.output } + ["block"]
      let node = chance(model.functions[index].node.count)
      changeNode(&model.functions[index].node[node], names: names)
      if chance(4) == 0 { model.functions[index].node[node].opType = model.functions[index].name }
    }
    summary.append("function \(model.functions[index].name)")
  }
}
