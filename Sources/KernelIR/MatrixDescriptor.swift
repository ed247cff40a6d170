/// How `wgmma` finds a matrix in shared memory.
///
/// Matrices consist of rows of 16 bytes, T values each (8 of 16 bits, 4 of tf32), along K (K-major)
/// or along M or N (MN-major, `transposes…` of ``WarpgroupShape``). With byte offsets L
/// (`leadingOffset`) and S (`strideOffset`), and W = 2, 4 or 8 rows of 16 bytes for the swizzles of
/// 32, 64 and 128 bytes, the value (i, k), where i counts along M or N, lies at
///
///     K-major, no swizzle    i mod 8 · 16 + i / 8 · S + k / T · L + k mod T · size
///     K-major, swizzled      i mod 8 · 16W + i / 8 · S + k · size
///     MN-major, no swizzle   i mod T · size + i / T · S + k mod 8 · 16 + k / 8 · L
///     MN-major, swizzled     i mod TW · size + i / TW · L + k mod 8 · 16W + k / 8 · S
///
/// bytes from the start. A swizzle then exchanges the rows of 16 bytes: it adds, bit by bit, the
/// address's bits from 7 on to those from 4 on: one bit for 32 bytes, two for 64, three for 128. A
/// matrix of more K than one instruction multiplies is stepped through by adding to the start, also
/// within a swizzled row.
///
/// Source: PTX ISA 8.5, 9.7.14.5.1 "Register Fragments and Shared Memory Matrix Layouts", canonical
/// layouts and "Matrix Descriptor Format".
package struct MatrixDescriptor: Hashable, Sendable {
  /// In shared memory, a multiple of 16 below 2¹⁸.
  package var start: Int
  /// Multiples of 16 below 2¹⁸.
  package var leadingOffset: Int
  package var strideOffset: Int
  /// Bits 7 to 9 of the address where the swizzle's pattern begins, 0 where that is a multiple of
  /// eight rows of 128 bytes.
  package var baseOffset: Int
  package var swizzle: Swizzle

  package init(
    start: Int, leadingOffset: Int = 16, strideOffset: Int, baseOffset: Int = 0,
    swizzle: Swizzle = .none
  ) {
    precondition(
      [start, leadingOffset, strideOffset].allSatisfy {
        $0 % 16 == 0 && (0..<1 << 18).contains($0)
      },
      "a descriptor's start and offsets are multiples of 16 below 2¹⁸")
    precondition((0..<8).contains(baseOffset), "a descriptor's base offset has 3 bits")
    self.start = start
    self.leadingOffset = leadingOffset
    self.strideOffset = strideOffset
    self.baseOffset = baseOffset
    self.swizzle = swizzle
  }

  /// The 64 bits of the operand.
  package var bits: UInt64 {
    UInt64(start >> 4) | UInt64(leadingOffset >> 4) << 16 | UInt64(strideOffset >> 4) << 32
      | UInt64(baseOffset) << 49 | swizzle.descriptorMode << 62
  }

  package init(bits: UInt64) {
    start = Int(bits & 0x3fff) << 4
    leadingOffset = Int(bits >> 16 & 0x3fff) << 4
    strideOffset = Int(bits >> 32 & 0x3fff) << 4
    baseOffset = Int(bits >> 49 & 7)
    swizzle = Swizzle(descriptorMode: bits >> 62)
  }

  /// The address of a value's 16-byte row within shared memory.
  ///
  /// - Parameters:
  ///   - i: the value's index along M or N; a multiple of T where the matrix is MN-major.
  ///   - k: its index along K; a multiple of T where the matrix is K-major.
  package func address(i: Int, k: Int, type: MatrixType, isMNMajor: Bool) -> Int {
    let rowValues = 16 / type.byteCount
    let width = swizzle.rowCount
    let offset =
      switch (isMNMajor, swizzle) {
      case (false, .none): i % 8 * 16 + i / 8 * strideOffset + k / rowValues * leadingOffset
      case (false, _): i % 8 * 16 * width + i / 8 * strideOffset + k * type.byteCount
      case (true, .none): i / rowValues * strideOffset + k % 8 * 16 + k / 8 * leadingOffset
      case (true, _):
        i % (rowValues * width) * type.byteCount + i / (rowValues * width) * leadingOffset
          + k % 8 * 16 * width + k / 8 * strideOffset
      }
    return swizzle.apply(to: start + offset, patternStart: baseOffset << 7)
  }
}

/// How rows of 16 bytes are exchanged in shared memory, so that columns of them lie in different
/// banks.
package enum Swizzle: Int, CaseIterable, Hashable, Sendable {
  /// The values are the bytes within which rows are exchanged.
  case none = 0
  case bytes32 = 32
  case bytes64 = 64
  case bytes128 = 128

  /// How many 16-byte rows are exchanged with one another.
  package var rowCount: Int { max(rawValue / 16, 1) }

  /// After how many bytes the pattern repeats.
  package var periodByteCount: Int { 8 * max(rawValue, 16) }

  /// Where the byte lies that without a swizzle would lie at an address of shared memory.
  ///
  /// - Parameter patternStart: an address where the pattern begins.
  package func apply(to address: Int, patternStart: Int = 0) -> Int {
    address ^ (((address - patternStart) >> 7) & (rowCount - 1)) << 4
  }

  fileprivate var descriptorMode: UInt64 {
    switch self {
    case .none: 0
    case .bytes128: 1
    case .bytes64: 2
    case .bytes32: 3
    }
  }

  fileprivate init(descriptorMode: UInt64) {
    self =
      switch descriptorMode {
      case 1: .bytes128
      case 2: .bytes64
      case 3: .bytes32
      default: .none
      }
  }
}
