package import Tensors

extension ONNXModel {
  /// Whether ``write(to:replacing:adding:)`` takes other elements for this name.
  ///
  /// It does so for initializers, and outputs of `Constant`, of the graph itself. Constants of functions
  /// stay as they are: all calls share them.
  package func canReplace(_ name: String) -> Bool {
    file.parts.tensorNames.contains(name) && template.constants[name] != nil
  }

  /// - Throws: `invalidArgument` for a path that leads to one of the files that the model was read from:
  ///   writing must not destroy what it reads.
  package func checkIsNoPart(_ path: String) throws(HewnError) { try file.checkIsNoPart(path) }

  /// Writes the model as plain dense ONNX: the file's graph, names, metadata and operator sets, with
  /// every tensor dense and inside the file.
  ///
  /// Tensors that lay in other files or in sparse form are put in place; all else is copied as it
  /// is.
  ///
  /// - Parameters:
  ///   - path: the file to write; what was there is replaced when the new file is complete.
  ///   - tensors: other elements for initializers, and for outputs of `Constant`, of the same types.
  ///   - biases: third inputs for nodes that have none.
  /// - Returns: the size of the file.
  /// - Throws: `invalidArgument` for tensors that fit none of the model's, biases that cannot be added,
  ///   or a path that is one of the files that the model was read from; `unsupported` where the file
  ///   would take 2 GiB; `io`.
  @discardableResult
  package func write(
    to path: String, replacing tensors: [String: Tensor] = [:], adding biases: [AddedBias] = []
  ) throws(HewnError) -> Int {
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      guard canReplace(name), let old = template.constants[name] else {
        throw HewnError(.invalidArgument, "the model has no initializer \"\(name)\"")
      }
      guard tensor.type == old.type else {
        throw HewnError(
          .invalidArgument, "initializer \"\(name)\" is \(old.type), not \(tensor.type)")
      }
    }
    try check(biases)
    try file.checkIsNoPart(path)
    let message = try ModelRewriter(
      file.source, tensors: template.constants.merging(tensors) { $1 },
      replaced: Set(tensors.keys), biases: biases, irVersion: irVersion,
      reader: file.makeTensorReader()
    ).model()
    guard message.byteCount <= Self.maximumByteCount else {
      throw HewnError(
        .unsupported,
        "with all tensors inside, the model takes \(message.byteCount) bytes; one ONNX file holds at"
          + " most \(Self.maximumByteCount)")
    }
    try Files.write(to: path) { (output) throws(HewnError) in
      try message.write(to: output, from: file.source)
    }
    return message.byteCount
  }
}
