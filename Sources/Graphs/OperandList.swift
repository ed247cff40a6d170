internal import Tensors

/// An operator's inputs with the names that ONNX gives them, so that errors can name them.
struct OperandList {
  private let operands: [Operand?]
  private let names: [String]

  /// - Throws: `invalidFile` for more inputs than names.
  init(_ operands: [Operand?], _ names: String...) throws(HewnError) {
    guard operands.count <= names.count else {
      throw HewnError(
        .invalidFile,
        "\(operands.count) inputs, expected at most \(names.count): "
          + names.joined(separator: ", "))
    }
    self.operands = operands
    self.names = names
  }

  /// The operand, or `nil` where it is left out.
  func optional(_ index: Int) -> Operand? { index < operands.count ? operands[index] : nil }

  /// - Throws: `invalidFile` where the operand is left out.
  func required(_ index: Int) throws(HewnError) -> Operand {
    guard let operand = optional(index) else {
      throw HewnError(.invalidFile, "input \(names[index]) is missing")
    }
    return operand
  }

  /// The elements of an integer operand of rank 0 or 1, which must be known at compile time.
  ///
  /// - Throws: `invalidFile` where it is left out or holds something else, `unsupported` where its
  ///   elements are not known.
  func integers(_ index: Int) throws(HewnError) -> [Int] {
    let operand = try required(index)
    guard operand.type.element == .int64 || operand.type.element == .int32 else {
      throw HewnError(
        .invalidFile, "input \(names[index]) is \(operand.type), expected int64 elements")
    }
    guard operand.shape.rank <= 1 else {
      throw HewnError(
        .invalidFile, "input \(names[index]) has shape \(operand.shape), expected one axis")
    }
    return try constant(index).integers()
  }

  /// As ``integers(_:)``, but `nil` where the operand is left out.
  func optionalIntegers(_ index: Int) throws(HewnError) -> [Int]? {
    optional(index) == nil ? nil : try integers(index)
  }

  /// The elements of an operand that must be known at compile time.
  ///
  /// - Throws: `invalidFile` where it is left out, `unsupported` where its elements are not known.
  func constant(_ index: Int) throws(HewnError) -> Tensor {
    let operand = try required(index)
    guard let constant = operand.constant else {
      throw HewnError(
        .unsupported,
        "input \(names[index]) is computed while the network runs; Hewn needs it to be constant")
    }
    return constant
  }

  /// A required operand of a floating-point type.
  func float(_ index: Int) throws(HewnError) -> Operand {
    let operand = try required(index)
    guard operand.type.element.isFloatingPoint else {
      throw HewnError(
        .invalidFile, "input \(names[index]) is \(operand.type), expected floating point")
    }
    return operand
  }

  /// A required operand of a floating-point or an integer type.
  func number(_ index: Int) throws(HewnError) -> Operand {
    let operand = try required(index)
    guard operand.type.element != .bool else {
      throw HewnError(.invalidFile, "input \(names[index]) is \(operand.type), expected numbers")
    }
    return operand
  }

  /// Checks that every given operand from `first` on has the element type of operand 0.
  func checkOneElementType(from first: Int = 1) throws(HewnError) {
    let element = try required(0).type.element
    for index in first..<max(first, operands.count) {
      guard let operand = operands[index], operand.type.element != element else { continue }
      throw HewnError(
        .invalidFile,
        "input \(names[index]) is \(operand.type), expected \(element.rawValue) as \(names[0])")
    }
  }
}
