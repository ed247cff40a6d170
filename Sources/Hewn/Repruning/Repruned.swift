internal import Graphs
internal import ONNXFormat
internal import PlanFiles
internal import Repruning
internal import Tensors

/// A network that was re-pruned.
public struct Repruned: Sendable {
  /// What became of it.
  public private(set) var report: RepruneReport
  private let file: ONNXModel
  private let graph: Graph
  private let layers: [PrunableLayer]
  private let masks: WeightMasks

  init(
    report: RepruneReport, file: ONNXModel, graph: Graph, layers: [PrunableLayer],
    masks: WeightMasks
  ) {
    self.report = report
    self.file = file
    self.graph = graph
    self.layers = layers
    self.masks = masks
  }

  /// Writes the network as plain dense ONNX with zeros, which other tools open: the file that was read with
  /// other weights and biases. A layer that had no bias may have got one.
  ///
  /// - Parameters:
  ///   - path: the file to write, whole or not at all; none of those that the model was read from.
  ///   - masksPath: another file to write, in the safetensors format, that says which weights may be other
  ///     than zero, and in which order filters lie; `nil` for none.
  /// - Throws: ``HewnError``: `invalidArgument` for a path that does not fit, `unsupported` where the file would
  ///   take 2 GiB or more, `io`.
  public mutating func write(to path: String, masks masksPath: String? = nil) throws {
    try rethrowing(of: file.fileName) {
      try Self.checkPaths(path, masks: masksPath, for: file)
      try file.write(to: path, replacing: replaced, adding: added())
      report.file = path
      if let masksPath {
        // Only a file that is there shows that another path leads to it.
        try Self.check(masksPath, isNot: path)
        let name = path.split(separator: "/").last.map(String.init) ?? path
        try masks.write(to: masksPath, model: name)
        report.masks = masksPath
      }
    }
  }

  /// - Throws: `invalidArgument` for a file that the model was read from, and where both paths lead to one file.
  static func checkPaths(
    _ path: String, masks masksPath: String?, for file: ONNXModel
  ) throws {
    try file.checkIsNoPart(path)
    guard let masksPath else { return }
    try file.checkIsNoPart(masksPath)
    try check(masksPath, isNot: path)
  }

  /// - Throws: `invalidArgument` where two paths lead to one file.
  private static func check(_ masksPath: String, isNot path: String) throws(HewnError) {
    let identity = FileIdentity(path: path)
    guard masksPath != path, identity == nil || identity != FileIdentity(path: masksPath) else {
      throw HewnError(.invalidArgument, "\(path) cannot hold both the model and the masks")
    }
  }

  /// The constants of the file that have changed, by name.
  private var replaced: [String: Tensors.Tensor] {
    var tensors: [String: Tensors.Tensor] = [:]
    for layer in layers {
      var ids = [layer.weights]
      switch layer.bias {
      case .constant(let id), .mean(let id): ids.append(id)
      case .absent, .fixed: break
      }
      for id in ids {
        let name = graph[id].name
        guard let tensor = graph[id].constant, let stated = file.template.constants[name],
          !tensor.isSame(as: stated)
        else { continue }
        tensors[name] = tensor
      }
    }
    return tensors
  }

  /// The biases of layers that had none.
  private func added() throws(Tensors.HewnError) -> [AddedBias] {
    let biases = layers.compactMap { layer -> AddedBias? in
      guard case .absent = layer.bias, let id = layer.biasValue(in: graph),
        let tensor = graph[id].constant
      else { return nil }
      return AddedBias(
        output: graph[graph.nodes[layer.node].outputs[0]].name, name: graph[id].name,
        tensor: tensor)
    }
    let names = try file.unusedNames(biases.map(\.name))
    return zip(biases, names).map { AddedBias(output: $0.output, name: $1, tensor: $0.tensor) }
  }
}

extension Tensors.Tensor {
  fileprivate func isSame(as other: Tensors.Tensor) -> Bool {
    type == other.type
      && withUnsafeBytes { bytes in other.withUnsafeBytes { bytes.elementsEqual($0) } }
  }
}
