internal import Tensors

extension Tensor {
  /// Decodes a tensor of the file: an initializer or the value of an attribute.
  ///
  /// - Parameters:
  ///   - name: how errors name the tensor.
  ///   - externalData: where elements outside the file are read; `nil` means that they are not.
  /// - Throws: `unsupported` for types that Hewn lacks, `invalidFile` when the elements do not fit
  ///   type and shape, and what reading external data throws.
  init(
    onnx proto: ONNXTensorProto, name: String, externalData: ExternalData? = nil
  ) throws(HewnError) {
    do {
      self = try Self.decode(proto, externalData)
    } catch {
      throw HewnError(error.code, "tensor \"\(name)\": \(error.message)", node: error.node)
    }
  }

  private static func decode(
    _ proto: ONNXTensorProto, _ externalData: ExternalData?
  ) throws(HewnError) -> Tensor {
    guard !proto.hasSegment else {
      throw HewnError(.unsupported, "tensors in segments are not supported")
    }
    let element = try ElementType(onnx: Int(proto.dataType))
    let type = TensorType(element, try Shape(checking: proto.dims.map { Int($0) }))
    switch proto.dataLocation {
    case .default: break
    case .external:
      guard let externalData else {
        throw HewnError(
          .unsupported,
          "its data lies in another file, which is read only for initializers of a model that is"
            + " read by its path; save the model with all data inside")
      }
      return try externalData.tensor(type, entries: proto.externalData)
    case .UNRECOGNIZED(let number):
      throw HewnError(.invalidFile, "\(number) is not a location of data")
    }
    let payload = try Payload(of: proto, as: element)
    guard payload.byteCount == type.byteCount else {
      throw HewnError(
        .invalidFile,
        "\(type) takes \(type.byteCount) bytes, the file holds \(payload.byteCount)")
    }
    do {
      return try Tensor(type: type, initializingBytes: payload.write)
    } catch let error as HewnError {
      throw error
    } catch {
      throw HewnError(.internal, "\(error)")
    }
  }
}

/// The elements of one tensor as its file holds them.
private struct Payload {
  /// The bytes that the elements take in memory.
  let byteCount: Int
  let write: (UnsafeMutableRawBufferPointer) throws -> Void

  /// Finds the field that holds the elements.
  init(of proto: ONNXTensorProto, as element: ElementType) throws(HewnError) {
    let counts = [
      "raw_data": proto.rawData.count, "float_data": proto.floatData.count,
      "int32_data": proto.int32Data.count, "int64_data": proto.int64Data.count,
      "double_data": proto.doubleData.count, "uint64_data": proto.uint64Data.count,
    ]
    let used = counts.filter { $0.value > 0 }.keys.sorted()
    guard used.count <= 1 else {
      throw HewnError(.invalidFile, "data in several fields: \(used.joined(separator: ", "))")
    }
    let field = Self.listField(for: element)
    switch used.first ?? field {
    case "raw_data": self = Self.raw(proto, as: element)
    case field: self = Self.list(proto, as: element)
    case let other:
      throw HewnError(.invalidFile, "\(element) elements cannot lie in \(other)")
    }
  }

  private init(byteCount: Int, write: @escaping (UnsafeMutableRawBufferPointer) throws -> Void) {
    self.byteCount = byteCount
    self.write = write
  }

  /// The list that holds elements of a type that are not raw.
  private static func listField(for element: ElementType) -> String {
    switch element {
    case .float32: "float_data"
    case .float64: "double_data"
    case .int64: "int64_data"
    case .uint32, .uint64: "uint64_data"
    case .int8, .int16, .int32, .uint8, .uint16, .bool, .float16, .bfloat16: "int32_data"
    }
  }

  private static func raw(_ proto: ONNXTensorProto, as element: ElementType) -> Payload {
    let data = proto.rawData
    return Payload(byteCount: data.count) { bytes in
      data.withUnsafeBytes { bytes.copyMemory(from: $0) }
      if element == .bool { bytes.normalizeBooleans() }
    }
  }

  private static func list(_ proto: ONNXTensorProto, as element: ElementType) -> Payload {
    switch element {
    case .float32: copying(proto.floatData)
    case .float64: copying(proto.doubleData)
    case .int64: copying(proto.int64Data)
    case .uint64: copying(proto.uint64Data)
    case .uint32: narrowing(proto.uint64Data, to: UInt32.self)
    case .int32: copying(proto.int32Data)
    case .int8: narrowing(proto.int32Data, to: Int8.self)
    case .int16: narrowing(proto.int32Data, to: Int16.self)
    case .uint8: narrowing(proto.int32Data, to: UInt8.self)
    case .uint16, .float16, .bfloat16: narrowing(proto.int32Data, to: UInt16.self)
    case .bool: narrowing(proto.int32Data.map { $0 == 0 ? 0 : 1 }, to: UInt8.self)
    }
  }

  private static func copying<Element: BitwiseCopyable>(_ elements: [Element]) -> Payload {
    Payload(byteCount: elements.count * MemoryLayout<Element>.stride) { bytes in
      elements.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }
  }

  private static func narrowing<Wide: FixedWidthInteger, Narrow: FixedWidthInteger>(
    _ elements: [Wide], to _: Narrow.Type
  ) -> Payload {
    Payload(byteCount: elements.count * MemoryLayout<Narrow>.stride) { bytes in
      let target = bytes.assumingMemoryBound(to: Narrow.self)
      for (index, element) in elements.enumerated() {
        guard let narrow = Narrow(exactly: element) else {
          throw HewnError(.invalidFile, "element \(index), \(element), is out of range")
        }
        target[index] = narrow
      }
    }
  }
}
