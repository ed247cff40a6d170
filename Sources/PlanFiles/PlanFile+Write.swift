internal import CPUBackend
internal import Covers
internal import GPUBackend
internal import Graphs
package import Tensors

extension PlanFile {
  /// Writes a compiled model; the file appears whole or not at all.
  ///
  /// - Throws: `io`; `outOfMemory`.
  package static func write(_ model: CompiledModel, to path: String) throws(HewnError) {
    var writer = PlanWriter()
    var (cpu, gpu): (CPUDocument?, GPUDocument?)
    switch model.target {
    case .cpu(let compiled): cpu = try writer.add(compiled, of: model.graph)
    case .gpu(let compiled): gpu = writer.add(compiled, of: model.graph)
    }
    let document = PlanDocument(
      origin: model.origin, engine: model.engine, threads: model.threads, passes: model.passes,
      graph: writer.addGraph(model.graph), cpu: cpu, gpu: gpu)
    try writer.write(document, to: path)
  }
}

/// The names of the metadata.
enum PlanMetadata {
  static let format = "format"
  static let version = "format_version"
  static let plan = "plan"
  static let checksum = "plan_crc32"
}

/// Collects the tensors of a plan, those that were made for it first.
private struct PlanWriter {
  private var file = SafetensorsWriter()

  mutating func add(
    _ compiled: CompiledForCPU, of graph: Graph
  ) throws(HewnError) -> CPUDocument {
    var layers: [LayerDocument] = []
    for (node, layer) in compiled.layers.packed.sorted(by: { $0.key < $1.key }) {
      var documents: [ArrayDocument] = []
      for array in try layer.weights.arrays() {
        documents.append(add(array, of: graph.nodes[node], at: node))
      }
      layers.append(
        LayerDocument(
          node: node, form: layer.weights.form, choice: layer.choice, arrays: documents))
    }
    return CPUDocument(
      instructionSet: compiled.instructionSet, processor: compiled.processor,
      costs: compiled.costs, partCost: compiled.partCost,
      nodesByImage: compiled.layers.nodesByImage, layers: layers)
  }

  mutating func add(_ compiled: CompiledForGPU, of graph: Graph) -> GPUDocument {
    var nodes: [ChoiceDocument] = []
    for (node, choice) in compiled.choices.sorted(by: { $0.key < $1.key }) {
      let parts = choice.parts.enumerated().map { index, part in
        let covers =
          part.covers.isEmpty
          ? nil : add(part.covers, named: "covers/\(node)/\(graph.nodes[node].name)/\(index)")
        return switch part.tiling {
        case .blocks(let tiling): PartDocument(blocks: tiling, covers: covers)
        case .leaves(let tiling): PartDocument(leaves: tiling, covers: covers)
        }
      }
      nodes.append(
        ChoiceDocument(
          node: node, matrix: choice.matrix, sparseSeconds: choice.sparseSeconds,
          denseSeconds: choice.denseSeconds, parts: parts))
    }
    return GPUDocument(
      isEmulated: compiled.isEmulated, gpu: compiled.gpu,
      generation: compiled.generation.rawValue, precision: compiled.precision,
      evaluatesOnHost: compiled.evaluatesOnHost, nodes: nodes)
  }

  private mutating func add(_ covers: [CoverOutline], named name: String) -> TensorReference {
    var words = CoverWords.words(covers)
    // Whole 64 bytes, so that what follows is aligned.
    words += [Int32](repeating: 0, count: words.count.roundedUp(to: 16) - words.count)
    let tensor = Tensor([words.count], words)
    file.add(name, tensor.type, tensor.bytes, owner: tensor)
    return TensorReference(tensor: name, checksum: CRC32.checksum(tensor.bytes))
  }

  private mutating func add(_ array: PackedArray, of node: Node, at index: Int) -> ArrayDocument {
    let name = "packed/\(index)/\(node.name)/\(array.name)"
    let padding = AlignedArrays.byteCount(array.bytes.count) - array.bytes.count
    let count = (array.bytes.count + padding) / array.element.byteCount
    file.add(
      name, TensorType(array.element, [count]), array.bytes, owner: array.owner,
      padding: padding)
    let zeros = [UInt8](repeating: 0, count: padding)
    let checksum = zeros.withUnsafeBytes {
      CRC32.checksum($0, after: CRC32.checksum(array.bytes))
    }
    return ArrayDocument(
      name: array.name, count: array.count,
      reference: TensorReference(tensor: name, checksum: checksum))
  }

  /// Adds the graph's constants, those of the largest elements first, so that all are aligned.
  mutating func addGraph(_ graph: Graph) -> GraphDocument {
    var references = [TensorReference?](repeating: nil, count: graph.values.count)
    let constants = graph.values.indices.compactMap { index in
      graph.values[index].constant.map { (index, $0) }
    }
    for size in [8, 4, 2, 1] {
      for (index, tensor) in constants where tensor.element.byteCount == size {
        let name = "constants/\(index)/\(graph.values[index].name)"
        file.add(name, tensor.type, tensor.bytes, owner: tensor)
        references[index] = TensorReference(
          tensor: name, checksum: CRC32.checksum(tensor.bytes))
      }
    }
    return GraphDocument(
      name: graph.name,
      values: zip(graph.values, references).map {
        GraphDocument.Value(name: $0.name, type: $0.type, constant: $1)
      },
      nodes: graph.nodes.map { node in
        GraphDocument.Node(
          name: node.name, op: OperatorDocument(node.op),
          inputs: node.inputs.map { $0?.index }, outputs: node.outputs.map(\.index))
      },
      inputs: graph.inputs.map(\.index), outputs: graph.outputs.map(\.index),
      trimmedOutputs: graph.trimmedOutputs.sorted(), notes: graph.notes)
  }

  func write(_ document: PlanDocument, to path: String) throws(HewnError) {
    var file = file
    let text = try DocumentCoding.text(document)
    file.metadata = [
      PlanMetadata.format: PlanFile.formatName, PlanMetadata.version: PlanFile.formatVersion,
      PlanMetadata.plan: text, PlanMetadata.checksum: String(CRC32.checksum(text)),
    ]
    try file.write(to: path)
  }
}
