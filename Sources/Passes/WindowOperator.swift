internal import Graphs
internal import Tensors

/// An operator that slides a window over its first input and can pad it.
protocol WindowOperator: Operator {
  /// - Parameter shapes: those of the inputs.
  func resolvedWindow(for shapes: [Shape]) throws -> WindowGeometry

  /// Why further padding of the window would differ from padding the input with `value`; `nil`
  /// where it has the same effect. The reason follows on the operator's name.
  ///
  /// - Parameter isNonNegative: whether the input holds no negative element for certain.
  func obstacleToPadding(
    with value: Double, own: WindowGeometry, isNonNegative: Bool
  ) -> String?

  /// What the padding must stay below, along each spatial axis.
  func exclusivePadLimits(_ own: WindowGeometry) -> [Int]

  mutating func pad(begin: [Int], end: [Int])
}

extension Conv: WindowOperator {
  func resolvedWindow(for shapes: [Shape]) throws -> WindowGeometry {
    try geometry(input: shapes[0], weight: shapes[1])
  }

  func obstacleToPadding(
    with value: Double, own: WindowGeometry, isNonNegative: Bool
  ) -> String? {
    value == 0 ? nil : "pads with 0, not \(value)"
  }

  func exclusivePadLimits(_ own: WindowGeometry) -> [Int] {
    own.kernel.map { _ in WindowGeometry.attributeLimit }
  }

  mutating func pad(begin: [Int], end: [Int]) { padding = .explicit(begin: begin, end: end) }
}

extension AveragePool: WindowOperator {
  func resolvedWindow(for shapes: [Shape]) throws -> WindowGeometry {
    try window.geometry(input: shapes[0])
  }

  func obstacleToPadding(
    with value: Double, own: WindowGeometry, isNonNegative: Bool
  ) -> String? {
    if value != 0 { return "pads with 0, not \(value)" }
    if window.roundsUp { return "rounds its output extents up" }
    return countsPadding || own.isUnpadded ? nil : "does not count its own padding"
  }

  func exclusivePadLimits(_ own: WindowGeometry) -> [Int] { own.kernel }

  mutating func pad(begin: [Int], end: [Int]) {
    window.padding = .explicit(begin: begin, end: end)
    // The zeros that the window takes over counted as elements.
    countsPadding = true
  }
}

extension MaxPool: WindowOperator {
  func resolvedWindow(for shapes: [Shape]) throws -> WindowGeometry {
    try window.geometry(input: shapes[0])
  }

  func obstacleToPadding(
    with value: Double, own: WindowGeometry, isNonNegative: Bool
  ) -> String? {
    if window.roundsUp { return "rounds its output extents up" }
    if indices != nil { return "gives indices into its input" }
    // Among elements that are not negative, zeros are never greater. With dilation a window could
    // hold nothing but zeros.
    let isHarmless = value == 0 && isNonNegative && own.dilations.allSatisfy { $0 == 1 }
    return value == -.infinity || isHarmless ? nil : "pads with −∞, not \(value)"
  }

  func exclusivePadLimits(_ own: WindowGeometry) -> [Int] { own.kernel }

  mutating func pad(begin: [Int], end: [Int]) {
    window.padding = .explicit(begin: begin, end: end)
  }
}
