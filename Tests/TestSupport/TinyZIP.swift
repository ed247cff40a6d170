/// ZIP archives made in the test, sound ones and others.
package struct TinyZIP {
  package struct Entry {
    package var name: String
    /// What lies in the archive.
    package var stored: [UInt8]
    package var method = 0
    package var flags = 0
    /// The length of the content, as stated.
    package var byteCount: Int
    package var storedByteCount: Int
    package var checksum: UInt32
    /// What is stated of the place of the entry's header; `nil` for the truth.
    package var offset: Int?
    /// Whether lengths and place are stated with 64 bits.
    package var isLarge = false
    /// Bytes behind the name in the entry's own header, which differ from those in the directory.
    package var localExtra: [UInt8] = []

    /// An entry that is not compressed.
    package init(_ name: String, _ content: [UInt8]) {
      self.name = name
      stored = content
      byteCount = content.count
      storedByteCount = content.count
      checksum = Checksum.crc32(content)
    }

    /// An entry of deflated bytes.
    package init(_ name: String, _ content: [UInt8], deflated: [UInt8]) {
      self.init(name, content)
      stored = deflated
      storedByteCount = deflated.count
      method = 8
    }
  }

  package var entries: [Entry]
  package var comment: [UInt8] = []
  /// Whether the end is that of ZIP64.
  package var isLarge = false
  /// What is stated of the number of entries; `nil` for the truth.
  package var entryCount: Int?

  package init(_ entries: [Entry]) { self.entries = entries }

  package var bytes: [UInt8] {
    var body: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let name = Array(entry.name.utf8)
      let offset = entry.offset ?? body.count
      let limit = 0xffff_ffff
      let sizes =
        entry.isLarge
        ? number(limit, 4) + number(limit, 4)
        : number(entry.storedByteCount, 4) + number(entry.byteCount, 4)
      let extra =
        entry.isLarge
        ? number(1, 2) + number(24, 2) + number(entry.byteCount, 8)
          + number(entry.storedByteCount, 8) + number(offset, 8) : []
      let common =
        number(entry.flags, 2) + number(entry.method, 2) + number(0, 4)
        + number(Int(entry.checksum), 4) + sizes + number(name.count, 2)
      body += number(0x0403_4b50, 4) + number(20, 2) + common
      body += number(entry.localExtra.count, 2) + name + entry.localExtra + entry.stored
      directory += number(0x0201_4b50, 4) + number(20, 2) + number(20, 2) + common
      directory += number(extra.count, 2) + number(0, 2) + number(0, 2) + number(0, 2)
      directory += number(0, 4) + number(entry.isLarge ? limit : offset, 4) + name + extra
    }
    let count = entryCount ?? entries.count
    var end: [UInt8] = []
    if isLarge {
      let record =
        number(0x0606_4b50, 4) + number(44, 8) + number(45, 2) + number(45, 2)
        + number(0, 4) + number(0, 4)
      end += record + number(count, 8) + number(count, 8) + number(directory.count, 8)
      end += number(body.count, 8) + number(0x0706_4b50, 4) + number(0, 4)
      end += number(body.count + directory.count, 8) + number(1, 4)
    }
    let (shortCount, place) = isLarge ? (0xffff, 0xffff_ffff) : (count, body.count)
    end += number(0x0605_4b50, 4) + number(0, 4) + number(shortCount, 2) + number(shortCount, 2)
    end += number(isLarge ? place : directory.count, 4) + number(place, 4)
    return body + directory + end + number(comment.count, 2) + comment
  }

  private func number(_ value: Int, _ byteCount: Int) -> [UInt8] {
    (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
