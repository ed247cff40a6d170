package import Graphs
package import Tensors
internal import SwiftProtobuf

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
    return try read(
      source, fileName: name, externalData: ExternalData(folder: folder.isEmpty ? "." : folder))
  }

  /// Reads a model from the bytes of a file.
  ///
  /// - Throws: `invalidFile` for bytes that are no valid ONNX model, `unsupported` for a valid
  ///   model that uses what Hewn lacks: one error lists all unsupported operators.
  package static func read(
    bytes: [UInt8], fileName: String = "model"
  ) throws(HewnError) -> ONNXModel {
    guard bytes.count <= maximumByteCount else {
      throw HewnError(.unsupported, "model files above 2 GiB are not supported")
    }
    return try read(.array(bytes), fileName: fileName, externalData: nil)
  }

  private static func read(
    _ source: ByteSource, fileName: String, externalData: ExternalData?
  ) throws(HewnError) -> ONNXModel {
    let skeleton = try ModelSkeleton(source)
    let proto = try decode(skeleton)
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
    return ONNXModel(
      template: try GraphImport.template(
        of: proto.graph,
        nodes: try FunctionInliner.nodes(
          of: proto, opset: opset, skeletonByteCount: skeleton.bytes.count),
        fallbackName: fileName, tensors: TensorReader(source, externalData: externalData)),
      opset: opset,
      irVersion: Int(proto.irVersion),
      producer: [proto.producerName, proto.producerVersion].filter { !$0.isEmpty }
        .joined(separator: " "),
      metadata: Dictionary(
        proto.metadataProps.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last }),
      fileByteCount: source.byteCount,
      fileName: fileName)
  }

  private static func decode(_ skeleton: ModelSkeleton) throws(HewnError) -> ONNXModelProto {
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    options.messageDepthLimit = 16
    let proto: ONNXModelProto
    do {
      proto = try ONNXModelProto(serializedBytes: skeleton.bytes, options: options)
    } catch let error as BinaryDecodingError {
      throw HewnError(.invalidFile, "not an ONNX model: \(error.cause)")
    } catch {
      throw HewnError(.invalidFile, "not an ONNX model: \(error)")
    }
    guard proto.hasGraph else {
      throw HewnError(.invalidFile, "not an ONNX model: it holds no graph")
    }
    return proto
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

extension BinaryDecodingError {
  /// The defect in a few words.
  fileprivate var cause: String {
    switch self {
    case .truncated: "the data ends early"
    case .invalidUTF8: "a name is not valid UTF-8"
    case .messageDepthLimit: "messages are nested too deeply"
    default: "malformed protocol buffer"
    }
  }
}
