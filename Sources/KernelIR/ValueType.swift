/// What a register holds, as the kernel language sees it.
package enum ValueType: String, CaseIterable, Hashable, Sendable {
  case predicate, f16, f16x2, bf16x2, f32, s32, u32, u64

  package var registerClass: RegisterClass {
    switch self {
    case .predicate: .predicate
    case .f16: .b16
    case .f16x2, .bf16x2, .s32, .u32: .b32
    case .f32: .f32
    case .u64: .b64
    }
  }

  /// Bytes in memory. Predicates have none.
  package var byteCount: Int { registerClass.byteCount }

  package var isFloat: Bool {
    switch self {
    case .f16, .f16x2, .bf16x2, .f32: true
    case .predicate, .s32, .u32, .u64: false
    }
  }

  package var isInteger: Bool { self == .s32 || self == .u32 || self == .u64 }
}

/// The classes of virtual registers that PTX declares: `.pred`, `.b16`, `.b32`, `.f32`, `.b64`.
///
/// An f32 register is as wide as a b32 one and may stand wherever bits are moved, not computed with.
package enum RegisterClass: UInt8, CaseIterable, Hashable, Sendable {
  case predicate, b16, b32, f32, b64

  package var byteCount: Int {
    switch self {
    case .predicate: 0
    case .b16: 2
    case .b32, .f32: 4
    case .b64: 8
    }
  }
}

/// A virtual register: the `index`th of its class in a kernel.
package struct Register: Hashable, Sendable {
  package var `class`: RegisterClass
  package var index: Int

  package init(_ class: RegisterClass, _ index: Int) {
    self.class = `class`
    self.index = index
  }
}
