internal import Tensors

/// Reads the directory at the end of an archive.
struct ZIPDirectory {
  private(set) var entries: [ZIPArchive.Entry] = []

  private let file: RandomAccessFile

  /// The longest directory that is read: one for about ten million files.
  static let maximumByteCount = 1 << 30
  /// The longest comment behind the directory.
  static let maximumCommentByteCount = 0xffff
  /// Deflate makes at most so many bytes of one.
  static let maximumExpansion = 1032

  /// - Throws: as `ZIPArchive`'s initializer.
  init(of file: RandomAccessFile) throws(HewnError) {
    self.file = file
    let place = try Self.findDirectory(of: file)
    guard place.byteCount <= Self.maximumByteCount else {
      throw HewnError(.unsupported, "an archive whose directory takes \(place.byteCount) bytes")
    }
    let bytes = try file.read(at: place.offset, count: place.byteCount)
    var names: Set<String> = []
    var storedByteCount = 0
    var position = 0
    while position < bytes.count {
      let entry = try readEntry(bytes[position...], at: &position)
      guard names.insert(entry.name).inserted else {
        throw HewnError(.invalidFile, "the archive holds \(entry.name) twice")
      }
      storedByteCount += entry.storedByteCount
      guard storedByteCount <= file.byteCount else {
        throw HewnError(.invalidFile, "entries of the archive overlap")
      }
      entries.append(entry)
    }
    guard entries.count == place.entryCount else {
      throw HewnError(
        .invalidFile,
        "the archive's directory holds \(entries.count) entries and states \(place.entryCount)")
    }
  }

  private struct Place {
    var offset: Int
    var byteCount: Int
    var entryCount: Int
  }

  /// Finds the directory through the record at the file's end, behind which only a comment may lie.
  private static func findDirectory(of file: RandomAccessFile) throws(HewnError) -> Place {
    let tailByteCount = min(
      file.byteCount,
      maximumCommentByteCount + ZIPRecord.endByteCount + ZIPRecord.locator64ByteCount)
    let tailOffset = file.byteCount - tailByteCount
    let tail = try file.read(at: tailOffset, count: tailByteCount)
    let last = tail.count - ZIPRecord.endByteCount
    let found =
      last < 0
      ? nil
      : (0...last).last { position in
        tail.uint32(at: position) == ZIPRecord.end
          && position + ZIPRecord.endByteCount + tail.uint16(at: position + 20) == tail.count
      }
    guard let end = found else {
      throw HewnError(.invalidFile, "not a ZIP archive, or one that is cut off")
    }
    guard tail.uint16(at: end + 4) == tail.uint16(at: end + 6) || isLarge(tail, end) else {
      throw inParts
    }
    var place = Place(
      offset: tail.uint32(at: end + 16), byteCount: tail.uint32(at: end + 12),
      entryCount: tail.uint16(at: end + 10))
    var limit = tailOffset + end
    if isLarge(tail, end), end >= ZIPRecord.locator64ByteCount,
      tail.uint32(at: end - ZIPRecord.locator64ByteCount) == ZIPRecord.locator64
    {
      (place, limit) = try readLargeEnd(
        of: file, locator: Array(tail[(end - ZIPRecord.locator64ByteCount)..<end]))
    }
    guard place.byteCount <= limit, place.offset <= limit - place.byteCount else {
      throw HewnError(.invalidFile, "the archive's directory does not lie within the file")
    }
    return place
  }

  /// Whether a field of the end record says that its value lies in the one of ZIP64.
  private static func isLarge(_ tail: [UInt8], _ end: Int) -> Bool {
    tail.uint16(at: end + 10) == 0xffff || tail.uint32(at: end + 12) == 0xffff_ffff
      || tail.uint32(at: end + 16) == 0xffff_ffff
  }

  /// Reads the end record of ZIP64.
  ///
  /// - Returns: the directory's place, and where it must have ended.
  private static func readLargeEnd(
    of file: RandomAccessFile, locator: [UInt8]
  ) throws(HewnError) -> (place: Place, limit: Int) {
    guard locator.uint32(at: 16) <= 1 else { throw inParts }
    guard let offset = locator.uint64(at: 8),
      offset <= file.byteCount - ZIPRecord.end64ByteCount
    else { throw HewnError(.invalidFile, "the archive's end record does not lie within the file") }
    let record = try file.read(at: offset, count: ZIPRecord.end64ByteCount)
    guard record.uint32(at: 0) == ZIPRecord.end64, let entryCount = record.uint64(at: 32),
      let byteCount = record.uint64(at: 40), let directoryOffset = record.uint64(at: 48)
    else { throw HewnError(.invalidFile, "the archive's end record is malformed") }
    return (
      Place(offset: directoryOffset, byteCount: byteCount, entryCount: entryCount), offset
    )
  }

