import Datasets
import TestSupport
import Tensors
import Testing

@Suite struct ZIPArchiveTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func open(_ zip: TinyZIP) throws -> ZIPArchive {
    try ZIPArchive(contentsOf: try scratch.write(zip.bytes, to: "a.zip"))
  }

  private static func random(_ count: Int, seed: UInt64) -> [UInt8] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
  }

  private static func contents() -> [(String, [UInt8])] {
    [
      ("empty", []), ("one", [7]), ("folder/text", Array("some text, some text".utf8)),
      ("zeros", [UInt8](repeating: 0, count: 300_000)), ("noise", random(70_001, seed: 1)),
    ]
  }

  @Test(arguments: [false, true], [false, true])
  func readsWhatIsStoredAndDeflated(isDeflated: Bool, isLarge: Bool) throws {
    let contents = Self.contents()
    var zip = TinyZIP(
      try contents.map { name, bytes in
        isDeflated
          ? TinyZIP.Entry(name, bytes, deflated: try deflated(bytes)) : TinyZIP.Entry(name, bytes)
      })
    zip.isLarge = isLarge
    for index in zip.entries.indices {
      zip.entries[index].isLarge = isLarge
      zip.entries[index].localExtra = Array(repeating: 9, count: index)
    }
    zip.comment = Array("PK\u{5}\u{6} is in this comment too, and more than 22 bytes".utf8)
    let archive = try open(zip)
    #expect(archive.entries.map(\.name) == contents.map(\.0))
    for (entry, (name, bytes)) in Swift.zip(archive.entries, contents) {
      #expect(try archive.bytes(of: entry, limit: 1 << 20) == bytes, "\(name)")
      // In pieces, some of them left out.
      var reader = try archive.reader(of: entry)
      var pieces: [UInt8] = []
      while reader.remainingByteCount > 0 {
        let piece = try reader.read(1009)
        guard !piece.isEmpty else { break }
        pieces += piece
        let skipped = min(3, reader.remainingByteCount)
        try reader.skip(skipped)
        pieces += bytes[pieces.count..<(pieces.count + skipped)]
      }
      #expect(pieces == bytes, "\(name)")
    }
  }

  @Test func replacesControlCharacters() throws {
    let archive = try open(TinyZIP([TinyZIP.Entry("a\u{1b}[2Jb\n.png", [1])]))
    #expect(archive.entries.map(\.name) == ["a\u{fffd}[2Jb\u{fffd}.png"])
  }

  struct Damage: Sendable, CustomTestStringConvertible {
    var words: String
    var code: HewnError.Code = .invalidFile
    var isFoundAtOnce = true
    var zip: @Sendable () throws -> [UInt8]
    var testDescription: String { words }

    /// An archive of one entry with something changed.
    static func entry(
      _ words: String, code: HewnError.Code = .invalidFile, isFoundAtOnce: Bool = true,
      isDeflated: Bool = false, _ change: @escaping @Sendable (inout TinyZIP.Entry) -> Void
    ) -> Damage {
      Damage(words: words, code: code, isFoundAtOnce: isFoundAtOnce) {
        let content = Array("some text, some text".utf8)
        var entry =
          isDeflated
          ? TinyZIP.Entry("a", content, deflated: try deflated(content))
          : TinyZIP.Entry("a", content)
        change(&entry)
        return TinyZIP([entry]).bytes
      }
    }
  }

  static let sound = TinyZIP([TinyZIP.Entry("a", [1, 2, 3])])

  static let damages: [Damage] = [
    Damage(words: "not a ZIP archive") { [] },
    Damage(words: "not a ZIP archive") { Array("PK\u{3}\u{4}".utf8) },
    Damage(words: "cut off") { Array(sound.bytes.dropLast()) },
    Damage(words: "cut off") { sound.bytes + [0] },
    Damage(words: "does not lie within") { Array(sound.bytes.suffix(40)) },
    Damage(words: "in several parts", code: .unsupported) {
      var bytes = sound.bytes
      bytes[bytes.count - 18] = 1
      return bytes
    },
    Damage(words: "twice") { TinyZIP(sound.entries + sound.entries).bytes },
    Damage(words: "holds 1 entries and states 2") {
      var zip = sound
      zip.entryCount = 2
      return zip.bytes
    },
    Damage(words: "malformed") {
      // The end of ZIP64 points behind the start of the directory.
      var zip = sound
      zip.isLarge = true
      var bytes = zip.bytes
      bytes[bytes.count - 22 - 20 + 8] += 1
      return bytes
    },
    .entry("does not lie within") {
      $0.storedByteCount = 1000; $0.byteCount = 1000
    },
    .entry("does not lie within") { $0.offset = 1 << 30 },
    .entry("does not lie within") {
      $0.isLarge = true
      $0.offset = .max - 5
    },
    .entry("lengths are missing") { $0.byteCount = 0xffff_ffff },
    .entry("cannot lie in 20") { $0.byteCount = 21 },
    .entry("cannot lie in", isDeflated: true) { $0.byteCount = 1 << 31 },
    .entry("not where the directory says", isFoundAtOnce: false) { $0.offset = 1 },
    .entry("encrypted", code: .unsupported, isFoundAtOnce: false) { $0.flags = 1 },
    .entry("compression method 14", code: .unsupported, isFoundAtOnce: false) { $0.method = 14 },
    .entry("checksum", isFoundAtOnce: false) { $0.checksum ^= 1 },
    .entry("checksum", isFoundAtOnce: false, isDeflated: true) { $0.checksum ^= 1 },
    .entry("ends 1 bytes early", isFoundAtOnce: false, isDeflated: true) { $0.byteCount += 1 },
    .entry("longer than 19", isFoundAtOnce: false, isDeflated: true) { $0.byteCount -= 1 },
    .entry("early", isFoundAtOnce: false, isDeflated: true) { $0.storedByteCount -= 5 },
    .entry("end is missing", isFoundAtOnce: false, isDeflated: true) { entry in
      // One block that is stored and not the last.
      entry.stored = [0, 19, 0, 0xec, 0xff] + Array("some text, some text".utf8.prefix(19))
      entry.storedByteCount = 24
      entry.byteCount = 19
    },
    .entry("damaged: invalid", isFoundAtOnce: false, isDeflated: true) { $0.stored[0] = 0xff },
    .entry("limit is 30", isFoundAtOnce: false) {
      $0.stored = Array(repeating: 1, count: 31)
      $0.byteCount = 31
      $0.storedByteCount = 31
    },
    Damage(words: "overlap") {
      var zip = TinyZIP(
        (0..<9).map { TinyZIP.Entry("\($0)", [UInt8](repeating: 0, count: $0 == 0 ? 5000 : 0)) })
      for index in zip.entries.indices {
        zip.entries[index].offset = 0
        zip.entries[index].byteCount = 5000
        zip.entries[index].storedByteCount = 5000
      }
      return zip.bytes
    },
  ]

  @Test(arguments: damages) func explainsDamage(_ damage: Damage) throws {
    let path = try scratch.write(try damage.zip(), to: "a.zip")
    let error = #expect(throws: HewnError.self) {
      let archive = try ZIPArchive(contentsOf: path)
      #expect(!damage.isFoundAtOnce, "the directory was accepted")
      for entry in archive.entries { _ = try archive.bytes(of: entry, limit: 30) }
    }
    #expect(error?.code == damage.code, "\(error?.message ?? "")")
    #expect(error?.message.contains(damage.words) == true, "\(error?.message ?? "")")
    #expect(error?.message.hasPrefix(path) == true, "\(error?.message ?? "")")
  }

  @Test func refusesWhatIsNoFile() throws {
    for path in [scratch.path, "/dev/zero", scratch.path + "/missing.zip"] {
      let error = #expect(throws: HewnError.self) { try ZIPArchive(contentsOf: path) }
      #expect(error?.code == .io)
      #expect(error?.message.contains(path) == true)
    }
  }

  /// Changed, cut and lengthened archives end in an error or in what they hold.
  @Test func survivesMutations() throws {
    let contents = Self.contents().map { ($0.0, Array($0.1.prefix(500))) }
    var sources: [TinyZIP] = []
    for isLarge in [false, true] {
      var zip = TinyZIP(
        try contents.enumerated().map { index, content in
          index % 2 == 0
            ? TinyZIP.Entry(content.0, content.1, deflated: try deflated(content.1))
            : TinyZIP.Entry(content.0, content.1)
        })
      zip.isLarge = isLarge
      for index in zip.entries.indices { zip.entries[index].isLarge = isLarge }
      sources.append(zip)
    }
    let wanted = Dictionary(uniqueKeysWithValues: contents)
    for seed in UInt64(0)..<3000 {
      var generator = SplitMix64(seed: seed)
      let source = sources[Int(seed % 2)].bytes
      let path = try scratch.write(Mutation.apply(to: source, using: &generator), to: "a.zip")
      do throws(HewnError) {
        let archive = try ZIPArchive(contentsOf: path)
        for entry in archive.entries {
          guard let bytes = try? archive.bytes(of: entry, limit: 1 << 20) else { continue }
          // Names and the checksums beside them may have changed, but hardly both.
          if let want = wanted[entry.name] { #expect(bytes == want, "seed \(seed), \(entry.name)") }
        }
      } catch {
        #expect(error.code == .invalidFile || error.code == .unsupported, "seed \(seed): \(error)")
      }
    }
  }
}

/// Seeded damage to a file.
enum Mutation {
  /// Changes bytes, cuts the file off, or inserts and removes a few bytes.
  static func apply(to bytes: [UInt8], using generator: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
      // The ends of files hold what decides most.
      let reach = Bool.random(using: &generator) ? bytes.count : min(bytes.count, 400)
      let place = bytes.count - Int.random(in: 1...reach, using: &generator)
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: bytes.removeLast(bytes.count - place)
      case 1: bytes.insert(.random(in: 0...255, using: &generator), at: place)
      case 2: bytes.remove(at: place)
      case 3: bytes[place] = 0xff
      case 4: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      default: bytes[place] = .random(in: 0...255, using: &generator)
      }
    }
    return bytes
  }
}
