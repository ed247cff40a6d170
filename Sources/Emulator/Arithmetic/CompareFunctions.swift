internal import KernelIR

/// Comparisons. Those of floats are false where an operand is NaN, but for `notEqual`.
func compareFunction(_ comparison: Comparison, _ type: ValueType) -> LaneFunction? {
  switch (comparison, type) {
  case (.equal, .u32), (.equal, .s32): { r, a, b, _ in mapLanes(r, a, b) { ($0 .== $1).words } }
  case (.notEqual, .u32), (.notEqual, .s32):
    { r, a, b, _ in mapLanes(r, a, b) { ($0 .!= $1).words } }
  case (.less, .u32): { r, a, b, _ in mapLanes(r, a, b) { ($0 .< $1).words } }
  case (.lessOrEqual, .u32): { r, a, b, _ in mapLanes(r, a, b) { ($0 .<= $1).words } }
  case (.greater, .u32): { r, a, b, _ in mapLanes(r, a, b) { ($0 .> $1).words } }
  case (.greaterOrEqual, .u32): { r, a, b, _ in mapLanes(r, a, b) { ($0 .>= $1).words } }

  case (.less, .s32):
    { r, a, b, _ in mapLanes(r, a, b) { ($0.integers .< $1.integers).words } }
  case (.lessOrEqual, .s32):
    { r, a, b, _ in mapLanes(r, a, b) { ($0.integers .<= $1.integers).words } }
  case (.greater, .s32):
    { r, a, b, _ in mapLanes(r, a, b) { ($0.integers .> $1.integers).words } }
  case (.greaterOrEqual, .s32):
    { r, a, b, _ in mapLanes(r, a, b) { ($0.integers .>= $1.integers).words } }

  case (.equal, .u64): { r, a, b, _ in compareLongLanes(r, a, b) { ($0 .== $1).longWords } }
  case (.notEqual, .u64): { r, a, b, _ in compareLongLanes(r, a, b) { ($0 .!= $1).longWords } }
  case (.less, .u64): { r, a, b, _ in compareLongLanes(r, a, b) { ($0 .< $1).longWords } }
  case (.lessOrEqual, .u64):
    { r, a, b, _ in compareLongLanes(r, a, b) { ($0 .<= $1).longWords } }
  case (.greater, .u64): { r, a, b, _ in compareLongLanes(r, a, b) { ($0 .> $1).longWords } }
  case (.greaterOrEqual, .u64):
    { r, a, b, _ in compareLongLanes(r, a, b) { ($0 .>= $1).longWords } }

  case (.equal, .f32): { r, a, b, _ in mapLanes(r, a, b) { ($0.floats .== $1.floats).words } }
  case (.notEqual, .f32):
    { r, a, b, _ in mapLanes(r, a, b) { ($0.floats .!= $1.floats).words } }
  case (.less, .f32): { r, a, b, _ in mapLanes(r, a, b) { ($0.floats .< $1.floats).words } }
  case (.lessOrEqual, .f32):
    { r, a, b, _ in mapLanes(r, a, b) { ($0.floats .<= $1.floats).words } }
  case (.greater, .f32): { r, a, b, _ in mapLanes(r, a, b) { ($0.floats .> $1.floats).words } }
  case (.greaterOrEqual, .f32):
    { r, a, b, _ in mapLanes(r, a, b) { ($0.floats .>= $1.floats).words } }
  case (.isNaN, .f32):
    { r, a, b, _ in mapLanes(r, a, b) { areUnordered($0.floats, $1.floats) } }

  case (.equal, .f16):
    { r, a, b, _ in mapHalves(r, a, b) { (f32(fromF16: $0) .== f32(fromF16: $1)).words } }
  case (.notEqual, .f16):
    { r, a, b, _ in mapHalves(r, a, b) { (f32(fromF16: $0) .!= f32(fromF16: $1)).words } }
  case (.less, .f16):
    { r, a, b, _ in mapHalves(r, a, b) { (f32(fromF16: $0) .< f32(fromF16: $1)).words } }
  case (.lessOrEqual, .f16):
    { r, a, b, _ in mapHalves(r, a, b) { (f32(fromF16: $0) .<= f32(fromF16: $1)).words } }
  case (.greater, .f16):
    { r, a, b, _ in mapHalves(r, a, b) { (f32(fromF16: $0) .> f32(fromF16: $1)).words } }
  case (.greaterOrEqual, .f16):
    { r, a, b, _ in mapHalves(r, a, b) { (f32(fromF16: $0) .>= f32(fromF16: $1)).words } }
  case (.isNaN, .f16):
    { r, a, b, _ in mapHalves(r, a, b) { areUnordered(f32(fromF16: $0), f32(fromF16: $1)) } }
  default: nil
  }
}

@inline(__always)
private func areUnordered(_ a: Floats, _ b: Floats) -> Words {
  (a .!= a).words | (b .!= b).words
}

/// Compares 64-bit lanes into a register of 32-bit masks.
@inline(__always)
private func compareLongLanes(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  _ body: (LongWords, LongWords) -> LongWords
) {
  let result = result.assumingMemoryBound(to: SIMD4<UInt32>.self)
  let a = a.assumingMemoryBound(to: LongWords.self)
  let b = b.assumingMemoryBound(to: LongWords.self)
  for group in 0..<8 { result[group] = body(a[group], b[group]).words.evenHalf }
}
