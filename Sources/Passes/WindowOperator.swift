internal import Graphs
internal import Tensors

/// An operator that slides a window over its first input and can pad it.
protocol WindowOperator: Operator {
  /// - Parameter shapes: those of the inputs.
  func resolvedWindow(for shapes: [Shape]) throws -> WindowGeometry

  /// Whether further padding of its own has the effect of padding the input with `value`.
  ///
  /// - Parameter isNonNegative: whether the input holds no negative element for certain.
  func canPad(with value: Double, own: WindowGeometry, isNonNegative: Bool) -> Bool

  /// What padding must stay below, along each spatial axis.
  func exclusivePadLimits(_ own: WindowGeometry) -> [Int]

  mutating func pad(begin: [Int], end: [Int])
}

extension Conv: WindowOperator {
  func resolvedWindow(for shapes: [Shape]) throws -> WindowGeometry {
    try geometry(input: shapes[0], weight: shapes[1])
  }

  func canPad(with value: Double, own: WindowGeometry, isNonNegative: Bool) -> Bool { value == 0 }

  func exclusivePadLimits(_ own: WindowGeometry) -> [Int] {
    own.kernel.map { _ in WindowGeometry.attributeLimit }
  }

  mutating func pad(begin: [Int], end: [Int]) { padding = .explicit(begin: begin, end: end) }
}

extension AveragePool: WindowOperator {
  func resolvedWindow(for shapes: [Shape]) throws -> WindowGeometry {
    try window.geometry(input: shapes[0])
  }

  func canPad(with value: Double, own: WindowGeometry, isNonNegative: Bool) -> Bool {
    value == 0 && (countsPadding || own.isUnpadded) && !window.roundsUp
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

  /// Zeros are no greater than what a window holds besides, as long as that is something.
  func canPad(with value: Double, own: WindowGeometry, isNonNegative: Bool) -> Bool {
    let alwaysHoldsElements = own.dilations.allSatisfy { $0 == 1 }
    return !window.roundsUp
      && (value == -.infinity || value == 0 && isNonNegative && alwaysHoldsElements)
  }

  func exclusivePadLimits(_ own: WindowGeometry) -> [Int] { own.kernel }

  mutating func pad(begin: [Int], end: [Int]) {
    window.padding = .explicit(begin: begin, end: end)
  }
}
