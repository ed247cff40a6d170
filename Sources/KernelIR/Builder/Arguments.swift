/// A field type of a kernel's parameter struct, and how the kernel reads it.
package protocol KernelArgument: BitwiseCopyable {
  associatedtype InKernel
  static func read(from operand: Operand, of builder: KernelBuilder) -> InKernel
}

extension UInt32: KernelArgument {
  package static func read(from operand: Operand, of builder: KernelBuilder) -> Value<U32> {
    builder.once(.load(Access(.parameter, .u32)), [operand])
  }
}

extension Int32: KernelArgument {
  package static func read(from operand: Operand, of builder: KernelBuilder) -> Value<S32> {
    builder.once(.load(Access(.parameter, .s32)), [operand])
  }
}

extension UInt64: KernelArgument {
  package static func read(from operand: Operand, of builder: KernelBuilder) -> Value<U64> {
    builder.once(.load(Access(.parameter, .u64)), [operand])
  }
}

extension Float: KernelArgument {
  package static func read(from operand: Operand, of builder: KernelBuilder) -> Value<F32> {
    builder.once(.load(Access(.parameter, .f32)), [operand])
  }
}

/// An address of the device's memory, as the host passes it to a kernel.
package struct DeviceAddress<T: KernelType>: KernelArgument, Hashable, Sendable {
  package var rawValue: UInt64

  package init(_ rawValue: UInt64) { self.rawValue = rawValue }

  package static func read(from operand: Operand, of builder: KernelBuilder) -> GlobalPointer<T> {
    let address: Value<U64> = builder.once(.load(Access(.parameter, .u64)), [operand])
    guard let register = address.operand.register else {
      preconditionFailure("parameters lie in registers")
    }
    return GlobalPointer(base: .register(register), byteOffset: 0, builder: builder)
  }
}

/// An array of fields, which the kernel sees as an array of values.
extension InlineArray: KernelArgument where Element: KernelArgument {
  package static func read(
    from operand: Operand, of builder: KernelBuilder
  ) -> [Element.InKernel] {
    (0..<count).map { index in
      Element.read(
        from: operand.advanced(byBytes: index * MemoryLayout<Element>.stride), of: builder)
    }
  }
}

extension Operand {
  /// The memory some bytes further, for fields that consist of others.
  package func advanced(byBytes count: Int) -> Operand {
    guard case .memory(let base, let offset) = self else {
      preconditionFailure("arguments lie in memory")
    }
    return .memory(base, offset: offset + count)
  }
}

/// The fields of a kernel's parameter struct, by their names on the host:
/// where the struct has `var count: UInt32`, `arguments.count` is a `Value<U32>`.
@dynamicMemberLookup
package struct KernelArguments<Struct: BitwiseCopyable> {
  let builder: KernelBuilder

  package subscript<Field: KernelArgument>(
    dynamicMember field: KeyPath<Struct, Field>
  ) -> Field.InKernel {
    guard let offset = MemoryLayout<Struct>.offset(of: field) else {
      preconditionFailure("kernel arguments are stored fields")
    }
    return Field.read(from: .memory(.parameters, offset: offset), of: builder)
  }
}
