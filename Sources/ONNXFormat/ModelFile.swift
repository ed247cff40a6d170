internal import Tensors

/// The file that a model was read from, kept open so that it can be written again.
struct ModelFile: Sendable {
  let source: ByteSource
  /// Where the model's other files lie; `nil` for a model that was read from bytes.
  let folder: String?
  /// What can be written differently.
  var parts = WritableParts()
  /// The other files that tensors were read from.
  var externalFiles: Set<FileIdentity> = []

  init(source: ByteSource, folder: String?) {
    self.source = source
    self.folder = folder
  }

  /// Reads tensors of the file, each call with the whole of its limits.
  func makeTensorReader() -> TensorReader {
    TensorReader(source, externalData: folder.map { ExternalData(folder: $0) })
  }

  /// - Throws: `invalidArgument` when `path` leads to one of the model's files: writing must not
  ///   destroy what it reads.
  func checkIsNoPart(_ path: String) throws(HewnError) {
    guard let identity = FileIdentity(path: path) else { return }
    if identity == source.identity {
      throw HewnError(.invalidArgument, "\(path) is the model itself; write to another file")
    }
    if externalFiles.contains(identity) {
      throw HewnError(.invalidArgument, "\(path) holds data of the model; write to another file")
    }
  }
}
