extension Operator {
  /// The operator's name with its fused parts, as `Conv+Add+Relu`.
  package var fusedName: String {
    var parts = [name]
    if let conv = self as? Conv, conv.addsResidual { parts.append("Add") }
    let activation =
      switch self {
      case let op as Conv: op.activation
      case let op as ConvTranspose: op.activation
      case let op as Gemm: op.activation
      case let op as Binary: op.activation
      default: Activation.identity
      }
    if activation != .identity { parts.append(activation.name) }
    return parts.joined(separator: "+")
  }
}
