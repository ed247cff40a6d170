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
    let bytes = try Files.read(path, limit: maximumByteCount)
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.count > 1 ? parts.dropLast().joined(separator: "/") + "/" : "."
    return try read(
      bytes, fileName: parts.last.map(String.init) ?? path,
      externalData: ExternalData(folder: folder))
  }

  /// Reads a model from the bytes of a file.
  ///
  /// - Throws: `invalidFile` for bytes that are no valid ONNX model, `unsupported` for a valid
  ///   model that uses what Hewn lacks: one error lists all unsupported operators.
  package static func read(
    bytes: [UInt8], fileName: String = "model"
  ) throws(HewnError) -> ONNXModel {
    try read(bytes, fileName: fileName, externalData: nil)
  }

  private static func read(
    _ bytes: [UInt8], fileName: String, externalData: ExternalData?
  ) throws(HewnError) -> ONNXModel {
    guard bytes.count <= maximumByteCount else {
      throw HewnError(.unsupported, "model files above 2 GiB are not supported")
    }
    try FieldCount.check(bytes)
    let proto = try decode(bytes)
    guard proto.irVersion <= maximumIRVersion else {
      throw HewnError(
        .unsupported,
        "the file has IR version \(proto.irVersion), Hewn reads those up to \(maximumIRVersion);"
          + " export the model for an older version of ONNX")
    }
    let opset = try standardOpset(of: proto)
    try rejectExtensions(of: proto)
    return ONNXModel(
      template: try GraphImport.template(
        of: proto.graph, opset: opset, fallbackName: fileName, externalData: externalData),
      opset: opset,
      irVersion: Int(proto.irVersion),
      producer: [proto.producerName, proto.producerVersion].filter { !$0.isEmpty }
        .joined(separator: " "),
      metadata: Dictionary(
        proto.metadataProps.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last }),
      fileByteCount: bytes.count,
      fileName: fileName)
  }

  private static func decode(_ bytes: [UInt8]) throws(HewnError) -> ONNXModelProto {
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    options.messageDepthLimit = 16
    let proto: ONNXModelProto
    do {
      proto = try ONNXModelProto(serializedBytes: bytes, options: options)
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

  /// The version of the standard operator set that the model asks for.
  private static func standardOpset(of proto: ONNXModelProto) throws(HewnError) -> Int {
    let versions = Set(proto.opsetImport.filter { isStandardDomain($0.domain) }.map(\.version))
    guard let version = versions.first else {
      let others = proto.opsetImport.map(\.domain).joined(separator: ", ")
      throw HewnError(
        others.isEmpty ? .invalidFile : .unsupported,
        "the model does not say which version of the standard operator set it uses"
          + (others.isEmpty ? "" : ", only of \(others)"))
    }
    guard versions.count == 1 else {
      throw HewnError(
        .invalidFile, "the model names several operator set versions: \(versions.sorted())")
    }
    guard opsets.contains(Int(version)) else {
      throw HewnError(
        .unsupported,
        "the model uses ONNX operator set \(version), Hewn reads \(opsets.lowerBound) to"
          + " \(opsets.upperBound); convert it with onnx.version_converter or export it again")
    }
    return Int(version)
  }

  static func isStandardDomain(_ domain: String) -> Bool { domain.isEmpty || domain == "ai.onnx" }

  private static func rejectExtensions(of proto: ONNXModelProto) throws(HewnError) {
    if let function = proto.functions.first {
      throw HewnError(
        .unsupported,
        "the model defines operators of its own (\(proto.functions.count), the first is"
          + " \(function.name)); inline them, for example with onnx.inliner")
    }
    guard proto.trainingInfo.isEmpty else {
      throw HewnError(
        .unsupported, "the model holds training information; export it for inference")
    }
    if let sparse = proto.graph.sparseInitializer.first {
      throw HewnError(
        .unsupported,
        "initializer \"\(sparse.values.name)\" is stored in sparse form; store it dense, its zeros"
          + " are found all the same")
    }
  }
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
