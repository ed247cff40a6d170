internal import CPUBackend
internal import Graphs
internal import Passes
internal import Runtime
internal import Tensors

/// Reads the plan of a safetensors file, believing nothing of it.
struct PlanReader {
  let file: Safetensors
  private let document: PlanDocument
  /// The raw weights of packed layers.
  let unverified: [StoredTensor]
  let graph: Graph

  /// - Throws: `invalidFile`, `unsupported`.
  init(_ file: Safetensors) throws(HewnError) {
    self.file = file
    document = try Self.document(of: file)
    var constants = ConstantReader(file)
    graph = try constants.graph(document.graph, lazy: Self.rawWeights(of: document))
    unverified = constants.unverified
  }

  /// The plan's document, once it is known to be one for this Hewn and this machine.
  private static func document(of file: Safetensors) throws(HewnError) -> PlanDocument {
    guard file.metadata[PlanMetadata.format] == PlanFile.formatName else {
      throw HewnError(.invalidFile, "a safetensors file, but no plan of Hewn")
    }
    guard let version = file.metadata[PlanMetadata.version],
      let text = file.metadata[PlanMetadata.plan],
      let checksum = file.metadata[PlanMetadata.checksum]
    else { throw HewnError(.invalidFile, "the plan's metadata are not complete") }
    guard version == PlanFile.formatVersion else {
      throw HewnError(
        .unsupported,
        "a plan of format \(version), this Hewn reads format \(PlanFile.formatVersion); compile"
          + " the model again")
    }
    guard checksum == String(CRC32.checksum(text)) else {
      throw HewnError(
        .invalidFile, "the plan is damaged: its checksum differs; compile the model again")
    }
    return try DocumentCoding.document(PlanDocument.self, text, name: "plan")
  }

  /// The values that only packed layers read; their raw weights.
  private static func rawWeights(of document: PlanDocument) -> Set<Int> {
    let packed = Set(document.cpu?.layers.map(\.node) ?? [])
    var raw: Set<Int> = []
    var others = Set(document.graph.outputs)
    for (index, node) in document.graph.nodes.enumerated() {
      for case let input? in node.inputs {
        if packed.contains(index) { raw.insert(input) } else { others.insert(input) }
      }
    }
    return raw.subtracting(others)
  }

  /// - Throws: `invalidFile`, `unsupported` for a plan made for other processors.
  func model() throws(HewnError) -> CompiledModel {
    guard document.threads >= 1, document.threads <= Self.maximumThreadCount else {
      throw HewnError(.invalidFile, "a plan for \(document.threads) threads")
    }
    let target: CompiledModel.Target
    switch (document.cpu, document.gpu) {
    case (let cpu?, nil): target = .cpu(try compiled(cpu))
    case (nil, let gpu?): target = .gpu(try compiled(gpu))
    default: throw HewnError(.invalidFile, "a plan for no device, or for several")
    }
    return CompiledModel(
      origin: document.origin, graph: graph, passes: document.passes, engine: document.engine,
      threads: document.threads, target: target)
  }

  private func compiled(_ document: CPUDocument) throws(HewnError) -> CompiledForCPU {
    guard document.instructionSet == .best else {
      throw HewnError(
        .unsupported,
        "the plan was compiled for processors with \(document.instructionSet.rawValue), the best"
          + " of this one is \(InstructionSet.best.rawValue); compile the model again here")
    }
    var packed: [Int: PackedLayer] = [:]
    for layer in document.layers {
      guard graph.nodes.indices.contains(layer.node), packed[layer.node] == nil else {
        throw HewnError(
          .invalidFile, "packed weights of node \(layer.node), which has others or is none")
      }
      do {
        packed[layer.node] = try read(layer)
      } catch {
        throw error.at(node: graph.nodes[layer.node].label)
      }
    }
    try Self.checkLines([document.costs?.isa, document.costs?.machine, document.costs?.date])
    guard document.partCost.map((0...1e6).contains) ?? true else {
      throw HewnError(.invalidFile, "its cost of a part is no time")
    }
    return CompiledForCPU(
      instructionSet: document.instructionSet, processor: document.processor,
      costs: document.costs, partCost: document.partCost,
      layers: CompiledLayers(nodesByImage: document.nodesByImage, packed: packed))
  }

