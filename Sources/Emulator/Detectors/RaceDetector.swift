/// Finds accesses to shared memory that nothing orders, with epochs and vector clocks.
///
/// Every warp counts epochs; a new one begins with each operation that others may wait for, and
/// with each barrier of the warp alone. A warp's clock has, for each warp, the last epoch whose
/// accesses happened before now. An access of another warp is ordered where its epoch is known, one
/// of the same warp where it is of an earlier epoch or of the same lane. Memory remembers its last
/// write and, until the next, its last read by each warp. A line of 16 bytes has one memory as long
/// as all accesses are of the whole line, else one for each granule of 2 bytes.
///
/// In a cluster the warps of all its blocks are counted together, and each block's memory has a
/// detector of its own, so that accesses from other blocks are found like those of the block's warps.
///
/// Copies that end at a barrier in shared memory are by no warp: an access after one is ordered
/// where its warp has waited for that phase of the barrier, or knows of a warp that has; no other
/// barrier will do (``ClockLayout``). Such copies begin behind what their warp knows of.
///
/// Clocks are those of warps, not of lanes: what one lane waits for orders the accesses of all its
/// warp's lanes. Atomic operations do not race with each other, and order nothing.
///
/// Source: Flanagan and Freund, "FastTrack: efficient and precise dynamic race detection"
/// (PLDI 2009).
final class RaceDetector {
  private let clocks: ClockLayout
  /// Of all blocks of the cluster.
  private let warpCount: Int
  private let lineCount: Int
  /// Cells of lines, then eight granules of each.
  private let cells: UnsafeMutablePointer<Cell>
  private let isSplit: UnsafeMutablePointer<Bool>
  /// For each cell and warp.
  private let readers: UnsafeMutablePointer<Reader>

  init(sharedByteCount: Int, clocks: ClockLayout, in arena: Arena) {
    self.clocks = clocks
    warpCount = clocks.warpCount
    lineCount = (sharedByteCount + 15) / 16
    cells = arena.allocate(Cell.self, count: lineCount * 9)
    isSplit = arena.allocate(Bool.self, count: lineCount)
    readers = arena.allocate(Reader.self, count: lineCount * 9 * warpCount)
  }

  /// Forgets all accesses.
  func reset() {
    cells.update(repeating: Cell(), count: lineCount)
    isSplit.update(repeating: false, count: lineCount)
  }

  // MARK: Cells

  /// The cells of an access, aligned to its size of 2 to 16 bytes.
  @inline(__always)
  func cells(of offset: Int, byteCount: Int) -> CellRange {
    let line = offset >> 4
    if !isSplit[line] {
      if byteCount == 16 { return CellRange(first: cells + line, count: 1) }
      split(line)
    }
    return CellRange(first: cells + lineCount + (offset >> 1), count: (byteCount + 1) >> 1)
  }

  /// Neighboring cells.
  struct CellRange: Sequence, IteratorProtocol {
    fileprivate var first: UnsafeMutablePointer<Cell>
    fileprivate var count: Int

    @inline(__always) mutating func next() -> UnsafeMutablePointer<Cell>? {
      guard count > 0 else { return nil }
      count &-= 1
      first += 1
      return first - 1
    }
  }

  /// Gives the granules of a line what the line remembers.
  private func split(_ line: Int) {
    isSplit[line] = true
    let first = lineCount + line * 8
    for cell in first..<first + 8 {
      cells[cell] = cells[line]
      guard cells[line].hasReaders else { continue }
      (readers + cell * warpCount).update(from: readers + line * warpCount, count: warpCount)
    }
  }

  /// Lets a line whose granules were written at once remember as one again.
  func merge(_ offset: Int) {
    let line = offset >> 4
    guard isSplit[line] else { return }
    isSplit[line] = false
    cells[line] = cells[lineCount + line * 8]
  }

  // MARK: Accesses

  /// Whether an access, no copy's, happened before one by a lane of a warp.
  @inline(__always)
  func isOrdered(
    _ record: Record, before warp: Int, lane: Int, clock: UnsafeMutablePointer<UInt32>
  ) -> Bool {
    record.warp == warp
      ? record.epoch < clock[warp] || record.lane == lane
      : record.epoch <= clock[record.warp]
  }

  @inline(__always)
  func read(
    _ cell: UnsafeMutablePointer<Cell>, warp: Int, lane: Int, pc: UInt32,
    clock: UnsafeMutablePointer<UInt32>
  ) -> Collision {
    let write = cell.pointee.write
    if write.isAsynchronous {
      if !isOver(write, clock) { return .copy }
    } else if !isOrdered(write, before: warp, lane: lane, clock: clock) {
      return .write
    }
    let record = Record(epoch: clock[warp], warp: warp, lane: lane)
    if cell.pointee.hasReaders {
      let index = (cell - cells) * warpCount + warp
      note(&readers[index].record, &readers[index].pc, record, pc)
      return .none
    }
    let last = cell.pointee.read
    if last.bits == record.bits { return .none }
    if last.bits == 0 || last.warp == warp
      || isOrdered(last, before: warp, lane: lane, clock: clock)
    {
      note(&cell.pointee.read, &cell.pointee.readPC, record, pc)
    } else {
      spread(cell)
      readers[(cell - cells) * warpCount + warp] = Reader(record: record, pc: pc)
    }
    return .none
  }

  /// Notes a read by a warp, of which `last` is the last one, or nobody's, or one that happened
  /// before.
  @inline(__always)
  private func note(_ last: inout Record, _ lastPC: inout UInt32, _ record: Record, _ pc: UInt32) {
    if last.warp == record.warp && last.epoch == Record.endless { return }
    if last.warp == record.warp && last.epoch == record.epoch && last.lane != record.lane {
      last = Record(epoch: record.epoch, warp: record.warp, lane: Record.severalLanes)
    } else {
      last = record
      lastPC = pc
    }
  }

