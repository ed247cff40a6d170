package import Tensors

/// The files in a ZIP archive, read where they lie.
///
/// Entries are stored or deflated; archives may be larger than 4 GiB (ZIP64). Nothing that an
/// archive states is believed: offsets and lengths are checked against the file, and content against
/// its length and checksum. Names are only ever names: nothing is written anywhere.
///
/// Source: PKWARE's APPNOTE, version 6.3.
package struct ZIPArchive: Sendable {
  package struct Entry: Sendable {
    /// The path in the archive, control characters replaced.
    package let name: String
    /// The length of the content.
    package let byteCount: Int
    /// The length of what lies in the archive.
    let storedByteCount: Int
    let compression: Compression
    let checksum: UInt32
    let isEncrypted: Bool
    /// Where the entry's own header begins.
    let headerOffset: Int

    package var isFolder: Bool { name.hasSuffix("/") }
  }

  enum Compression: Equatable, Sendable {
    case stored, deflated
    case other(Int)
  }

  /// What lies in the archive, in its own order; names differ.
  package let entries: [Entry]
  private let file: RandomAccessFile

  package var path: String { file.path }

  /// Opens an archive and reads its directory.
  ///
  /// - Throws: `io`, `invalidFile` for what is no archive or contradicts itself, `unsupported` for
  ///   archives in several parts.
  package init(contentsOf path: String) throws(HewnError) {
    file = try RandomAccessFile(path)
    do {
      entries = try ZIPDirectory(of: file).entries
    } catch {
      throw HewnError(error.code, "\(path): \(error.message)")
    }
  }

  /// Reads the whole content of an entry.
  ///
  /// - Throws: as ``reader(of:)``, and `invalidFile` for more than `limit` bytes, and for content
  ///   that is not what the archive states.
  package func bytes(of entry: Entry, limit: Int) throws(HewnError) -> [UInt8] {
    guard entry.byteCount <= limit else {
      throw error(.invalidFile, entry, "\(entry.byteCount) bytes, the limit is \(limit)")
    }
    var reader = try reader(of: entry)
    return try reader.read(entry.byteCount)
  }

  /// Starts to read an entry piece by piece.
  ///
  /// - Throws: `io`, `invalidFile` for an entry that does not lie within the file, `unsupported` for
  ///   encrypted entries and other compressions than deflate.
  package func reader(of entry: Entry) throws(HewnError) -> ZIPEntryReader {
    guard !entry.isEncrypted else {
      throw error(.unsupported, entry, "it is encrypted; repack the archive without a password")
    }
    if case .other(let method) = entry.compression {
      throw error(
        .unsupported, entry, "compression method \(method); repack the archive with `zip`")
    }
    // The lengths of name and extra field may differ from those in the directory.
    let header = try file.read(at: entry.headerOffset, count: ZIPRecord.entryHeaderByteCount)
    guard header.uint32(at: 0) == ZIPRecord.entryHeader else {
      throw error(.invalidFile, entry, "its header is not where the directory says")
    }
    let start =
      entry.headerOffset + header.count + header.uint16(at: 26) + header.uint16(at: 28)
    guard start <= file.byteCount - entry.storedByteCount else {
      throw error(.invalidFile, entry, "it does not lie within the file")
    }
    return try ZIPEntryReader(file, entry, start: start)
  }

  private func error(_ code: HewnError.Code, _ entry: Entry, _ message: String) -> HewnError {
    HewnError(code, "\(path), \(entry.name): \(message)")
  }
}

/// Signatures and lengths of an archive's records.
enum ZIPRecord {
  static let entryHeader = 0x0403_4b50
  static let entryHeaderByteCount = 30
  static let directoryEntry = 0x0201_4b50
  static let directoryEntryByteCount = 46
  static let end = 0x0605_4b50
  static let endByteCount = 22
  static let end64 = 0x0606_4b50
  static let end64ByteCount = 56
  static let locator64 = 0x0706_4b50
  static let locator64ByteCount = 20
}

/// Little-endian numbers at a place whose bounds the caller has checked.
extension RandomAccessCollection<UInt8> where Index == Int {
  func uint16(at offset: Int) -> Int {
    Int(self[startIndex + offset]) | Int(self[startIndex + offset + 1]) << 8
  }

  func uint32(at offset: Int) -> Int { uint16(at: offset) | uint16(at: offset + 2) << 16 }

  /// `nil` for a number that no file can need.
  func uint64(at offset: Int) -> Int? {
    let high = uint32(at: offset + 4)
    return high < 1 << 31 ? uint32(at: offset) | high << 32 : nil
  }
}
