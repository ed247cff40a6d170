/// How a load or store accesses memory: `count` neighbouring values of a type in one access of at
/// most 16 bytes, aligned to its size.
package struct Access: Hashable, Sendable {
  package var space: MemorySpace
  package var type: ValueType
  /// 1, 2 or 4 (`.v2`, `.v4`).
  package var count: Int
  package var cache: Cache
  package var order: Order

  /// A hint for loads from global memory.
  package enum Cache: String, CaseIterable, Hashable, Sendable {
    case standard
    /// `ld.global.nc`: nothing writes this memory while the kernel runs.
    case readOnly
  }

  /// How an access of global memory is ordered before those of other threads of the device.
  package enum Order: String, CaseIterable, Hashable, Sendable {
    /// Not at all: the assembler may repeat, merge or drop it.
    case weak
    /// It happens once, where it stands: `ld.relaxed.gpu`, `st.relaxed.gpu`.
    case relaxed
    /// A load after which the thread sees what was written before the matching release.
    case acquire
    /// A store that others see only after all that the thread has written before.
    case release
  }

  package init(
    _ space: MemorySpace, _ type: ValueType, count: Int = 1, cache: Cache = .standard,
    order: Order = .weak
  ) {
    self.space = space
    self.type = type
    self.count = count
    self.cache = cache
    self.order = order
  }

  package var byteCount: Int { type.byteCount * count }
}
