import CZlib
import Foundation
import Testing

/// A plan file taken apart, to be changed behind its checksums.
struct OpenPlan {
  /// The tensors by name, and the metadata.
  var header: JSON
  /// The document in the metadata.
  var plan: JSON
  /// What follows the header.
  var data: [UInt8]

  private static let plan: [JSON.Step] = [.key("__metadata__"), .key("plan")]

  init(_ bytes: [UInt8]) throws {
    let end = 8 + bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    header = try JSONDecoder().decode(JSON.self, from: Data(bytes[8..<end]))
    data = Array(bytes[end...])
    let text = try #require(header[Self.plan[...]].string)
    plan = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
  }

  /// Where in `data` a tensor lies; `nil` for a tensor that is not there or has no such place.
  func range(of tensor: String) -> Range<Int>? {
    guard case .array(let offsets) = header[.key(tensor), .key("data_offsets")],
      offsets.count == 2, let first = offsets[0].integer, let end = offsets[1].integer,
      0 <= first, first <= end, end <= data.count
    else { return nil }
    return first..<end
  }

  /// The file, with the right checksums for what it holds.
  func bytes() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = try encoder.encode(repaired(plan))
    var header = header
    header[Self.plan[...]] = .string(String(decoding: text, as: UTF8.self))
    header[.key("__metadata__"), .key("plan_crc32")] = .string("\(Self.checksum(Array(text)[...]))")
    let bytes = Array(try encoder.encode(header))
    let filler = [UInt8](repeating: UInt8(ascii: " "), count: (64 - (8 + bytes.count) % 64) % 64)
    let count = bytes.count + filler.count
    return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + bytes + filler + data
  }

  /// A part of the plan with the right checksums beside the names of tensors.
  private func repaired(_ part: JSON) -> JSON {
    switch part {
    case .array(let values): return .array(values.map(repaired))
    case .object(var values):
      if let tensor = values["tensor"]?.string, values["checksum"] != nil {
        guard let range = range(of: tensor) else { return part }
        values["checksum"] = .integer(Int(Self.checksum(data[range])))
        return .object(values)
      }
      return .object(values.mapValues(repaired))
    default: return part
    }
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt {
    bytes.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
  }
}
