/// Counts the passes that requests of a warp take.
///
/// Shared memory has 32 banks of 4 bytes. A pass serves one word of each bank, to any number of
/// lanes. Accesses of 8 bytes are served to halves of the warp, those of 16 bytes to quarters.
final class BankCounter {
  /// For each bank the distinct words of the current phase, room for 32 (4 bytes of 32 lanes).
  private let words: UnsafeMutablePointer<UInt32>
  private let counts: UnsafeMutablePointer<UInt8>
  private let sectors: UnsafeMutablePointer<UInt>

  init(in arena: Arena) {
    words = arena.allocate(UInt32.self, count: 32 * 64)
    counts = arena.allocate(UInt8.self, count: 32)
    sectors = arena.allocate(UInt.self, count: 64)
  }

  /// The passes of an access to shared memory, and how many there were without conflicts.
  ///
  /// - Parameter shared: the first byte of shared memory.
  func wavefronts(
    _ pointers: UnsafeMutablePointer<UnsafeMutableRawPointer>, from shared: UnsafeMutableRawPointer,
    active: UInt32, byteCount: Int
  ) -> (count: Int, ideal: Int) {
    let wordCount = max(1, byteCount >> 2)
    let lanesPerPhase = 32 / wordCount
    var (count, ideal) = (0, 0)
    var first = 0
    while first < 32 {
      let lanes = (active >> UInt32(first)) & (~0 >> UInt32(32 - lanesPerPhase))
      if lanes != 0 {
        ideal += 1
        count += phase(pointers + first, from: shared, lanes: lanes, wordCount: wordCount)
      }
      first += lanesPerPhase
    }
    return (count, ideal)
  }

  private func phase(
    _ pointers: UnsafeMutablePointer<UnsafeMutableRawPointer>, from shared: UnsafeMutableRawPointer,
    lanes: UInt32, wordCount: Int
  ) -> Int {
    counts.update(repeating: 0, count: 32)
    var most = 1 as UInt8
    for lane in Lanes(lanes) {
      let firstWord = UInt32(truncatingIfNeeded: (pointers[lane] - shared) >> 2)
      for word in firstWord..<firstWord &+ UInt32(wordCount) {
        let bank = Int(word & 31)
        let used = words + bank * 64
        let count = Int(counts[bank])
        var index = 0
        while index < count && used[index] != word { index += 1 }
        guard index == count else { continue }
        used[count] = word
        counts[bank] = UInt8(truncatingIfNeeded: count + 1)
        most = max(most, counts[bank])
      }
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
    // Accesses are aligned and at most 16 bytes, so that none has two sectors; pieces of global memory
    // begin at multiples of a sector on the host too.
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
