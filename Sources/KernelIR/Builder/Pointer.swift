/// Where a pointer points: ``Global``, ``Shared`` or ``Constant`` memory.
package protocol KernelMemory: Sendable {
  associatedtype Address: KernelInteger
  static var space: MemorySpace { get }
}

/// Memory whose elements a kernel can choose while it runs.
package protocol IndexedMemory: KernelMemory {
  /// `base` plus `count` times `stride` bytes.
  static func sum(_ base: Value<Address>, _ count: Value<U32>, stride: Int) -> Value<Address>
}

package enum Global: IndexedMemory {
  package typealias Address = U64
  package static var space: MemorySpace { .global }

  /// With a 64-bit multiply-add.
  package static func sum(_ base: Value<U64>, _ count: Value<U32>, stride: Int) -> Value<U64> {
    .result(
      of: .multiplyAddWide(.u32), base.builder,
      [count.operand, .immediate(UInt64(stride)), base.operand])
  }
}

package enum Shared: IndexedMemory {
  package typealias Address = U32
  package static var space: MemorySpace { .shared }
}

/// The shared memory of the blocks of a cluster.
package enum Cluster: IndexedMemory {
  package typealias Address = U32
  package static var space: MemorySpace { .cluster }
}

extension IndexedMemory where Address == U32 {
  package static func sum(_ base: Value<U32>, _ count: Value<U32>, stride: Int) -> Value<U32> {
    base + count * Value(stride)
  }
}

/// Memory that is read at places known while building.
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

extension Pointer where Memory: IndexedMemory {
  /// The pointer `count` elements further.
  package func advanced(by count: Value<U32>) -> Pointer {
    if let constant = count.constant { return advanced(by: Int(constant)) }
    return moved(to: Memory.sum(baseAddress, count, stride: Pointer.stride))
  }

  /// The address as a number.
  package var address: Value<Memory.Address> { baseAddress + Value(byteOffset) }

  /// The element `index` places further. Reading loads it, assigning stores it.
  package subscript(
    index: Value<U32>, file: String = #fileID, line: Int = #line
  ) -> Value<T> {
    get {
      builder.at(file, line)
      return advanced(by: index)[0, file, line]
    }
    nonmutating set {
      builder.at(file, line)
      advanced(by: index)[0, file, line] = newValue
    }
  }

  /// The address without the bytes that are known while building.
  private var baseAddress: Value<Memory.Address> {
    switch base {
    case .register(let register): Value(.register(register), builder)
    case .shared: builder.once(.sharedAddress)
    case .constants, .parameters:
      preconditionFailure("these windows have no addresses in registers")
    }
  }

  /// The pointer with another base and the same offset.
  private func moved(to address: Value<Memory.Address>) -> Pointer {
    guard let register = address.operand.register else {
      preconditionFailure("addresses are no constants")
    }
    return Pointer(base: .register(register), byteOffset: byteOffset, builder: builder)
  }
}

extension Pointer where Memory == Global {
  /// The pointer as a register without an offset, which PTX demands of tensor maps.
  var withoutOffset: Pointer {
    guard byteOffset != 0 else { return self }
    var pointer = moved(to: address)
    pointer.byteOffset = 0
    return pointer
  }

  /// The pointer `count` elements further, which may be negative.
  package func advanced(by count: Value<S32>) -> Pointer {
    moved(
      to: builder.result(
        of: .multiplyAddWide(.s32),
        [count.operand, .immediate(UInt64(Pointer.stride)), baseAddress.operand]))
  }

  /// The pointer `count` rows of so many bytes further, with a 64-bit multiply-add.
  package func advanced(by count: Value<U32>, rowsOf byteCount: Value<U32>) -> Pointer {
    moved(
      to: builder.result(
        of: .multiplyAddWide(.u32), [count.operand, byteCount.operand, baseAddress.operand]))
  }

  package func advanced(byBytes count: Value<U64>) -> Pointer { moved(to: baseAddress + count) }
}

extension Pointer where Memory: IndexedMemory, Memory.Address == U32 {
  package func advanced(byBytes count: Value<U32>) -> Pointer {
    if let constant = count.constant { return advanced(byBytes: Int(constant)) }
    return moved(to: baseAddress + count)
  }

  /// A pointer to a number that was computed as an address.
  package func at(address: Value<U32>) -> Pointer {
    var pointer = moved(to: address)
    pointer.byteOffset = 0
    return pointer
  }
}
