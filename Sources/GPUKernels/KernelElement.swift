internal import KernelIR

/// What the elements of a tensor in device memory are. Kernels of this module compute in f32.
package enum KernelElement: String, CaseIterable, Hashable, Sendable {
  case f32, f16, bf16

  package var byteCount: Int { self == .f32 ? 4 : 2 }
  /// Elements of a vector of 16 bytes.
  package var vectorCount: Int { 16 / byteCount }
  /// Bytes of a vector of 8 images.
  package var lanesByteCount: Int { 8 * byteCount }
}

/// A pointer to elements whose type is chosen while the kernel is built.
struct ElementPointer {
  let element: KernelElement
  private let address: GlobalPointer<U32>

  init(_ address: GlobalPointer<U32>, _ element: KernelElement) {
    self.address = address
    self.element = element
  }

  func advanced(by count: Value<U32>) -> ElementPointer {
    // Only the stride of the type counts.
    switch element {
    case .f32: ElementPointer(address.advanced(by: count), element)
    case .f16, .bf16:
      ElementPointer(address.cast(to: F16.self).advanced(by: count).cast(to: U32.self), element)
    }
  }

  /// The pointer `count` vectors of so many elements further.
  func advanced(by count: Value<U32>, vectorsOf size: Int) -> ElementPointer {
    ElementPointer(
      address.advanced(by: count, rowsOf: Value(size * element.byteCount)), element)
  }

  func advanced(by count: Int) -> ElementPointer {
    ElementPointer(address.advanced(byBytes: count * element.byteCount), element)
  }

  /// The element here.
  func load() -> Value<F32> {
    switch element {
    case .f32: address.cast(to: F32.self)[0]
    case .f16: Value<F32>(address.cast(to: F16.self)[0])
    case .bf16: Value<BF16x2>(alone: address.cast(to: F16.self)[0]).floats.low
    }
  }

  /// `count` elements, a power of two, in accesses of at most 16 bytes, aligned to their size.
  func load(_ count: Int) -> [Value<F32>] {
    if count == 1 { return [load()] }
    if count > element.vectorCount {
      return load(count / 2) + advanced(by: count / 2).load(count / 2)
    }
    switch element {
    case .f32: return address.cast(to: F32.self).loadVector(count)
    case .f16:
      let pairs = address.cast(to: F16x2.self)
      let vector = count == 2 ? [pairs[0]] : pairs.loadVector(count / 2)
      return vector.flatMap(\.floats)
    case .bf16:
      let vector = count == 2 ? [address[0]] : address.loadVector(count / 2)
      return vector.flatMap { Value<BF16x2>(bitPattern: $0).floatList }
    }
  }

  /// Stores elements, a power of two of them, rounding to nearest even.
  func store(_ values: [Value<F32>]) {
    let count = values.count
    if count > element.vectorCount {
      store(Array(values[..<(count / 2)]))
      advanced(by: count / 2).store(Array(values[(count / 2)...]))
      return
    }
    switch element {
    case .f32:
      let floats = address.cast(to: F32.self)
      if count == 1 { floats[0] = values[0] } else { floats.storeVector(values) }
    case .f16:
      if count == 1 {
        address.cast(to: F16.self)[0] = Value<F16>(values[0])
        return
      }
      let pairs = address.cast(to: F16x2.self)
      let vector = values.pairs
      if count == 2 { pairs[0] = vector[0] } else { pairs.storeVector(vector) }
    case .bf16:
      if count == 1 {
        address.cast(to: F16.self)[0] = Value<BF16x2>(values[0], values[0]).lowBits
        return
      }
      let vector = values.bf16Pairs.map { Value<U32>(bitPattern: $0) }
      if count == 2 { address[0] = vector[0] } else { address.storeVector(vector) }
    }
  }
}

extension Value where T == F16x2 {
  /// Low and high half, exactly.
  var floats: [Value<F32>] {
    let halves = halves
    return [Value<F32>(halves.low), Value<F32>(halves.high)]
  }
}

extension Value where T == BF16x2 {
  /// A number of 16 bits, whatever type it has been read as, in both halves.
  init(alone bits: Value<F16>) {
    self.init(bitPattern: Value<U32>(bitPattern: Value<F16x2>(bits, bits)))
  }

  /// Low and high half, exactly.
  var floatList: [Value<F32>] { [floats.low, floats.high] }

  /// The low half, as a type that can be stored.
  var lowBits: Value<F16> {
    Value<F16x2>(bitPattern: Value<U32>(bitPattern: self)).halves.low
  }
}

extension [Value<F32>] {
  /// Neighbours rounded to f16 and packed, the first in the low half.
  var pairs: [Value<F16x2>] {
    stride(from: 0, to: count, by: 2).map { Value<F16x2>(self[$0], self[$0 + 1]) }
  }

  /// Likewise, rounded to bf16.
  var bf16Pairs: [Value<BF16x2>] {
    stride(from: 0, to: count, by: 2).map { Value<BF16x2>(self[$0], self[$0 + 1]) }
  }
}
