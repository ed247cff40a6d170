internal import KernelIR
import Synchronization

extension Machine {
  /// `atom` and `red`, in the order of lanes.
  func changeAtomically(
    _ i: Decoded, _ warp: WarpPointer, active: UInt32
  ) throws(EmulatorFault) {
    guard let variant = AtomicVariant(rawValue: i.pointee.variant) else {
      preconditionFailure("a variant is one")
    }
    let byteCount = Int(i.pointee.elementByteCount)
    let isShared = i.pointee.opcode == .atomicShared
    if isShared {
      try locateShared(
        i.pointee.a, plus: i.pointee.immediate, byteCount: byteCount, i, warp, active: active)
      if checksMemory { try checkShared(byteCount: byteCount, i, warp, active: active) }
      try watchSharedWrites(byteCount: byteCount, .atomic, i, warp, active: active)
      countAtomic(i, active: active)
    } else {
      try locateGlobalReads(
        i.pointee.a, plus: i.pointee.immediate, byteCount: byteCount, i, warp, active: active)
      countGlobal(byteCount: byteCount, i, active: active)
    }
    let registers = warp.pointee.registers
    let returns = i.pointee.resultByteCount != 0
    if byteCount == 8 {
      let values = source(i.pointee.b, registers).assumingMemoryBound(to: UInt64.self)
      let results = (registers + Int(i.pointee.result)).assumingMemoryBound(to: UInt64.self)
      for lane in Lanes(active) {
        let old = Self.add(values[lane], at: pointers[lane])
        if returns { results[lane] = old }
      }
    } else {
      let values = words(i.pointee.b, warp)
      let others = words(i.pointee.c, warp)
      let results = resultWords(i.pointee.result, warp)
      for lane in Lanes(active) {
        let old = Self.change(
          pointers[lane], variant, values[lane], others[lane], flushes: !isShared)
        if returns { results[lane] = old }
      }
    }
  }

  private func countAtomic(_ i: Decoded, active: UInt32) {
    guard countsMemory else { return }
    let counter = counters + (i - code)
    counter.pointee.sharedRequests += 1
    counter.pointee.sharedWavefronts += UInt64(
      banks.atomicWavefronts(pointers, from: shared, active: active))
    counter.pointee.idealSharedWavefronts += 1
  }

  private static func add(_ value: UInt64, at place: UnsafeMutableRawPointer) -> UInt64 {
    place.assumingMemoryBound(to: Atomic<UInt64>.self).pointee
      .wrappingAdd(value, ordering: .relaxed).oldValue
  }

  private static func change(
    _ place: UnsafeMutableRawPointer, _ variant: AtomicVariant, _ value: UInt32, _ other: UInt32,
    flushes: Bool
  ) -> UInt32 {
    let word = place.assumingMemoryBound(to: Atomic<UInt32>.self)
    var old = word.pointee.load(ordering: .relaxed)
    while true {
      let new = changed(old, variant, value, other, flushes: flushes)
      let (done, seen) = word.pointee.compareExchange(
        expected: old, desired: new, ordering: .relaxed)
      if done { return old }
      old = seen
    }
  }

  /// - Parameter flushes: whether subnormal floats count as zero, as in global memory
  ///   (PTX ISA, "atom").
  private static func changed(
    _ old: UInt32, _ variant: AtomicVariant, _ value: UInt32, _ other: UInt32, flushes: Bool
  ) -> UInt32 {
    switch variant {
    case .addU32: return old &+ value
    case .minU32: return min(old, value)
    case .maxU32: return max(old, value)
    case .minS32: return UInt32(bitPattern: min(Int32(bitPattern: old), Int32(bitPattern: value)))
    case .maxS32: return UInt32(bitPattern: max(Int32(bitPattern: old), Int32(bitPattern: value)))
    case .and: return old & value
    case .or: return old | value
    case .exchange: return value
    case .compareExchange: return old == value ? other : old
    case .addF32:
      func flushed(_ x: Float) -> Float {
        flushes && x.isSubnormal ? Float(signOf: x, magnitudeOf: 0) : x
      }
      let sum = flushed(
        flushed(Float(bitPattern: old)) + flushed(Float(bitPattern: value)))
      return sum.isNaN ? 0x7fff_ffff : sum.bitPattern
    case .addU64: preconditionFailure("of 64 bits")
    }
  }
}
