import Foundation
import Graphs
import Testing

/// Operators as files of compiled plans hold them.
@Suite struct OperatorCodingTests {
  /// Encodes an operator as a part of something, as files do; infinite bounds included.
  private struct Holder<Op: Operator>: Codable {
    var op: Op
  }

  private func text<Op: Operator>(_ op: Op) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try encoder.encode(Holder(op: op))
  }

  private func decoded<Op: Operator>(_: Op.Type, _ text: Data) throws -> Op {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(Holder<Op>.self, from: text).op
  }

  private func roundTrip<Op: Operator>(_ op: Op) throws {
    let text = try text(op)
    let again = try decoded(Op.self, text)
    #expect("\(again)" == "\(op)")
    #expect(try self.text(again) == text, "\(op)")
  }

  /// Every case of the catalogue, in which every operator occurs.
  @Test func everyOperatorReadsBackAsItWas() throws {
    for item in OutputTypesTests.cases { try roundTrip(item.op) }
  }

  @Test func namesOfTypesAreTheirOwn() {
    let names = OperatorCatalog.types.map { String(describing: $0) }
    #expect(Set(names).count == names.count, "\(names.sorted())")
  }

  @Test func activationsReadBackAsTheyWere() throws {
    let activations: [Activation] = [
      .clip(lower: -.infinity, upper: .infinity), .clip(lower: 0.1, upper: 6),
      .leakyRelu(slope: 0.01),
      .hardSigmoid(alpha: 1 / 6, beta: .leastNonzeroMagnitude), .leakyRelu(slope: -0),
    ]
    for activation in activations { try roundTrip(Conv(activation: activation)) }
  }
}
