extension Tensor {
  /// The elements as 64-bit integers; for shapes, axes and other small integer tensors.
  ///
  /// - Throws: `invalidFile` for a tensor that holds no integers.
  package func integers() throws(HewnError) -> [Int] {
    switch element {
    case .int64: return elements(as: Int64.self).map { Int($0) }
    case .int32: return elements(as: Int32.self).map { Int($0) }
    case .int16: return elements(as: Int16.self).map { Int($0) }
    case .int8: return elements(as: Int8.self).map { Int($0) }
    case .uint8: return elements(as: UInt8.self).map { Int($0) }
    case .uint16: return elements(as: UInt16.self).map { Int($0) }
    case .uint32: return elements(as: UInt32.self).map { Int($0) }
    case .uint64: return elements(as: UInt64.self).map { Int(clamping: $0) }
    case .bool: return elements(as: UInt8.self, reinterpreting: true).map { Int($0) }
    case .float32, .float64, .float16, .bfloat16:
      throw HewnError(.invalidFile, "expected integers, found \(type)")
    }
  }

  /// The elements in double precision; exact for all types but 64-bit integers beyond 2^53.
  package func doubles() -> [Double] {
    switch element {
    case .float32: elements(as: Float.self).map(Double.init)
    case .float64: elements(as: Double.self)
    case .float16: halfBits().map { Double(Float(halfBits: $0)) }
    case .bfloat16: halfBits().map { Double(Float(bitPattern: UInt32($0) << 16)) }
    case .int8: elements(as: Int8.self).map(Double.init)
    case .int16: elements(as: Int16.self).map(Double.init)
    case .int32: elements(as: Int32.self).map(Double.init)
    case .int64: elements(as: Int64.self).map(Double.init)
    case .uint8: elements(as: UInt8.self).map(Double.init)
    case .uint16: elements(as: UInt16.self).map(Double.init)
    case .uint32: elements(as: UInt32.self).map(Double.init)
    case .uint64: elements(as: UInt64.self).map { Double($0) }
    case .bool: elements(as: UInt8.self, reinterpreting: true).map(Double.init)
    }
  }

  /// The elements in single precision, rounded to nearest.
  package func floats() -> [Float] {
    switch element {
    case .float32: elements(as: Float.self)
    case .float16: halfBits().map { Float(halfBits: $0) }
    case .bfloat16: halfBits().map { Float(bitPattern: UInt32($0) << 16) }
    default: doubles().map(Float.init)
    }
  }

  private func halfBits() -> [UInt16] { elements(as: UInt16.self, reinterpreting: true) }

  private func elements<Bits: BitwiseCopyable>(
    as _: Bits.Type, reinterpreting: Bool
  ) -> [Bits] {
    withUnsafeBytes { Array($0.assumingMemoryBound(to: Bits.self)) }
  }
}

extension Float {
  /// The value of IEEE 754 binary16 bits. Written out because `Float16` is missing on x86 macOS.
  package init(halfBits bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1f
    let fraction = UInt32(bits & 0x3ff)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      self = sign == 0 ? magnitude : -magnitude
    case 0x1f:
      self = Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default:
      self = Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
