/// Counts the passes that requests of a warp take.
///
/// Shared memory has 32 banks of 4 bytes. A pass serves one word of each bank, to any number of
/// lanes. Accesses of 8 bytes are served to halves of the warp, those of 16 bytes to quarters.
final class BankCounter {
  /// For each bank the distinct words of the current phase, of which there are at most 32.
  private let words: UnsafeMutablePointer<UInt32>
  private let counts: UnsafeMutablePointer<UInt8>
  private let sectors: UnsafeMutablePointer<UInt>

  init(in arena: Arena) {
    words = arena.allocate(UInt32.self, count: 32 * 32)
    counts = arena.allocate(UInt8.self, count: 32)
    sectors = arena.allocate(UInt.self, count: 64)
  }

  /// The passes of an access to shared memory, and how many there were without conflicts.
  ///
  /// All lanes access as many bytes, aligned, so that the banks of a lane belong to no two others:
  /// 4, 2 or 1 banks are counted as one.
  ///
  /// - Parameter shared: the first byte of shared memory.
  func wavefronts(
    _ pointers: UnsafeMutablePointer<UnsafeMutableRawPointer>, from shared: UnsafeMutableRawPointer,
    active: UInt32, byteCount: Int
  ) -> (count: Int, ideal: Int) {
    let shift = byteCount <= 4 ? 2 : byteCount == 8 ? 3 : 4
    let lanesPerPhase = 128 >> shift
    var (count, ideal) = (0, 0)
    var first = 0
    while first < 32 {
      let lanes = (active >> UInt32(first)) & (~0 >> UInt32(32 - lanesPerPhase))
      if lanes != 0 {
        ideal += 1
        count += phase(pointers + first, from: shared, lanes: lanes, shift: shift)
      }
      first += lanesPerPhase
    }
    return (count, ideal)
  }

  @inline(__always)
  private func phase(
    _ pointers: UnsafeMutablePointer<UnsafeMutableRawPointer>, from shared: UnsafeMutableRawPointer,
    lanes: UInt32, shift: Int
  ) -> Int {
    let bankMask = (128 >> shift) - 1
    var used = 0 as UInt32
    for lane in Lanes(lanes) {
      let word = UInt32(truncatingIfNeeded: (pointers[lane] - shared) >> shift)
      let bank = Int(word) & bankMask
      let bit = UInt32(1) &<< UInt32(truncatingIfNeeded: bank)
      if used & bit == 0 {
        used |= bit
        words[bank &* 32] = word
      } else if words[bank &* 32] != word {
        return phaseWithConflicts(pointers, from: shared, lanes: lanes, shift: shift)
      }
    }
    return 1
  }

  private func phaseWithConflicts(
    _ pointers: UnsafeMutablePointer<UnsafeMutableRawPointer>, from shared: UnsafeMutableRawPointer,
    lanes: UInt32, shift: Int
  ) -> Int {
    let bankMask = (128 >> shift) - 1
    counts.update(repeating: 0, count: 32)
    var most = 0 as UInt8
    for lane in Lanes(lanes) {
      let word = UInt32(truncatingIfNeeded: (pointers[lane] - shared) >> shift)
      let bank = Int(word) & bankMask
      let used = words + bank * 32
      let count = Int(counts[bank])
      var index = 0
      while index < count && used[index] != word { index += 1 }
      guard index == count else { continue }
      used[count] = word
      counts[bank] += 1
      most = max(most, counts[bank])
    }
    return Int(most)
  }

  /// The passes of an atomic operation: lanes that change the same word wait for each other.
  func atomicWavefronts(
    _ pointers: UnsafeMutablePointer<UnsafeMutableRawPointer>, from shared: UnsafeMutableRawPointer,
    active: UInt32
  ) -> Int {
    counts.update(repeating: 0, count: 32)
    var most = 0 as UInt8
    for lane in Lanes(active) {
      let bank = ((pointers[lane] - shared) >> 2) & 31
      counts[bank] += 1
      most = max(most, counts[bank])
    }
    return Int(most)
  }

  /// The sectors of 32 bytes that an access to global memory touches.
  func sectorCount(
    _ pointers: UnsafeMutablePointer<UnsafeMutableRawPointer>, active: UInt32
  ) -> Int {
    // Accesses are aligned and at most 16 bytes, so that none has two sectors; pieces of global
    // memory begin at multiples of a sector on the host too.
    var count = 0
    var last = 0 as UInt
    for lane in Lanes(active) {
      let sector = UInt(bitPattern: pointers[lane]) >> 5
      guard sector != last else { continue }
      last = sector
      var index = count
      while index > 0 && sectors[index - 1] != sector { index -= 1 }
      guard index == 0 else { continue }
      sectors[count] = sector
      count += 1
    }
    return count
  }
}
