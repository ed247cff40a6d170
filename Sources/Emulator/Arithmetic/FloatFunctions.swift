internal import KernelIR

/// Two-operand operations of floats.
///
/// Sums and products of f16 are rounded twice, to f32 and then to f16, which gives what one
/// rounding gives, as f32 has at least 2 · 11 + 2 bits (S. Figueroa, "When is double rounding
/// innocuous?", 1995).
func floatFunction(_ operation: BinaryOperator, _ type: ValueType) -> LaneFunction? {
  switch (operation, type) {
  case (.add, .f32):
    { r, a, b, _ in mapLanes(r, a, b) { ($0.floats + $1.floats).canonicalWords } }
  case (.subtract, .f32):
    { r, a, b, _ in mapLanes(r, a, b) { ($0.floats - $1.floats).canonicalWords } }
  case (.multiply, .f32):
    { r, a, b, _ in mapLanes(r, a, b) { ($0.floats * $1.floats).canonicalWords } }
  case (.divide, .f32):
    { r, a, b, _ in mapLanes(r, a, b) { ($0.floats / $1.floats).canonicalWords } }

  case (.add, .f16):
    { r, a, b, _ in mapHalves(r, a, b) { f16(f32(fromF16: $0) + f32(fromF16: $1)) } }
  case (.subtract, .f16):
    { r, a, b, _ in mapHalves(r, a, b) { f16(f32(fromF16: $0) - f32(fromF16: $1)) } }
  case (.multiply, .f16):
    { r, a, b, _ in mapHalves(r, a, b) { f16(f32(fromF16: $0) * f32(fromF16: $1)) } }
  case (.add, .f16x2):
    { r, a, b, _ in mapPairs(r, a, b) { f16(f32(fromF16: $0) + f32(fromF16: $1)) } }
  case (.subtract, .f16x2):
    { r, a, b, _ in mapPairs(r, a, b) { f16(f32(fromF16: $0) - f32(fromF16: $1)) } }
  case (.multiply, .f16x2):
    { r, a, b, _ in mapPairs(r, a, b) { f16(f32(fromF16: $0) * f32(fromF16: $1)) } }

  case (.min, .f32):
    { r, a, b, _ in
      mapLanes(r, a, b) { smaller($0, $1, infinity: bf16Infinity, keepsNaN: false) }
    }
  case (.max, .f32):
    { r, a, b, _ in
      mapLanes(r, a, b) { greater($0, $1, infinity: bf16Infinity, keepsNaN: false) }
    }
  case (.minNaN, .f32):
    { r, a, b, _ in
      mapLanes(r, a, b) { smaller($0, $1, infinity: bf16Infinity, keepsNaN: true) }
    }
  case (.maxNaN, .f32):
    { r, a, b, _ in
      mapLanes(r, a, b) { greater($0, $1, infinity: bf16Infinity, keepsNaN: true) }
    }
  case (.min, .f16):
    { r, a, b, _ in
      mapHalves(r, a, b) { smaller($0, $1, infinity: f16Infinity, keepsNaN: false) &>> 16 }
    }
  case (.max, .f16):
    { r, a, b, _ in
      mapHalves(r, a, b) { greater($0, $1, infinity: f16Infinity, keepsNaN: false) &>> 16 }
    }
  case (.minNaN, .f16):
    { r, a, b, _ in
      mapHalves(r, a, b) { smaller($0, $1, infinity: f16Infinity, keepsNaN: true) &>> 16 }
    }
  case (.maxNaN, .f16):
    { r, a, b, _ in
      mapHalves(r, a, b) { greater($0, $1, infinity: f16Infinity, keepsNaN: true) &>> 16 }
    }
  case (.min, .f16x2):
    { r, a, b, _ in
      mapPairs(r, a, b) { smaller($0, $1, infinity: f16Infinity, keepsNaN: false) &>> 16 }
    }
  case (.max, .f16x2):
    { r, a, b, _ in
      mapPairs(r, a, b) { greater($0, $1, infinity: f16Infinity, keepsNaN: false) &>> 16 }
    }
  case (.minNaN, .f16x2):
    { r, a, b, _ in
      mapPairs(r, a, b) { smaller($0, $1, infinity: f16Infinity, keepsNaN: true) &>> 16 }
    }
  case (.maxNaN, .f16x2):
    { r, a, b, _ in
      mapPairs(r, a, b) { greater($0, $1, infinity: f16Infinity, keepsNaN: true) &>> 16 }
    }
  case (.min, .bf16x2):
    { r, a, b, _ in
      mapPairs(r, a, b) { smaller($0, $1, infinity: bf16Infinity, keepsNaN: false) &>> 16 }
    }
  case (.max, .bf16x2):
    { r, a, b, _ in
      mapPairs(r, a, b) { greater($0, $1, infinity: bf16Infinity, keepsNaN: false) &>> 16 }
    }
  case (.minNaN, .bf16x2):
    { r, a, b, _ in
      mapPairs(r, a, b) { smaller($0, $1, infinity: bf16Infinity, keepsNaN: true) &>> 16 }
    }
  case (.maxNaN, .bf16x2):
    { r, a, b, _ in
      mapPairs(r, a, b) { greater($0, $1, infinity: bf16Infinity, keepsNaN: true) &>> 16 }
    }
  default: nil
  }
}
