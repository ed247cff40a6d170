package import Tensors

/// A view of a tensor in the GPU's memory for copies of tiles by the tensor memory accelerator.
///
/// Kernels take its 128 bytes at a multiple of 64.
package struct TensorMap: Sendable {
  package static let byteCount = 128
  package static let alignment = 64

  /// `CUtensorMapDataType`
  package enum ElementType: Int32, CaseIterable, Sendable {
    case uint8 = 0
    case uint16 = 1
    case uint32 = 2
    case int32 = 3
    case uint64 = 4
    case float16 = 6
    case float32 = 7
    case bfloat16 = 9
    case tfloat32 = 11
  }

  /// `CUtensorMapSwizzle`: within how many bytes 16-byte chunks of shared memory change places.
  package enum Swizzle: Int32, CaseIterable, Sendable {
    case none = 0
    case bytes32 = 1
    case bytes64 = 2
    case bytes128 = 3
  }

  /// Extents in elements, innermost first.
  package struct Shape: Sendable {
    package var elementType: ElementType
    /// 1…5 extents of the tensor.
    package var extents: [Int]
    /// The bytes from one element to the next along all dimensions but the first, multiples of 16.
    package var byteStrides: [Int]
    /// Extents of a tile, at most 256 each.
    package var box: [Int]
    /// Of a tile's elements along each dimension one in so many is copied.
    package var elementStrides: [Int]
    package var swizzle: Swizzle

    package init(
      _ elementType: ElementType, extents: [Int], byteStrides: [Int], box: [Int],
      elementStrides: [Int]? = nil, swizzle: Swizzle = .none
    ) {
      self.elementType = elementType
      self.extents = extents
      self.byteStrides = byteStrides
      self.box = box
      self.elementStrides = elementStrides ?? extents.map { _ in 1 }
      self.swizzle = swizzle
    }
  }

  /// `CU_TENSOR_MAP_L2_PROMOTION_L2_128B`
  private static let promotion: Int32 = 2

  /// The map as the hardware reads it.
  package let bytes: [UInt8]

  /// Describes a tensor in a buffer, from `offset` on. Elements outside of it are read as 0.
  ///
  /// - Throws: `unsupported` when the driver does not know such maps, `internal` when it refuses
  ///   the shape.
  package init(
    of shape: Shape, in buffer: borrowing Buffer, at offset: Int = 0, context: Context
  ) throws(HewnError) {
    try self.init(of: shape, at: buffer.address(of: 0, at: offset), context: context)
  }

  /// Describes a tensor at an address, which the driver does not look up: that it lies in a buffer is the
  /// caller's to know.
  ///
  /// - Throws: as ``init(of:in:at:context:)``.
  package init(of shape: Shape, at address: UInt64, context: Context) throws(HewnError) {
    guard let function = context.functions.tensorMapEncodeTiled else {
      throw HewnError(
        .unsupported,
        "the CUDA driver has no cuTensorMapEncodeTiled: install NVIDIA's driver"
          + " \(Driver.oldestRelease) or newer")
    }
    let rank = shape.extents.count
    let extents = shape.extents.compactMap { UInt64(exactly: $0) }
    let strides = shape.byteStrides.compactMap { UInt64(exactly: $0) }
    let box = shape.box.compactMap { UInt32(exactly: $0) }
    let steps = shape.elementStrides.compactMap { UInt32(exactly: $0) }
    guard
      (1...5).contains(rank), extents.count == rank, strides.count == rank - 1, box.count == rank,
      steps.count == rank, strides.count == shape.byteStrides.count, box.count == shape.box.count,
      steps.count == shape.elementStrides.count
    else { throw HewnError(.internal, "\(shape) is not the shape of a tensor map") }
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Self.byteCount, alignment: Self.alignment)
    defer { memory.deallocate() }
    try context.check(function) { encode in
      encode(
        memory.baseAddress, shape.elementType.rawValue, UInt32(rank),
        UnsafeMutableRawPointer(bitPattern: UInt(address)), extents, strides, box, steps, 0,
        shape.swizzle.rawValue, Self.promotion, 0)
    }
    bytes = Array(memory)
  }
}
