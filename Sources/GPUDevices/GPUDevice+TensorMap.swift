internal import CUDA
package import KernelIR
package import Tensors

extension EmulatorDevice {
  package func encode(_ map: KernelIR.TensorMap) throws(HewnError) -> [UInt64] {
    try map.check()
    return map.encoded
  }
}

extension CUDADevice {
  package func encode(_ map: KernelIR.TensorMap) throws(HewnError) -> [UInt64] {
    try map.check()
    let shape = CUDA.TensorMap.Shape(
      map.type.driverType, extents: map.extents, byteStrides: map.byteStrides, box: map.box,
      elementStrides: map.elementStrides, swizzle: map.swizzle.driverSwizzle)
    let encoded = try CUDA.TensorMap(of: shape, at: map.address, context: context)
    return encoded.bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
    }
  }
}

extension KernelIR.TensorMap {
  /// - Throws: `internal` when no device could take the map.
  fileprivate func check() throws(HewnError) {
    if let fault { throw HewnError(.internal, fault) }
  }
}

extension KernelIR.TensorMap.ElementType {
  fileprivate var driverType: CUDA.TensorMap.ElementType {
    switch self {
    case .f16: .float16
    case .bf16: .bfloat16
    case .f32: .float32
    case .tf32: .tfloat32
    case .s32: .int32
    case .u8: .uint8
    case .u16: .uint16
    case .u32: .uint32
    case .u64: .uint64
    }
  }
}

extension Swizzle {
  fileprivate var driverSwizzle: CUDA.TensorMap.Swizzle {
    switch self {
    case .none: .none
    case .bytes32: .bytes32
    case .bytes64: .bytes64
    case .bytes128: .bytes128
    }
  }
}
