/// Where a pointer points: ``Global``, ``Shared`` or ``Constant`` memory.
package protocol KernelMemory: Sendable {
  associatedtype Address: KernelInteger
  static var space: MemorySpace { get }
}

package enum Global: KernelMemory {
  package typealias Address = U64
  package static var space: MemorySpace { .global }
}

package enum Shared: KernelMemory {
  package typealias Address = U32
  package static var space: MemorySpace { .shared }
}

/// The shared memory of the blocks of a cluster.
package enum Cluster: KernelMemory {
  package typealias Address = U32
  package static var space: MemorySpace { .cluster }
}

package enum Constant: KernelMemory {
  package typealias Address = U32
  package static var space: MemorySpace { .constant }
}

/// An address of elements of a type, as a base and bytes known while building.
package struct Pointer<T: KernelType, Memory: KernelMemory> {
  var base: MemoryBase
  package var byteOffset: Int
  let builder: KernelBuilder

  package static var stride: Int { T.type.byteCount }

  package var operand: Operand { .memory(base, offset: byteOffset) }

  /// The pointer `count` elements further; costs no instruction.
  package func advanced(by count: Int) -> Pointer {
    advanced(byBytes: count * Pointer.stride)
  }

  /// The same memory, seen as elements of another type.
  package func cast<U>(to type: U.Type) -> Pointer<U, Memory> {
    Pointer<U, Memory>(base: base, byteOffset: byteOffset, builder: builder)
  }

  /// The pointer some bytes further.
  package func advanced(byBytes count: Int) -> Pointer {
    var pointer = self
    pointer.byteOffset += count
    return pointer
  }
}

package typealias GlobalPointer<T: KernelType> = Pointer<T, Global>
package typealias SharedPointer<T: KernelType> = Pointer<T, Shared>
package typealias ClusterPointer<T: KernelType> = Pointer<T, Cluster>
package typealias ConstantPointer<T: KernelType> = Pointer<T, Constant>

extension Pointer where Memory == Global {
  /// The pointer `count` elements further, with a 64-bit multiply-add.
  package func advanced(by count: Value<U32>) -> Pointer {
    if let constant = count.constant { return advanced(by: Int(constant)) }
    let address: Value<U64> = builder.result(
      of: .multiplyAddWide(.u32),
      [count.operand, .immediate(UInt64(Pointer.stride)), registerOperand])
    return moved(to: address)
  }

  /// The pointer `count` elements further, which may be negative.
  package func advanced(by count: Value<S32>) -> Pointer {
    let address: Value<U64> = builder.result(
      of: .multiplyAddWide(.s32),
      [count.operand, .immediate(UInt64(Pointer.stride)), registerOperand])
    return moved(to: address)
  }

  /// The pointer `count` rows of so many bytes further, with a 64-bit multiply-add.
  package func advanced(by count: Value<U32>, rowsOf byteCount: Value<U32>) -> Pointer {
    let address: Value<U64> = builder.result(
      of: .multiplyAddWide(.u32), [count.operand, byteCount.operand, registerOperand])
    return moved(to: address)
  }

  package func advanced(byBytes count: Value<U64>) -> Pointer {
    moved(to: address + count - Value(byteOffset))
  }

  /// The address as a number.
  package var address: Value<U64> { Value<U64>(registerOperand, builder) + Value(byteOffset) }

  private var registerOperand: Operand {
    guard case .register(let register) = base else {
      preconditionFailure("global addresses lie in registers")
    }
    return .register(register)
  }
}

extension Pointer where Memory: KernelMemory, Memory.Address == U32 {
  /// The pointer `count` elements further.
  package func advanced(by count: Value<U32>) -> Pointer {
    if let constant = count.constant { return advanced(by: Int(constant)) }
    let bytes = count * Value<U32>(Pointer.stride)
    return moved(to: baseAddress + bytes)
  }

  package func advanced(byBytes count: Value<U32>) -> Pointer {
    if let constant = count.constant { return advanced(byBytes: Int(constant)) }
    return moved(to: baseAddress + count)
  }

  /// The address as a number.
  package var address: Value<U32> { baseAddress + Value(byteOffset) }

  /// A pointer to a number that was computed as an address.
  package func at(address: Value<U32>) -> Pointer {
    var pointer = moved(to: address)
    pointer.byteOffset = 0
    return pointer
  }

  private var baseAddress: Value<U32> {
    switch base {
    case .register(let register): Value(.register(register), builder)
    case .shared: builder.once(.sharedAddress)
    case .constants, .parameters:
      preconditionFailure("constants are read at offsets known while building")
    }
  }
}

extension Pointer {
  /// The pointer with another base and the same offset.
  fileprivate func moved(to address: Value<Memory.Address>) -> Pointer {
    guard let register = address.operand.register else {
      preconditionFailure("addresses are no constants")
    }
    return Pointer(base: .register(register), byteOffset: byteOffset, builder: builder)
  }
}
