/// A variable of a module.
enum Variable {
  /// The block's shared memory, whose size is given at the launch.
  case shared
  case constants(ConstantArray)
}

/// An array of constant memory.
struct ConstantArray {
  var alignment: Int
  var bytes: [UInt8]

  /// What constant memory holds (ISA, "Constant State Space").
  static let byteLimit = 64 << 10
}

/// A kernel's one parameter, an array of bytes.
struct ParameterSyntax {
  var name: String
  var byteCount: Int
  var alignment: Int

  /// What parameters may take from PTX 8.1 on.
  static let byteLimit = 32_764
}

/// A type of the elements of a variable.
struct ElementType {
  enum Kind {
    case bits, unsigned, signed, float
  }

  var kind: Kind
  var byteCount: Int

  init?(_ name: String) {
    switch name {
    case "b8": self.init(.bits, 1)
    case "u8": self.init(.unsigned, 1)
    case "s8": self.init(.signed, 1)
    case "b16": self.init(.bits, 2)
    case "u16": self.init(.unsigned, 2)
    case "s16": self.init(.signed, 2)
    case "b32": self.init(.bits, 4)
    case "u32": self.init(.unsigned, 4)
    case "s32": self.init(.signed, 4)
    case "f32": self.init(.float, 4)
    case "b64": self.init(.bits, 8)
    case "u64": self.init(.unsigned, 8)
    case "s64": self.init(.signed, 8)
    default: return nil
    }
  }

  private init(_ kind: Kind, _ byteCount: Int) {
    self.kind = kind
    self.byteCount = byteCount
  }

  /// The bits of an element's constant; `nil` where it is none of this type.
  func bits(of literal: Literal) -> UInt64? {
    switch (kind, literal) {
    case (.float, .integer): nil
    case (.float, _): literal.singleBits.map(UInt64.init)
    case (.bits, .single(let bits)) where byteCount == 4: UInt64(bits)
    default: literal.bits(byteCount * 8)
    }
  }
}
