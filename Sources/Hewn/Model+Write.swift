internal import ONNXFormat

extension Model {
  /// Writes the model as plain dense ONNX, which other tools open: the file's graph, names, metadata
  /// and operator sets, with every tensor dense and inside the file.
  ///
  /// Initializers that lay in other files or in sparse form are put in place. The file appears whole
  /// or not at all; what was there before is replaced.
  ///
  /// - Parameters:
  ///   - path: the file to write; none of the files that the model was read from.
  ///   - tensors: other elements for initializers, by name, of the same types and shapes.
  /// - Returns: the size of the file.
  /// - Throws: ``HewnError``: `invalidArgument` for tensors or a path that do not fit and for a plan
  ///   file, `unsupported` for what one ONNX file cannot hold, 2 GiB or more; `io`.
  @discardableResult
  public func write(to path: String, replacing tensors: [String: Tensor] = [:]) throws -> Int {
    guard case .network(let file) = source else {
      throw HewnError(
        .invalidArgument,
        "\(summary.planFile ?? "the model") is a plan file; give the ONNX model that it was compiled"
          + " from")
    }
    return try rethrowing(of: file.fileName) {
      try file.write(to: path, replacing: tensors.mapValues(\.core))
    }
  }
}