  private static var inParts: HewnError {
    HewnError(.unsupported, "an archive in several parts; join them with `zip -s 0`")
  }

  /// Reads the entry at the start of `bytes` and moves `position` behind it.
  private func readEntry(
    _ bytes: ArraySlice<UInt8>, at position: inout Int
  ) throws(HewnError) -> ZIPArchive.Entry {
    let fixed = ZIPRecord.directoryEntryByteCount
    guard bytes.count >= fixed, bytes.uint32(at: 0) == ZIPRecord.directoryEntry else {
      throw HewnError(.invalidFile, "the archive's directory is malformed")
    }
    let nameByteCount = bytes.uint16(at: 28)
    let extraByteCount = bytes.uint16(at: 30)
    let byteCount = fixed + nameByteCount + extraByteCount + bytes.uint16(at: 32)
    guard bytes.count >= byteCount else {
      throw HewnError(.invalidFile, "the archive's directory is cut off")
    }
    position += byteCount
    let nameStart = bytes.startIndex + fixed
    let name = Self.printable(bytes[nameStart..<(nameStart + nameByteCount)])
    let extra = bytes[(nameStart + nameByteCount)...].prefix(extraByteCount)

    var large = LargeFields(extra)
    guard let content = large.value(bytes.uint32(at: 24)),
      let stored = large.value(bytes.uint32(at: 20)),
      let offset = large.value(bytes.uint32(at: 42))
    else { throw HewnError(.invalidFile, "\(name): lengths are missing in the directory") }
    guard stored <= file.byteCount,
      offset <= file.byteCount - ZIPRecord.entryHeaderByteCount
    else { throw HewnError(.invalidFile, "\(name) does not lie within the file") }
    let compression: ZIPArchive.Compression
    switch bytes.uint16(at: 10) {
    case 0: compression = .stored
    case 8: compression = .deflated
    case let method: compression = .other(method)
    }
    let isPossible =
      switch compression {
      case .stored: content == stored
      case .deflated: content / Self.maximumExpansion <= stored
      case .other: true
      }
    let isEncrypted = bytes.uint16(at: 8) & 1 != 0
    guard isPossible || isEncrypted else {
      throw HewnError(.invalidFile, "\(name): \(content) bytes cannot lie in \(stored)")
    }
    return ZIPArchive.Entry(
      name: name, byteCount: content, storedByteCount: stored, compression: compression,
      checksum: UInt32(bytes.uint32(at: 16)), isEncrypted: isEncrypted, headerOffset: offset)
  }

  /// A name as messages may show it: an archive must not move the terminal's cursor.
  private static func printable(_ bytes: ArraySlice<UInt8>) -> String {
    String(
      String.UnicodeScalarView(
        String(decoding: bytes, as: UTF8.self).unicodeScalars.map { scalar in
          scalar.properties.generalCategory == .control ? "\u{fffd}" : scalar
        }))
  }
}

/// The numbers of an entry that do not fit 32 bits: they follow each other in one extra field.
private struct LargeFields {
  private var numbers: ArraySlice<UInt8> = []

  init(_ extra: ArraySlice<UInt8>) {
    var rest = extra
    while rest.count >= 4 {
      let (kind, byteCount) = (rest.uint16(at: 0), rest.uint16(at: 2))
      rest = rest.dropFirst(4)
      if kind == 1 {
        numbers = rest.prefix(byteCount)
        return
      }
      rest = rest.dropFirst(byteCount)
    }
  }

  /// The number that a 32-bit field states or refers to; `nil` where that is missing.
  mutating func value(_ field: Int) -> Int? {
    guard field == 0xffff_ffff else { return field }
    guard numbers.count >= 8 else { return nil }
    defer { numbers = numbers.dropFirst(8) }
    return numbers.uint64(at: 0)
  }
}
