internal import Covers
internal import GPUBackend
internal import Graphs
internal import KernelIR
internal import Runtime
internal import Tensors

extension PlanReader {
  /// What was compiled for a GPU. Whether the choices are those of the graph turns out as it is lowered.
  ///
  /// - Throws: `invalidFile`.
  func compiled(_ document: GPUDocument) throws(HewnError) -> CompiledForGPU {
    try Self.checkLines([document.gpu])
    guard let generation = KernelIR.Target(rawValue: document.generation) else {
      throw HewnError(.invalidFile, "there are no GPUs \"\(document.generation)\"")
    }
    var choices: GPUChoices = [:]
    var read: Set<String> = []
    for node in document.nodes {
      guard graph.nodes.indices.contains(node.node), choices[node.node] == nil else {
        throw HewnError(
          .invalidFile, "choices for node \(node.node), which has others or is none")
      }
      do {
        choices[node.node] = try choice(node, &read)
      } catch {
        throw error.at(node: graph.nodes[node.node].label)
      }
    }
    return CompiledForGPU(
      isEmulated: document.isEmulated, gpu: document.gpu, generation: generation,
      precision: document.precision, evaluatesOnHost: document.evaluatesOnHost, choices: choices)
  }

  /// - Parameter read: the tensors of covers that were read.
  private func choice(
    _ document: ChoiceDocument, _ read: inout Set<String>
  ) throws(HewnError) -> ConvolutionChoice {
    var parts: [ConvolutionChoice.Part] = []
    for part in document.parts {
      let tiling: ConvolutionChoice.Part.Tiling
      switch (part.blocks, part.leaves) {
      case (let blocks?, nil): tiling = .blocks(blocks)
      case (nil, let leaves?): tiling = .leaves(leaves)
      default: throw HewnError(.invalidFile, "a tiling for no kernel, or for several")
      }
      var covers: [CoverOutline] = []
      if let reference = part.covers {
        // So that covers are no more than the file is long.
        guard read.insert(reference.tensor).inserted else {
          throw HewnError(.invalidFile, "tensor \"\(reference.tensor)\" holds covers of two parts")
        }
        covers = try outlines(reference)
      }
      parts.append(.init(tiling: tiling, covers: covers))
    }
    return ConvolutionChoice(
      matrix: document.matrix, sparseSeconds: document.sparseSeconds,
      denseSeconds: document.denseSeconds, parts: parts)
  }

  private func outlines(_ reference: TensorReference) throws(HewnError) -> [CoverOutline] {
    let entry = try file.entry(reference.tensor)
    guard entry.type.element == .int32, entry.range.lowerBound.isMultiple(of: 4) else {
      throw HewnError(.invalidFile, "tensor \"\(reference.tensor)\" holds no covers")
    }
    let stored = StoredTensor(
      name: reference.tensor, region: FileRegion(file.file, entry.range),
      checksum: reference.checksum)
    try stored.verify()
    return try CoverWords.outlines(
      Tensor(type: entry.type, in: stored.region).elements(as: Int32.self))
  }
}
