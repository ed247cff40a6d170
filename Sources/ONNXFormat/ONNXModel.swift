package import Graphs
package import Tensors

/// An ONNX file as a template of Hewn's own operators, and what the file says about itself.
package struct ONNXModel: Sendable {
  package var template: GraphTemplate
  /// The version of the standard operator set.
  package var opset: Int
  package var irVersion: Int
  /// The name and version of the tool that wrote the file; may be empty.
  package var producer: String
  package var metadata: [String: String]
  package var fileByteCount: Int
  package var fileName: String
  /// What the model was read from.
  let file: ModelFile

  /// The versions of the standard operator set that Hewn reads.
  package static let opsets = 6...27
  /// The greatest version of the file format itself that Hewn reads.
  package static let maximumIRVersion = 13
  /// The greatest file that Hewn reads: what one protocol buffer may hold, 2 GiB less one byte.
  package static let maximumByteCount = Int(Int32.max)
  /// The greatest number of nodes that Hewn reads.
  package static let maximumNodeCount = 1_000_000

  /// The operator types that Hewn imports, in at least one operator set.
  package static var operatorTypes: [String] { ImporterTable.importers.keys.sorted() }

  /// Reads a model file, and the files below its folder that hold external data.
  ///
  /// - Throws: `io` for a file that cannot be read, otherwise what `read(bytes:fileName:)` throws.
  package static func read(contentsOf path: String) throws(HewnError) -> ONNXModel {
    let source = try Files.source(of: path, limit: maximumByteCount)
    let name =
      path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? path
    let folder = String(path.dropLast(name.count))
    do {
      return try read(
        ModelFile(source: source, folder: folder.isEmpty ? "." : folder), name: name)
    } catch {
      throw error.of(file: path)
    }
  }

  /// Reads a model from the bytes of a file.
  ///
  /// - Throws: `invalidFile` for bytes that are no valid ONNX model, `unsupported` for a valid
  ///   model that uses what Hewn lacks: one error lists all unsupported operators.
  package static func read(
    bytes: [UInt8], fileName: String = "model"
  ) throws(HewnError) -> ONNXModel {
    do throws(HewnError) {
      guard bytes.count <= maximumByteCount else {
        throw HewnError(.unsupported, "model files above 2 GiB are not supported")
      }
      return try read(ModelFile(source: .array(bytes), folder: nil), name: fileName)
    } catch {
      throw error.of(file: fileName)
    }
  }

  private static func read(
    _ file: ModelFile, name: String
  ) throws(HewnError) -> ONNXModel {
    let (proto, skeletonByteCount) = try ModelSkeleton.model(in: file.source)
    guard proto.hasGraph else {
      throw HewnError(.invalidFile, "not an ONNX model: it holds no graph")
    }
    guard proto.irVersion <= maximumIRVersion else {
      throw HewnError(
        .unsupported,
        "the file has IR version \(proto.irVersion), Hewn reads those up to \(maximumIRVersion);"
          + " export the model for an older version of ONNX")
    }
    let opset = try standardOpset(of: proto)
    guard proto.trainingInfo.isEmpty else {
      throw HewnError(
        .unsupported, "the model holds training information; export it for inference")
    }
    let tensors = file.makeTensorReader()
    let template = try GraphImport.template(
      of: proto.graph,
      nodes: try FunctionInliner.nodes(
        of: proto, opset: opset, skeletonByteCount: skeletonByteCount),
      fallbackName: name, tensors: tensors)
    var file = file
    file.parts = WritableParts(of: proto, opset: opset, constants: template.constants)
    file.externalFiles = tensors.externalFiles
    return ONNXModel(
      template: template,
      opset: opset,
      irVersion: Int(proto.irVersion),
      producer: [proto.producerName, proto.producerVersion].filter { !$0.isEmpty }
        .joined(separator: " "),
      metadata: Dictionary(
        proto.metadataProps.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last }),
      fileByteCount: file.source.byteCount,
      fileName: name,
      file: file)
  }

  /// The version of the standard operator set that the model asks for; of its functions, where it
  /// consists of calls alone.
  private static func standardOpset(of proto: ONNXModelProto) throws(HewnError) -> Int {
    if let version = try OperatorSets.standardVersion(in: proto.opsetImport, of: "the model") {
      try OperatorSets.checkSupport(of: version, by: "the model")
      return version
    }
    var versions: [Int] = []
    for function in proto.functions {
      versions += [try OperatorSets.standardVersion(in: function.opsetImport, of: function.name)]
        .compactMap { $0 }
    }
    if let version = versions.max() { return version }
    let others = proto.opsetImport.map(\.domain).joined(separator: ", ")
    throw HewnError(
      others.isEmpty ? .invalidFile : .unsupported,
      "the model does not say which version of the standard operator set it uses"
        + (others.isEmpty ? "" : ", only of \(others)"))
  }
}

/// A node of the file, and the version of the standard operator set that it is written in.
struct ModelNode {
  var proto: ONNXNodeProto
  var opset: Int
}
