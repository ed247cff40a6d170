#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// A result that scripts read as JSON.
///
/// Keys are in snake case and sorted, numbers are finite, and optional values are `null`. The
/// `schema_version` grows when a key changes its meaning or goes; new keys may come at any time.
public protocol Report: Codable, Sendable, Equatable {
  /// The version of the report's keys, ``ReportSchema/version`` when it was made.
  var schemaVersion: Int { get }
  /// The version of Hewn that made the report.
  var hewnVersion: String { get }
}

/// The version of the JSON keys of every report.
public enum ReportSchema {
  /// The version of the keys that this Hewn writes.
  public static let version = 1
}

extension Report {
  /// The report as indented JSON, without a final newline.
  ///
  /// - Throws: ``HewnError``: `internal` for a number that is not finite.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      throw HewnError(.internal, "a report cannot be encoded: \(error)")
    }
  }
}

/// An optional value whose absence is written as `null` instead of leaving its key out.
@propertyWrapper
public struct Nullable<Value: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
  /// The value; `nil` is written as `null`.
  public var wrappedValue: Value?

  /// Wraps a value.
  public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let wrappedValue {
      try container.encode(wrappedValue)
    } else {
      try container.encodeNil()
    }
  }
}

extension Double {
  /// The value with `digits` decimal places, so that reports hold no noise.
  func rounded(places digits: Int) -> Double {
    let unit = (0..<digits).reduce(1.0) { unit, _ in unit * 10 }
    return (self * unit).rounded() / unit
  }
}
