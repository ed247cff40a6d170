extension RaceDetector {
  /// Who accessed, and when; zero for nobody.
  ///
  /// Of a copy that ends at a barrier, the epoch is that of the barrier's carrier; warp and lane
  /// are those that began it, for messages.
  struct Record {
    var bits: UInt64

    static let nobody = Record(bits: 0)
    /// In place of a lane, where several lanes of the warp have read.
    static let severalLanes = 0xff
    /// The epoch of reads that are not over.
    static let endless = UInt32.max

    /// - Parameter lane: or ``severalLanes``.
    @inline(__always) init(
      epoch: UInt32, warp: Int, lane: Int, kind: Kind = .plain, carrier: Int = 0
    ) {
      bits =
        UInt64(epoch) | UInt64(UInt8(truncatingIfNeeded: lane)) << 32
        | UInt64(UInt8(truncatingIfNeeded: warp)) << 40 | UInt64(kind.rawValue) << 48
        | UInt64(UInt16(truncatingIfNeeded: carrier)) << 52
    }

    @inline(__always) init(bits: UInt64) { self.bits = bits }

    @inline(__always) var epoch: UInt32 { UInt32(truncatingIfNeeded: bits) }
    @inline(__always) var lane: Int { Int(UInt8(truncatingIfNeeded: bits >> 32)) }
    @inline(__always) var warp: Int { Int(UInt8(truncatingIfNeeded: bits >> 40)) }
    @inline(__always) var kind: Kind {
      Kind(rawValue: UInt8(truncatingIfNeeded: bits >> 48) & 15) ?? .plain
    }
    @inline(__always) var carrier: Int { Int(bits >> 52) }
    /// Whether it is a copy's write, which happens in its own time.
    @inline(__always) var isAsynchronous: Bool { bits >> 48 >= UInt64(Kind.copying.rawValue) }
  }

  enum Kind: UInt8 {
    case plain, atomic
    /// A copy (`cp.async`) that its lane has not waited for.
    case copying
    /// Such a copy that ends at a barrier.
    case announced
    /// A bulk copy, which ends at a barrier and writes by the asynchronous proxy.
    case bulk
  }

  /// What a piece of memory remembers.
  struct Cell {
    var write = Record.nobody
    var writePC: UInt32 = 0
    /// The warp's count of accesses at the write.
    var writeCount: UInt32 = 0
    var read = Record.nobody
    var readPC: UInt32 = 0
    /// Whether the reads are in `readers`, one for each warp.
    var hasReaders = false
  }

  struct Reader {
    var record: Record
    var pc: UInt32
  }

  /// What an access collides with.
  enum Collision {
    case none, write, read
    /// A write by another lane in the same execution of the instruction.
    case sameInstruction
    case copy
  }
}
