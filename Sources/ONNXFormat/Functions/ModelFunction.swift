internal import SwiftProtobuf
internal import Tensors

/// A function that a model file defines.
struct ModelFunction {
  let proto: ONNXFunctionProto
  let key: FunctionKey
  /// What expanding a call takes, about: the body, and the longer names of its values.
  let byteCount: Int
  /// The version of the standard operator set that the body is written in, if it uses one.
  let opset: Int?

  /// - Throws: `invalidFile` for a function without a name, or with several operator set versions.
  init(_ proto: ONNXFunctionProto) throws(HewnError) {
    self.proto = proto
    key = FunctionKey(proto)
    guard !proto.name.isEmpty else { throw HewnError(.invalidFile, "a function has no name") }
    opset = try OperatorSets.standardVersion(
      in: proto.opsetImport, of: "function \(key.description)")
    do {
      byteCount = try proto.serializedData().count + 256 * (proto.node.count + 1)
    } catch {
      throw HewnError(.internal, "function \(key.description): \(error)")
    }
  }

  /// The operator set version that a node of the body is written in.
  ///
  /// - Throws: `unsupported` for a version that Hewn does not read, `invalidFile` where the function
  ///   does not say which it uses.
  func opset(for node: ONNXNodeProto) throws(HewnError) -> Int {
    guard OperatorSets.isStandardDomain(node.domain) else {
      return opset ?? ONNXModel.opsets.upperBound
    }
    guard let opset else {
      throw HewnError(
        .invalidFile,
        "the function does not say which version of the standard operator set it uses")
    }
    try OperatorSets.checkSupport(of: opset, by: "the function")
    return opset
  }
}
