import Covers
import Foundation
import PlanFiles
import Repruning
import Tensors
import Testing

/// Checkpoints that are damaged are refused. Those whose seal is right although their content is not end in an
/// error, or in plans that networks can be made of.
@Suite struct FrontierDamageTests {
  /// What a file with other bytes is refused for; `nil` where it is not.
  private func refusal(
    of bytes: [UInt8], _ path: String, _ groups: [FilterWeights]
  ) throws -> HewnError? {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    do throws(HewnError) {
      _ = try FrontierFile(contentsOf: path, key: "a", groups: groups)
      return nil
    } catch {
      return error
    }
  }

  /// Expects a file with other bytes to be refused.
  private func expectRefusal(
    _ bytes: [UInt8], _ path: String, _ groups: [FilterWeights], _ words: String, _ label: String
  ) throws {
    let error = try refusal(of: bytes, path, groups)
    #expect(error?.code == .invalidFile && error?.file == path, "\(label): \(error as Any)")
    for words in [words, "delete the file"] {
      #expect(error?.message.contains(words) == true, "\(label): \(error as Any)")
    }
  }

  /// A checkpoint, and its bytes.
  private func withWhole(
    isDense: Bool,
    _ body: (_ path: String, _ whole: [UInt8], _ groups: [FilterWeights]) throws -> Void
  ) throws {
    let (file, groups) = try FrontierCase.file(isDense: isDense)
    try FrontierCase.withFile { path in
      try file.write(to: path, key: "a")
      try body(path, [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))), groups)
    }
  }

  @Test func flipsAreRefused() throws {
    try withWhole(isDense: false) { path, whole, groups in
      var damaged = whole
      var places: [Int] = []
      // A stride that meets the bytes of a number all in turn.
      for index in Array(stride(from: 0, to: whole.count, by: 7)) + whole.indices.suffix(4) {
        damaged[index] ^= 1 << (index % 8)
        let error = try refusal(of: damaged, path, groups)
        if error?.code != .invalidFile || error?.file != path { places.append(index) }
        damaged[index] = whole[index]
      }
      #expect(places.isEmpty, "not refused: flips of the bytes \(places)")
      damaged[whole.count / 2] ^= 1
      try expectRefusal(damaged, path, groups, "checksum", "one flip")
    }
  }

  @Test(arguments: [true, false]) func cutAndLongerFilesAreRefused(isDense: Bool) throws {
    try withWhole(isDense: isDense) { path, whole, groups in
      for count in stride(from: 0, to: whole.count, by: 61) {
        try expectRefusal(
          Array(whole[..<count]), path, groups, "checksum", "first \(count) bytes")
      }
      try expectRefusal(whole + [0], path, groups, "checksum", "a further byte")
      try expectRefusal(whole + whole, path, groups, "checksum", "twice")
      try expectRefusal(
        sealed(whole + whole), path, groups, "belong to no tensor", "twice under one seal")
    }
  }

  /// Bytes with the seal that they ought to have.
  private func sealed(_ bytes: [UInt8]) -> [UInt8] {
    let sum = bytes.dropLast(4).withUnsafeBytes { CRC32.checksum($0) }
    return bytes.dropLast(4) + (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
  }

  /// Sealed bytes with other text in the header.
  private func replacing(_ old: String, _ new: String, in whole: [UInt8]) throws -> [UInt8] {
    let count = whole[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = String(decoding: whole[8..<8 + count], as: UTF8.self)
    let place = try #require(header.firstRange(of: old), "\(old) in \(header)")
    let changed = Array(header.replacingCharacters(in: place, with: new).utf8)
    return sealed(
      (0..<8).map { UInt8(truncatingIfNeeded: changed.count >> (8 * $0)) } + changed
        + whole[(8 + count)...])
  }

  private func quoted(_ text: String) -> String { text.replacing("\"", with: "\\\"") }

  @Test func recordsThatAreNoneAreRefused() throws {
    try withWhole(isDense: false) { path, whole, groups in
      for (old, new, words) in [
        ("\"form\":\"exact\"", "\"form\":\"exakt\"", "own.form"),
        ("\"form\":\"exact\"", "\"from\":\"exact\"", "form"),
        ("\"denseTime\":\"inf\"", "\"denseTime\":\"nan\"", "the denseTime nan"),
        ("\"denseTime\":\"inf\"", "\"denseTime\":\"-inf\"", "the denseTime -inf"),
        ("\"denseTime\":\"inf\"", "\"denseTime\":true", "own.denseTime"),
        ("\"exactTime\":", "\"exactTime\":-", "the exactTime -"),
        ("\"time\":", "\"time\":\"inf\",\"was\":", "the time inf"),
        ("\"loss\":", "\"loss\":\"nan\",\"was\":", "the loss nan"),
        ("\"droppedError\":", "\"droppedError\":-1,\"was\":", "the droppedError -1"),
        ("\"refittedError\":", "\"refittedError\":\"inf\",\"was\":", "the refittedError inf"),
        ("\"droppedCount\":", "\"droppedCount\":-7,\"was\":", "-7 changed weights"),
        ("\"filledCount\":", "\"filledCount\":0.5,\"was\":", "frontier is malformed"),
        ("\"refittedCount\":", "\"refittedCount\":1e99,\"was\":", "frontier is malformed"),
        ("\"plans\":[", "\"plans\":[],\"was\":[", "not in order"),
        ("\"plans\":[", "\"plans\":{},\"was\":[", "plans"),
        ("\"draws\":[0.5", "\"draws\":[\"inf\"", "a unit of loss"),
        ("\"value\":0.7", "\"value\":null", "unit.value"),
        ("\"unit\":", "\"units\":", "unit"),
      ] {
        // The document is text inside of JSON.
        let (old, new) = (quoted(old), quoted(new))
        try expectRefusal(
          replacing(old, new, in: whole), path, groups, words, "\(old) → \(new)")
      }
      for (old, new, words) in [
        ("\"hewn-frontier\"", "\"hewn-masks\"", "no part of a checkpoint"),
        ("\"frontier\":", "\"frontiers\":", "without a frontier"),
        ("\"own.covers\"", "\"own.cover\"", "own.covers"),
      ] {
        try expectRefusal(
          replacing(old, new, in: whole), path, groups, words, "\(old) → \(new)")
      }
      // Of other runs.
      for (old, new) in [
        ("\"version\":\"3\"", "\"version\":\"2\""), ("\"key\":\"a\"", "\"key\":\"b\""),
      ] {
        try Data(replacing(old, new, in: whole)).write(to: URL(fileURLWithPath: path))
        #expect(try FrontierFile(contentsOf: path, key: "a", groups: groups) == nil)
      }
    }
  }

  /// Bits for weights that are not there, of which there are too many or too few, or after the last place.
  @Test func bitsThatFitNoWeightsAreRefused() throws {
    try withWhole(isDense: false) { path, whole, groups in
      let count = whole[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
      let header = try #require(
        JSONSerialization.jsonObject(with: Data(whole[8..<8 + count])) as? [String: Any])
      let name = try #require(header.keys.filter { $0.hasSuffix(".kept.0") }.min())
      let entry = try #require(header[name] as? [String: Any])
      let offsets = try #require(entry["data_offsets"] as? [Int])
      let bytes = (8 + count + offsets[0])..<(8 + count + offsets[1])
      #expect(bytes.count == 8 && whole[bytes.upperBound - 1] < 0x80)
      let (empty, full) = (
        bytes.first { whole[$0] != 0xff && $0 < bytes.upperBound - 1 },
        bytes.first { whole[$0] != 0 }
      )
      for (label, index, bits) in [
        ("after the last", bytes.upperBound - 1, whole[bytes.upperBound - 1] | 0x80),
        ("too many", try #require(empty), 0xff), ("too few", try #require(full), 0),
      ] as [(String, Int, UInt8)] {
        var damaged = whole
        damaged[index] = bits
        try expectRefusal(sealed(damaged), path, groups, "of 64 places for 7 × 9", label)
      }
    }
  }

  /// Damage whose seal is right reaches all that reads the content.
  @Test(arguments: [true, false]) func sealedDamage(isDense: Bool) throws {
    try withWhole(isDense: isDense) { path, whole, groups in
      var counts = (accepted: 0, passedOver: 0, refused: 0)
      for seed in 0..<3000 {
        var generator = SplitMix64(seed: UInt64(seed))
        var damaged = whole
        for _ in 0..<1 + generator.draw(below: 4) {
          let index = generator.draw(below: damaged.count)
          let byte = UInt8(generator.draw(below: 256))
          damaged[index] = byte % 2 == 0 ? damaged[index] ^ 1 << (byte % 8) : byte
        }
        try Data(sealed(damaged)).write(to: URL(fileURLWithPath: path))
        do throws(HewnError) {
          guard let read = try FrontierFile(contentsOf: path, key: "a", groups: groups) else {
            counts.passedOver += 1
            continue
          }
          counts.accepted += 1
          use(read, groups, "seed \(seed)")
        } catch {
          counts.refused += 1
          // Of types of elements, there are some that no file of Hewn has.
          let isNamed = [.invalidFile, .unsupported].contains(error.code) && error.file == path
          #expect(isNamed, "seed \(seed): \(error.code) \(error)")
        }
      }
      #expect(counts.accepted > 0 && counts.refused > 0, "\(counts)")
    }
  }

  /// Does with a file what re-pruning does.
  private func use(_ file: FrontierFile, _ groups: [FilterWeights], _ label: String) {
    #expect(file.unit.value.isFinite && file.unit.relativeSpread >= 0, "\(label)")
    let pruning = NetworkPruning([file.frontier])
    let plans = (0...pruning.changeCount).map { pruning.plan(changeCount: $0) }
    for plan in plans + [pruning.unchanged, pruning.plan(speedup: 1.5).plan] {
      #expect(!plan.time.isNaN && !plan.loss.isNaN, "\(label)")
      for layer in plan.layers {
        #expect(layer.weights.count == groups.count, "\(label)")
        for (weights, own) in zip(layer.weights, groups) {
          #expect(weights.matrix.values.count == own.matrix.values.count, "\(label)")
          #expect(weights.bias.count == own.bias.count, "\(label)")
        }
        guard layer.form == .repruned else { continue }
        for (cover, weights) in zip(layer.covers, layer.weights) {
          let kept = KeptEntries(cover, fillsSlots: true)
          let outside = weights.matrix.values.enumerated().count { index, value in
            value != 0 && !kept[index / FrontierCase.taps, index % FrontierCase.taps]
          }
          #expect(outside == 0, "\(label)")
        }
      }
    }
  }
}
