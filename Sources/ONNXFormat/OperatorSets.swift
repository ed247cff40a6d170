internal import Tensors

/// Which version of the standard operators a model or a function is written in.
enum OperatorSets {
  static func isStandardDomain(_ domain: String) -> Bool { domain.isEmpty || domain == "ai.onnx" }

  /// The version of the standard operator set; `nil` where none is named.
  ///
  /// - Parameter owner: what names it, for errors.
  /// - Throws: `invalidFile` for several versions.
  static func standardVersion(
    in imports: [ONNXOperatorSetIdProto], of owner: String
  ) throws(HewnError) -> Int? {
    let versions = Set(imports.filter { isStandardDomain($0.domain) }.map(\.version))
    guard versions.count <= 1 else {
      throw HewnError(
        .invalidFile, "\(owner) names several operator set versions: \(versions.sorted())")
    }
    return versions.first.map { Int($0) }
  }

  /// - Throws: `unsupported` for a version that Hewn does not read.
  static func checkSupport(of version: Int, by owner: String) throws(HewnError) {
    let known = ONNXModel.opsets
    guard known.contains(version) else {
      throw HewnError(
        .unsupported,
        "\(owner) uses ONNX operator set \(version), Hewn reads \(known.lowerBound) to"
          + " \(known.upperBound); convert it with onnx.version_converter or export it again")
    }
  }
}
