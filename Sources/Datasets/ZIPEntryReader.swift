internal import CZlib
package import Tensors

/// Reads the content of an archive's entry from its start to its end.
package struct ZIPEntryReader {
  private let file: RandomAccessFile
  private let entry: ZIPArchive.Entry
  /// What of the entry is not read from the file yet.
  private var stored: Range<Int>
  /// `nil` for an entry that is not compressed.
  private let inflater: Inflater?
  private var isChecked = false
  private var checksum: UInt32 = 0

  /// Bytes of the content that are not read yet.
  package private(set) var remainingByteCount: Int

  /// - Precondition: the entry's bytes lie within the file from `start`.
  init(_ file: RandomAccessFile, _ entry: ZIPArchive.Entry, start: Int) throws(HewnError) {
    self.file = file
    self.entry = entry
    stored = start..<(start + entry.storedByteCount)
    inflater = entry.compression == .deflated ? try Inflater() : nil
    remainingByteCount = entry.byteCount
  }

  /// Reads the next `count` bytes, fewer only at the end.
  ///
  /// The last of them comes with a check of length and checksum of the whole.
  ///
  /// - Throws: `io`, `invalidFile`.
  package mutating func read(_ count: Int) throws(HewnError) -> [UInt8] {
    let count = min(count, remainingByteCount)
    var bytes = [UInt8](repeating: 0, count: count)
    let filled = bytes.withUnsafeMutableBytes { buffer in
      Result { () throws(HewnError) in try fill(buffer) }
    }
    let missing = try filled.mapError(named).get()
    guard missing == 0 else {
      throw damaged("it ends \(missing) bytes early")
    }
    // Without bytes, zlib would return the checksum of nothing.
    if count > 0 { checksum = UInt32(crc32_z(UInt(checksum), bytes, bytes.count)) }
    remainingByteCount -= count
    if remainingByteCount == 0, !isChecked { try checkEnd() }
    return bytes
  }

  /// Reads on without keeping what is read.
  package mutating func skip(_ count: Int) throws(HewnError) {
    var rest = min(count, remainingByteCount)
    while rest > 0 { rest -= try read(min(rest, Inflater.pieceByteCount)).count }
  }

  /// Fills a buffer.
  ///
  /// - Returns: how many bytes are missing because the entry ends early.
  private mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(HewnError) -> Int {
    guard let inflater else {
      // The directory's check has made both lengths the same.
      try file.read(at: stored.lowerBound, into: buffer)
      stored = (stored.lowerBound + buffer.count)..<stored.upperBound
      return 0
    }
    var done = 0
    while done < buffer.count {
      if inflater.isHungry, !stored.isEmpty { try feed(inflater) }
      let produced = try inflater.inflate(
        into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
      done += produced
      if produced == 0, inflater.isAtEnd || (inflater.isHungry && stored.isEmpty) { break }
    }
    return buffer.count - done
  }

  private mutating func feed(_ inflater: Inflater) throws(HewnError) {
    let count = min(stored.count, Inflater.pieceByteCount)
    inflater.feed(try file.read(at: stored.lowerBound, count: count))
    stored = (stored.lowerBound + count)..<stored.upperBound
  }

  private mutating func checkEnd() throws(HewnError) {
    isChecked = true
    if inflater != nil {
      var extra: UInt8 = 0
      let filled = withUnsafeMutableBytes(of: &extra) { buffer in
        Result { () throws(HewnError) in try fill(buffer) }
      }
      let missing = try filled.mapError(named).get()
      guard missing == 1 else { throw damaged("it is longer than \(entry.byteCount) bytes") }
      guard inflater?.isAtEnd == true else { throw damaged("its end is missing") }
    }
    guard checksum == entry.checksum else { throw damaged("its checksum is wrong") }
  }

  private func damaged(_ what: String) -> HewnError {
    named(HewnError(.invalidFile, "the archive is damaged: \(what)"))
  }

  private func named(_ error: HewnError) -> HewnError {
    HewnError(error.code, "\(file.path), \(entry.name): \(error.message)")
  }
}

/// A stream of deflated bytes (RFC 1951) on its way through zlib.
private final class Inflater {
  /// How much is read and fed at a time.
  static let pieceByteCount = 1 << 16

  // zlib keeps the address of its stream.
  private let stream: UnsafeMutablePointer<z_stream>
  private var piece: [UInt8] = []
  private var position = 0
  private(set) var isAtEnd = false

  /// Whether everything that was fed is used up.
  var isHungry: Bool { position == piece.count }

  init() throws(HewnError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // Negative window bits: no header and no checksum of zlib's own.
    let status = inflateInit2_(
      stream, -MAX_WBITS, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      throw HewnError(.outOfMemory, "zlib could not be started")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Gives the next piece.
  ///
  /// - Precondition: the one before is used up.
  func feed(_ bytes: [UInt8]) {
    precondition(isHungry)
    piece = bytes
    position = 0
  }

  /// Inflates what was fed, as far as the buffer takes it.
  ///
  /// - Returns: the number of bytes that were written; 0 where more must be fed, or at the end.
  /// - Throws: `invalidFile`.
  func inflate(into buffer: UnsafeMutableRawBufferPointer) throws(HewnError) -> Int {
    if isAtEnd { return 0 }
    let room = min(buffer.count, Int(Int32.max))
    let fed = piece.count - position
    var status = Z_OK
    var produced = 0
    piece.withUnsafeMutableBytes { input in
      stream.pointee.next_in =
        UnsafeMutableRawBufferPointer(rebasing: input[position...])
        .bindMemory(to: UInt8.self).baseAddress
      stream.pointee.avail_in = UInt32(fed)
      stream.pointee.next_out = buffer.bindMemory(to: UInt8.self).baseAddress
      stream.pointee.avail_out = UInt32(room)
      status = CZlib.inflate(stream, Z_NO_FLUSH)
      position += fed - Int(stream.pointee.avail_in)
      produced = room - Int(stream.pointee.avail_out)
      stream.pointee.next_in = nil
      stream.pointee.next_out = nil
    }
    switch status {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: isAtEnd = true
    case Z_MEM_ERROR: throw HewnError(.outOfMemory, "no memory to inflate")
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "error \(status)"
      throw HewnError(.invalidFile, "the archive is damaged: \(reason)")
    }
    return produced
  }
}
