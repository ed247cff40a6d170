internal import Tensors

extension ElementType {
  /// The element type of a number in an ONNX file.
  ///
  /// - Throws: `unsupported` for types that Hewn lacks, `invalidFile` for numbers without a type.
  init(onnx number: Int) throws(HewnError) {
    guard let element = Self.allCases.first(where: { $0.onnxNumber == number }) else {
      guard let name = Self.unsupportedNames[number] else {
        throw HewnError(.invalidFile, "\(number) is not an element type")
      }
      throw HewnError(.unsupported, "element type \(name) is not supported")
    }
    self = element
  }

  /// The number that stands for the type in an ONNX file.
  var onnxNumber: Int {
    switch self {
    case .float32: 1
    case .uint8: 2
    case .int8: 3
    case .uint16: 4
    case .int16: 5
    case .int32: 6
    case .int64: 7
    case .bool: 9
    case .float16: 10
    case .float64: 11
    case .uint32: 12
    case .uint64: 13
    case .bfloat16: 16
    }
  }

  private static let unsupportedNames = [
    8: "string", 14: "complex64", 15: "complex128", 17: "float8e4m3fn", 18: "float8e4m3fnuz",
    19: "float8e5m2", 20: "float8e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4e2m1",
    24: "float8e8m0", 25: "uint2", 26: "int2",
  ]
}