  /// Lets a cell remember a read of each warp.
  private func spread(_ cell: UnsafeMutablePointer<Cell>) {
    let first = readers + (cell - cells) * warpCount
    first.update(repeating: Reader(record: .nobody, pc: 0), count: warpCount)
    first[cell.pointee.read.warp] = Reader(record: cell.pointee.read, pc: cell.pointee.readPC)
    cell.pointee.hasReaders = true
  }

  /// Checks a write, which ``write(_:warp:lane:kind:pc:count:clock:)`` then notes.
  ///
  /// - Parameter count: the warp's count of accesses.
  @inline(__always)
  func collision(
    _ cell: UnsafeMutablePointer<Cell>, warp: Int, lane: Int, kind: Kind, count: UInt32,
    clock: UnsafeMutablePointer<UInt32>
  ) -> Collision {
    let write = cell.pointee.write
    if write.isAsynchronous {
      if !isOver(write, clock) { return .copy }
    } else if !isOrdered(write, before: warp, lane: lane, clock: clock) {
      if kind != .atomic || write.kind != .atomic {
        return write.warp == warp && cell.pointee.writeCount == count ? .sameInstruction : .write
      }
    }
    if !cell.pointee.hasReaders {
      return isOrdered(cell.pointee.read, before: warp, lane: lane, clock: clock) ? .none : .read
    }
    let first = readers + (cell - cells) * warpCount
    for other in 0..<warpCount
    where !isOrdered(first[other].record, before: warp, lane: lane, clock: clock) {
      cell.pointee.read = first[other].record
      cell.pointee.readPC = first[other].pc
      return .read
    }
    return .none
  }

  @inline(__always)
  func write(
    _ cell: UnsafeMutablePointer<Cell>, warp: Int, lane: Int, kind: Kind, pc: UInt32,
    count: UInt32, clock: UnsafeMutablePointer<UInt32>
  ) {
    cell.pointee = Cell(
      write: Record(epoch: clock[warp], warp: warp, lane: lane, kind: kind), writePC: pc,
      writeCount: count)
  }

  // MARK: Copies

  /// Whether a copy's write is known to be over.
  func isOver(_ write: Record, _ clock: UnsafeMutablePointer<UInt32>) -> Bool {
    write.kind != .copying && write.epoch <= clock[clocks.brought(write.carrier)]
  }

  /// Makes a copy one that the lane has written now.
  func finishCopy(
    at offset: Int, byteCount: Int, warp: Int, lane: Int, clock: UnsafeMutablePointer<UInt32>
  ) {
    for cell in cells(of: offset, byteCount: byteCount) {
      cell.pointee.write = Record(epoch: clock[warp], warp: warp, lane: lane)
    }
  }

  /// Makes a copy one that ends at the barrier of a carrier.
  func announceCopy(at offset: Int, byteCount: Int, carrier: Int, epoch: UInt32) {
    for cell in cells(of: offset, byteCount: byteCount) {
      let write = cell.pointee.write
      cell.pointee.write = Record(
        epoch: epoch, warp: write.warp, lane: write.lane, kind: .announced, carrier: carrier)
    }
  }

  /// Notes a bulk copy's write, which ends at the barrier of a carrier; warp and lane have begun
  /// it.
  func writeInBulk(
    _ cell: UnsafeMutablePointer<Cell>, warp: Int, lane: Int, pc: UInt32, carrier: Int,
    epoch: UInt32
  ) {
    cell.pointee = Cell(
      write: Record(epoch: epoch, warp: warp, lane: lane, kind: .bulk, carrier: carrier),
      writePC: pc)
  }

  // MARK: Reads that take time

  /// Notes a read by a warp that goes on until ``finishRead(at:warp:clock:)``.
  func beginRead(_ cell: UnsafeMutablePointer<Cell>, warp: Int, pc: UInt32) {
    let record = Record(epoch: Record.endless, warp: warp, lane: Record.severalLanes)
    if !cell.pointee.hasReaders {
      guard cell.pointee.read.bits != 0, cell.pointee.read.warp != warp else {
        cell.pointee.read = record
        cell.pointee.readPC = pc
        return
      }
      spread(cell)
    }
    readers[(cell - cells) * warpCount + warp] = Reader(record: record, pc: pc)
  }

  /// Makes reads of a line by a warp ones that end now.
  func finishRead(at offset: Int, warp: Int, clock: UnsafeMutablePointer<UInt32>) {
    let record = Record(epoch: clock[warp], warp: warp, lane: Record.severalLanes)
    for cell in cells(of: offset, byteCount: 16) {
      let last = cell.pointee.read
      if cell.pointee.hasReaders {
        let index = (cell - cells) * warpCount + warp
        if readers[index].record.epoch == Record.endless { readers[index].record = record }
      } else if last.warp == warp && last.epoch == Record.endless {
        cell.pointee.read = record
      }
    }
  }

  // MARK: Order

  /// Lets `clock` know all that `other` knows.
  @inline(__always)
  func join(_ clock: UnsafeMutablePointer<UInt32>, _ other: UnsafeMutablePointer<UInt32>) {
    for index in 0..<clocks.length { clock[index] = max(clock[index], other[index]) }
  }

  /// Hands what a warp has done to those that will join `other`, and begins an epoch.
  func release(_ warp: UnsafeMutablePointer<Warp>, to other: UnsafeMutablePointer<UInt32>) {
    join(other, warp.pointee.clock)
    warp.pointee.clock[warp.pointee.clockIndex] += 1
  }
}
