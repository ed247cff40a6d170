internal import Tensors

/// Turns the tensors of one file into tensors in memory, wherever their elements lie.
///
/// What a file can make this allocate is bounded: elements that are stored take what they take in
/// the file, packed numbers eight times that at most; each may be read more than once, as the body
/// of a function is, but only up to a limit. Tensors in sparse form have a limit of their own.
final class TensorReader {
  private let source: ByteSource
  private let externalData: ExternalData?
  /// Bytes that tensors of the file may still take.
  private var budget: Int
  /// Bytes that tensors stored in sparse form may still take when they are dense.
  private var denseBudget: Int

  /// What a file of any size may take.
  private static let smallBudget = 64 << 20
  /// How many times the file's size its tensors may take together.
  private static let maximumGrowth = 16
  /// How many times the size of the files read tensors in sparse form may take together.
  static let maximumDenseGrowth = 1024

  /// - Parameters:
  ///   - source: the model file.
  ///   - externalData: where elements outside the file are read; `nil` means that they are not.
  init(_ source: ByteSource, externalData: ExternalData?) {
    self.source = source
    self.externalData = externalData
    budget = max(Self.smallBudget, Self.maximumGrowth * source.byteCount)
    denseBudget = max(Self.smallBudget, Self.maximumDenseGrowth * source.byteCount)
  }

  /// The other files that tensors were read from.
  var externalFiles: Set<FileIdentity> { externalData?.files ?? [] }

  /// Reads an initializer or the value of an attribute.
  ///
  /// - Parameter name: how errors name the tensor.
  /// - Throws: `unsupported` for types that Hewn lacks and sizes beyond the limits, `invalidFile`
  ///   when the elements do not fit type and shape, and what reading external data throws.
  func tensor(_ proto: ONNXTensorProto, name: String) throws(HewnError) -> Tensor {
    do {
      return try read(proto)
    } catch {
      throw HewnError(error.code, "tensor \"\(name)\": \(error.message)", node: error.node)
    }
  }

  /// Reads a tensor in sparse form and makes it dense.
  ///
  /// - Throws: as ``tensor(_:name:)``, and `invalidFile` for indices that are not ascending or do
  ///   not lie in the shape.
  func tensor(_ proto: ONNXSparseTensorProto, name: String) throws(HewnError) -> Tensor {
    do throws(HewnError) {
      let type = TensorType(
        try ElementType(onnx: Int(proto.values.dataType)),
        try Shape(checking: proto.dims.map { Int($0) }))
      try SparseElements.checkCounts(proto, dense: type.shape)
      let elements = try SparseElements(
        values: try read(proto.values), indices: try read(proto.indices), shape: type.shape)
      guard type.byteCount <= denseBudget else {
        throw HewnError(
          .unsupported,
          "it takes \(type.byteCount) bytes when dense; tensors in sparse form may take"
            + " \(Self.maximumDenseGrowth) times the size of the file in all, or"
            + " \(Self.smallBudget >> 20) MiB")
      }
      denseBudget -= type.byteCount
      return try elements.dense()
    } catch {
      throw HewnError(error.code, "sparse tensor \"\(name)\": \(error.message)", node: error.node)
    }
  }

  private func read(_ proto: ONNXTensorProto) throws(HewnError) -> Tensor {
    guard !proto.hasSegment else {
      throw HewnError(.unsupported, "tensors in segments are not supported")
    }
    let element = try ElementType(onnx: Int(proto.dataType))
    let type = TensorType(element, try Shape(checking: proto.dims.map { Int($0) }))
    switch proto.dataLocation {
    case .default: break
    case .external: return try readExternal(proto, as: type)
    case .UNRECOGNIZED(let number):
      throw HewnError(.invalidFile, "\(number) is not a location of data")
    }
    let payload = try TensorPayload(of: proto, as: type, in: source)
    guard type.byteCount <= budget else {
      throw HewnError(
        .unsupported,
        "the tensors of the file take more than \(Self.maximumGrowth) times its size")
    }
    budget -= type.byteCount
    return try Tensor.reading(type) { (bytes) throws(HewnError) in
      try payload.write(bytes)
      if element == .bool { bytes.normalizeBooleans() }
    }
  }

  private func readExternal(
    _ proto: ONNXTensorProto, as type: TensorType
  ) throws(HewnError) -> Tensor {
    guard let externalData else {
      throw HewnError(
        .unsupported,
        "its data lies in another file, which is read only for a model that is read by its path;"
          + " save the model with all data inside")
    }
    let tensor = try externalData.tensor(type, entries: proto.externalData)
    let (growth, overflow) = type.byteCount.multipliedReportingOverflow(by: Self.maximumDenseGrowth)
    denseBudget = overflow ? .max : max(denseBudget, denseBudget &+ growth)
    return tensor
  }
}

extension Tensor {
  /// Makes a tensor whose bytes are written by `body`.
  ///
  /// - Throws: `outOfMemory`, or what `body` throws.
  static func reading(
    _ type: TensorType, _ body: (UnsafeMutableRawBufferPointer) throws(HewnError) -> Void
  ) throws(HewnError) -> Tensor {
    do {
      return try Tensor(type: type, initializingBytes: body)
    } catch let error as HewnError {
      throw error
    } catch {
      throw HewnError(.internal, "\(error)")
    }
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Turns every non-zero byte into 1: any other bit pattern is no valid `Bool`.
  func normalizeBooleans() {
    for index in indices where self[index] != 0 { self[index] = 1 }
  }
}