  /// Checks text that is shown.
  static func checkLines(_ texts: [String?]) throws(HewnError) {
    for text in texts {
      let isLine = text?.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 } ?? true
      guard isLine else { throw HewnError(.invalidFile, "its machine is described by no text") }
    }
  }

  private static let maximumThreadCount = 1 << 16

  private func read(_ layer: LayerDocument) throws(HewnError) -> PackedLayer {
    var arrays = StoredArrays()
    for array in layer.arrays {
      let name = array.reference.tensor
      let entry = try file.entry(name)
      let tensor = StoredTensor(
        name: name, region: FileRegion(file.file, entry.range),
        checksum: array.reference.checksum)
      tensor.region.prefetch()
      try tensor.verify()
      try arrays.add(
        array.name,
        StoredArrays.Entry(
          element: entry.type.element, count: array.count, region: tensor.region))
    }
    return PackedLayer(
      choice: layer.choice, weights: try PackedWeights(form: layer.form, arrays))
  }
}

extension Safetensors {
  func entry(_ name: String) throws(HewnError) -> Entry {
    guard let entry = tensors[name] else {
      throw HewnError(.invalidFile, "there is no tensor \"\(name)\"")
    }
    return entry
  }
}

/// Reads a graph whose constants stay in the file.
private struct ConstantReader {
  private let file: Safetensors
  private(set) var unverified: [StoredTensor] = []

  init(_ file: Safetensors) { self.file = file }

  /// - Parameter lazy: values whose constants are not touched.
  mutating func graph(
    _ document: GraphDocument, lazy: Set<Int>
  ) throws(HewnError) -> Graph {
    var graph = Graph(name: document.name)
    graph.notes = document.notes
    for (index, value) in document.values.enumerated() {
      graph.values.append(
        Value(
          name: value.name, type: value.type,
          constant: try constant(of: value, isLazy: lazy.contains(index))))
    }
    graph.nodes = document.nodes.map { node in
      Node(
        name: node.name, op: node.op.op, inputs: node.inputs.map { $0.map(ValueID.init) },
        outputs: node.outputs.map(ValueID.init))
    }
    graph.inputs = document.inputs.map(ValueID.init)
    graph.outputs = document.outputs.map(ValueID.init)
    do {
      try graph.verify()
    } catch {
      // What is a defect of ours in a graph of our own making is a defect of the file here.
      throw HewnError(.invalidFile, error.message)
    }
    graph.trimmedOutputs = try trimmedOutputs(document, of: graph)
    return graph
  }

  /// The outputs without some of their rows: lists of integers.
  private func trimmedOutputs(
    _ document: GraphDocument, of graph: Graph
  ) throws(HewnError) -> Set<Int> {
    for index in document.trimmedOutputs {
      guard graph.outputs.indices.contains(index),
        case let type = graph[graph.outputs[index]].type, type.element == .int64,
        type.shape.rank == 2
      else {
        throw HewnError(.invalidFile, "output \(index) is trimmed, but holds no rows of int64")
      }
    }
    return Set(document.trimmedOutputs)
  }

  private mutating func constant(
    of value: GraphDocument.Value, isLazy: Bool
  ) throws(HewnError) -> Tensor? {
    guard let reference = value.constant else { return nil }
    let entry = try file.entry(reference.tensor)
    guard entry.type == value.type else {
      throw HewnError(
        .invalidFile,
        "tensor \"\(reference.tensor)\" is \(entry.type), the graph has \(value.type)")
    }
    guard entry.range.lowerBound.isMultiple(of: entry.type.element.byteCount) else {
      throw HewnError(.invalidFile, "tensor \"\(reference.tensor)\" is not aligned")
    }
    let stored = StoredTensor(
      name: reference.tensor, region: FileRegion(file.file, entry.range),
      checksum: reference.checksum)
    // Only float32 weights are packed; other patterns of bits might be no elements.
    if isLazy, entry.type.element == .float32 {
      unverified.append(stored)
    } else {
      try stored.verify()
      if entry.type.element == .bool, stored.region.bytes.contains(where: { $0 > 1 }) {
        throw HewnError(.invalidFile, "tensor \"\(reference.tensor)\" has values that are no bool")
      }
    }
    return Tensor(type: entry.type, in: stored.region)
  }
}
