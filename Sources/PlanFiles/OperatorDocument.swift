internal import Graphs
internal import Tensors

/// An operator of any type in the catalogue: the name of its Swift type, and its attributes.
struct OperatorDocument: Codable {
  let op: any Operator

  private enum CodingKeys: CodingKey { case type, attributes }

  private static let types = Dictionary(
    OperatorCatalog.types.map { (name(of: $0), $0) }, uniquingKeysWith: { $1 })

  /// The name of the Swift type without its module.
  ///
  /// `String(describing:)` gives the same, but asks first what the type conforms to: milliseconds for
  /// the whole catalogue.
  private static func name(of type: any Operator.Type) -> String {
    _typeName(type, qualified: false)
  }

  init(_ op: any Operator) { self.op = op }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(String.self, forKey: .type)
    guard let type = Self.types[name] else {
      throw HewnError(.invalidFile, "there is no operator \(name)")
    }
    op = try container.decode(type, forKey: .attributes)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.name(of: type(of: op)), forKey: .type)
    try container.encode(op, forKey: .attributes)
  }
}
