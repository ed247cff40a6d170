internal import Tensors

/// The elements of one tensor as its file holds them.
///
/// They lie in one of six fields, each of which is in the skeleton or, where it is long, still in
/// the file.
struct TensorPayload {
  private enum Field: Int, CaseIterable {
    case floatData = 4
    case int32Data = 5
    case int64Data = 7
    case rawData = 9
    case doubleData = 10
    case uint64Data = 11

    var name: String {
      switch self {
      case .floatData: "float_data"
      case .int32Data: "int32_data"
      case .int64Data: "int64_data"
      case .rawData: "raw_data"
      case .doubleData: "double_data"
      case .uint64Data: "uint64_data"
      }
    }

    /// The list that holds elements of a type that are not raw.
    init(listing element: ElementType) {
      switch element {
      case .float32: self = .floatData
      case .float64: self = .doubleData
      case .int64: self = .int64Data
      case .uint32, .uint64: self = .uint64Data
      case .int8, .int16, .int32, .uint8, .uint16, .bool, .float16, .bfloat16: self = .int32Data
      }
    }
  }

  private let proto: ONNXTensorProto
  private let type: TensorType
  private let source: ByteSource
  private let field: Field

  /// Finds the field that holds the elements.
  ///
  /// - Throws: `invalidFile` when several do, or one that does not fit the type, or the number of
  ///   elements is not that of the shape. Numbers of packed lists are counted by ``write(_:)``.
  init(
    of proto: ONNXTensorProto, as type: TensorType, in source: ByteSource
  ) throws(HewnError) {
    self.proto = proto
    self.type = type
    self.source = source
    let isUsed: [Field: Bool] = [
      .rawData: !proto.rawData.isEmpty, .floatData: !proto.floatData.isEmpty,
      .int32Data: !proto.int32Data.isEmpty, .int64Data: !proto.int64Data.isEmpty,
      .doubleData: !proto.doubleData.isEmpty, .uint64Data: !proto.uint64Data.isEmpty,
    ]
    var used = isUsed.filter(\.value).map(\.key)
    for detached in proto.detached {
      guard let field = Field(rawValue: Int(detached.field)) else {
        throw HewnError(.internal, "field \(detached.field) is detached")
      }
      used.append(field)
    }
    guard used.count <= 1 else {
      throw HewnError(
        .invalidFile,
        "data in several fields: \(used.map(\.name).sorted().joined(separator: ", "))")
    }
    let list = Field(listing: type.element)
    field = used.first ?? list
    guard field == .rawData || field == list else {
      throw HewnError(.invalidFile, "\(type.element) elements cannot lie in \(field.name)")
    }
    try checkCount()
  }

  private func checkCount() throws(HewnError) {
    let byteCount: Int
    if let detached = proto.detached.first {
      byteCount = Int(detached.byteCount)
      switch field {
      case .rawData, .floatData, .doubleData: break
      case .int32Data, .int64Data, .uint64Data:
        // Each number takes one byte or more.
        guard byteCount < type.shape.elementCount else { return }
      }
    } else {
      let size = type.element.byteCount
      byteCount =
        switch field {
        case .rawData: proto.rawData.count
        case .floatData: proto.floatData.count * size
        case .int32Data: proto.int32Data.count * size
        case .int64Data: proto.int64Data.count * size
        case .doubleData: proto.doubleData.count * size
        case .uint64Data: proto.uint64Data.count * size
        }
    }
    guard byteCount == type.byteCount else { throw wrongCount(byteCount) }
  }

  private func wrongCount(_ byteCount: Int) -> HewnError {
    HewnError(
      .invalidFile, "\(type) takes \(type.byteCount) bytes, the file holds \(byteCount)")
  }

  /// Copies the elements.
  ///
  /// - Throws: `invalidFile` for numbers out of the type's range or another count of them, `io`.
  func write(_ bytes: UnsafeMutableRawBufferPointer) throws(HewnError) {
    let detached = proto.detached.first.map { Int($0.offset)..<Int($0.offset + $0.byteCount) }
    switch field {
    case .rawData:
      if let detached { return try source.read(into: bytes, at: detached.lowerBound) }
      proto.rawData.withUnsafeBytes { bytes.copyMemory(from: $0) }
    case .floatData:
      if let detached { return try source.read(into: bytes, at: detached.lowerBound) }
      proto.floatData.withUnsafeBytes { bytes.copyMemory(from: $0) }
    case .doubleData:
      if let detached { return try source.read(into: bytes, at: detached.lowerBound) }
      proto.doubleData.withUnsafeBytes { bytes.copyMemory(from: $0) }
    case .int32Data: try writeNumbers(proto.int32Data, detached, to: bytes)
    case .int64Data: try writeNumbers(proto.int64Data, detached, to: bytes)
    case .uint64Data: try writeNumbers(proto.uint64Data, detached, to: bytes)
    }
  }

  private func writeNumbers<Wide: FixedWidthInteger>(
    _ list: [Wide], _ detached: Range<Int>?, to bytes: UnsafeMutableRawBufferPointer
  ) throws(HewnError) {
    switch type.element {
    case .int8: try writeNumbers(list, detached, to: bytes, as: Int8.self)
    case .int16: try writeNumbers(list, detached, to: bytes, as: Int16.self)
    case .int32: try writeNumbers(list, detached, to: bytes, as: Int32.self)
    case .int64: try writeNumbers(list, detached, to: bytes, as: Int64.self)
    case .uint8: try writeNumbers(list, detached, to: bytes, as: UInt8.self)
    case .uint16, .float16, .bfloat16: try writeNumbers(list, detached, to: bytes, as: UInt16.self)
    case .uint32: try writeNumbers(list, detached, to: bytes, as: UInt32.self)
    case .uint64: try writeNumbers(list, detached, to: bytes, as: UInt64.self)
    case .bool: try writeNumbers(list, detached, to: bytes, as: UInt8.self)
    case .float32, .float64: throw HewnError(.internal, "\(type) as numbers")
    }
  }

  private func writeNumbers<Wide: FixedWidthInteger, Narrow: FixedWidthInteger>(
    _ list: [Wide], _ detached: Range<Int>?, to bytes: UnsafeMutableRawBufferPointer,
    as _: Narrow.Type
  ) throws(HewnError) {
    let target = bytes.bindMemory(to: Narrow.self)
    var count = 0
    func add(_ number: Wide) throws(HewnError) {
      guard count < target.count else {
        throw wrongCount((count + 1) * MemoryLayout<Narrow>.stride)
      }
      let stored = type.element == .bool && number != 0 ? 1 : number
      guard let narrow = Narrow(exactly: stored) else {
        throw HewnError(.invalidFile, "element \(count), \(number), is out of range")
      }
      target[count] = narrow
      count += 1
    }
    if let detached {
      var reader = WireReader(source).reader(for: detached)
      while let number = try reader.nextNumber() { try add(Wide(truncatingIfNeeded: number)) }
    } else {
      for number in list { try add(number) }
    }
    guard count == target.count else { throw wrongCount(count * MemoryLayout<Narrow>.stride) }
  }
}
