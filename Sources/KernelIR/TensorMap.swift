/// How a bulk copy finds boxes of a tensor in global memory (tiled mode).
///
/// Dimension 0 is the innermost, whose elements are neighbours. The rules are those of
/// `cuTensorMapEncodeTiled` (CUDA driver API, "Tensor Map Object Management") without interleaving.
/// As in the driver, strides may be such that elements overlap.
package struct TensorMap: Hashable, Sendable {
  package enum ElementType: String, CaseIterable, Hashable, Sendable {
    case f16, bf16, f32, tf32, s32, u8, u16, u32, u64

    package var byteCount: Int {
      switch self {
      case .u8: 1
      case .f16, .bf16, .u16: 2
      case .f32, .tf32, .s32, .u32: 4
      case .u64: 8
      }
    }
  }

  package var type: ElementType
  /// Where the tensor begins in global memory.
  package var address: UInt64
  /// Elements along each of 1…5 dimensions.
  package var extents: [Int]
  /// Bytes from an element to the next along dimensions 1….
  package var byteStrides: [Int]
  /// Elements that a box spans along each dimension.
  package var box: [Int]
  /// Of a box's elements along dimension d every `elementStrides[d]`th is copied; that of dimension
  /// 0 is ignored.
  package var elementStrides: [Int]
  package var swizzle: Swizzle

  package init(
    _ type: ElementType, address: UInt64, extents: [Int], byteStrides: [Int], box: [Int],
    elementStrides: [Int]? = nil, swizzle: Swizzle = .none
  ) {
    self.type = type
    self.address = address
    self.extents = extents
    self.byteStrides = byteStrides
    self.box = box
    self.elementStrides = elementStrides ?? extents.map { _ in 1 }
    self.swizzle = swizzle
  }

  package var dimensionCount: Int { extents.count }

  /// Elements copied along each dimension.
  package var copiedCounts: [Int] {
    box.indices.map { $0 == 0 ? box[0] : (box[$0] + elementStrides[$0] - 1) / elementStrides[$0] }
  }

  /// Bytes of a box in shared memory, also those that lie outside of the tensor: what the barrier
  /// counts.
  package var boxByteCount: Int { copiedCounts.reduce(type.byteCount, *) }

  /// Bytes from a row of the box to the next in shared memory: a row that is swizzled has the
  /// swizzle's width, also where the box is narrower (CUDA programming guide, "Swizzle": memory is
  /// needed for the full width).
  package var sharedRowByteCount: Int {
    swizzle == .none ? box[0] * type.byteCount : swizzle.rawValue
  }

  /// Bytes of shared memory that a box takes.
  package var sharedByteCount: Int { copiedCounts.dropFirst().reduce(sharedRowByteCount, *) }

  /// What the box's address in shared memory must be a multiple of.
  package var sharedAlignment: Int { swizzle == .none ? 128 : max(128, swizzle.periodByteCount) }

  /// What is wrong with the map, `nil` if the driver takes it.
  package var fault: String? {
    guard (1...5).contains(extents.count) else {
      return "a tensor map has 1 to 5 dimensions, not \(extents.count)"
    }
    let count = extents.count
    guard byteStrides.count == count - 1, box.count == count, elementStrides.count == count else {
      return
        "a tensor map of \(count) dimensions has \(count - 1) strides, \(count) box extents and"
        + " \(count) element strides"
    }
    if address % 16 != 0 { return "the tensor's address \(address) is no multiple of 16" }
    if let extent = extents.first(where: { !(1...1 << 32).contains($0) }) {
      return "the extent \(extent) is not within 1…2³²"
    }
    if let stride = byteStrides.first(where: { $0 % 16 != 0 || !(0..<1 << 40).contains($0) }) {
      return "the stride of \(stride) bytes is no multiple of 16 below 2⁴⁰"
    }
    if let extent = box.first(where: { !(1...256).contains($0) }) {
      return "the box extent \(extent) is not within 1…256"
    }
    if let stride = elementStrides.first(where: { !(1...8).contains($0) }) {
      return "the element stride \(stride) is not within 1…8"
    }
    let rowByteCount = box[0] * type.byteCount
    if rowByteCount % 16 != 0 {
      return "a row of the box has \(rowByteCount) bytes, no multiple of 16"
    }
    if swizzle != .none, rowByteCount > swizzle.rawValue {
      return "a row of the box has \(rowByteCount) bytes, more than the \(swizzle.rawValue)"
        + " within which rows are swizzled"
    }
    return nil
  }
}

// MARK: The emulator's encoding

/// The 128 bytes that stand for a map in a parameter struct on the emulator. The driver's are
/// opaque.
extension TensorMap {
  package static let encodedByteCount = 128
  /// What the address of a map in global memory is a multiple of (`CUtensorMap`).
  package static let alignment = 64
  private static let magic: UInt64 = 0x5041_4d4e_5745_4801

  /// The map as sixteen words.
  package var encoded: [UInt64] {
    var words = [UInt64](repeating: 0, count: 16)
    words[0] = Self.magic
    words[1] = address
    let typeIndex = ElementType.allCases.firstIndex(of: type) ?? 0
    words[2] = UInt64(typeIndex) | UInt64(extents.count) << 8 | UInt64(swizzle.rawValue) << 16
    for dimension in extents.indices {
      words[3 + dimension] =
        UInt64(box[dimension]) | UInt64(elementStrides[dimension]) << 16
        | UInt64(extents[dimension]) << 24
      if dimension > 0 { words[8 + dimension] = UInt64(byteStrides[dimension - 1]) }
    }
    return words
  }

  /// The map that sixteen words stand for, `nil` if they are none.
  package init?(encoded words: [UInt64]) {
    guard words.count == 16, words[0] == Self.magic else { return nil }
    let (typeIndex, count) = (Int(words[2] & 0xff), Int(words[2] >> 8 & 0xff))
    guard ElementType.allCases.indices.contains(typeIndex), (1...5).contains(count),
      let swizzle = Swizzle(rawValue: Int(words[2] >> 16 & 0xff))
    else { return nil }
    self.init(
      ElementType.allCases[typeIndex], address: words[1],
      extents: (0..<count).map { Int(words[3 + $0] >> 24) },
      byteStrides: (1..<count).map { Int(words[8 + $0] & 0xff_ffff_ffff) },
      box: (0..<count).map { Int(words[3 + $0] & 0xffff) },
      elementStrides: (0..<count).map { Int(words[3 + $0] >> 16 & 0xff) }, swizzle: swizzle)
    guard fault == nil else { return nil }
  }
}
