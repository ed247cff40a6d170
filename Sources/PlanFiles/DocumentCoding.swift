#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
internal import Tensors

/// Documents as JSON: sorted keys, so that equal ones are equal texts; infinities as strings.
enum DocumentCoding {
  private static let infinities = ("inf", "-inf", "nan")

  /// - Throws: `internal` for a document that has no JSON.
  static func text(_ document: some Encodable) throws(HewnError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: infinities.0, negativeInfinity: infinities.1, nan: infinities.2)
    do {
      return String(decoding: try encoder.encode(document), as: UTF8.self)
    } catch {
      throw HewnError(.internal, "a document cannot be written: \(error)")
    }
  }

  /// - Parameter name: what the document is of, for errors.
  /// - Throws: `invalidFile` for text that is no such document; what decoding parts of it throws.
  static func document<Document: Decodable>(
    _: Document.Type, _ text: String, name: String
  ) throws(HewnError) -> Document {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: infinities.0, negativeInfinity: infinities.1, nan: infinities.2)
    do {
      return try decoder.decode(Document.self, from: Data(text.utf8))
    } catch let error as HewnError {
      throw error
    } catch {
      throw HewnError(.invalidFile, "the \(name) is malformed: \(describe(error))")
    }
  }

  private static func describe(_ error: any Error) -> String {
    let context: DecodingError.Context
    switch error {
    case DecodingError.dataCorrupted(let found), DecodingError.keyNotFound(_, let found),
      DecodingError.typeMismatch(_, let found), DecodingError.valueNotFound(_, let found):
      context = found
    default: return "\(error)"
    }
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
  }
}
