import TestSupport

/// A JSON text as a tree, for tests that change documents.
enum JSON: Hashable, Codable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  /// A step from a tree to one of its branches.
  enum Step: Hashable, CustomStringConvertible {
    case key(String)
    case index(Int)

    var description: String {
      switch self {
      case .key(let key): key
      case .index(let index): "\(index)"
      }
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSON].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSON].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let values): try container.encode(values)
    }
  }

  /// A branch; `.null` where there is none, which is never set.
  subscript(path: ArraySlice<Step>) -> JSON {
    get {
      guard let step = path.first else { return self }
      switch (self, step) {
      case (.object(let values), .key(let key)): return values[key]?[path.dropFirst()] ?? .null
      case (.array(let values), .index(let index)) where values.indices.contains(index):
        return values[index][path.dropFirst()]
      default: return .null
      }
    }
    set {
      guard let step = path.first else {
        self = newValue
        return
      }
      switch (self, step) {
      case (.object(var values), .key(let key)):
        values[key]?[path.dropFirst()] = newValue
        self = .object(values)
      case (.array(var values), .index(let index)) where values.indices.contains(index):
        values[index][path.dropFirst()] = newValue
        self = .array(values)
      default: break
      }
    }
  }

  subscript(path: Step...) -> JSON {
    get { self[path[...]] }
    set { self[path[...]] = newValue }
  }

  var string: String? { if case .string(let value) = self { value } else { nil } }
  var integer: Int? { if case .integer(let value) = self { value } else { nil } }

  /// The paths of all branches, in an order that depends on nothing but the tree.
  var paths: [[Step]] {
    var paths: [[Step]] = []
    func visit(_ value: JSON, _ path: [Step]) {
      paths.append(path)
      switch value {
      case .array(let values):
        for (index, value) in values.enumerated() { visit(value, path + [.index(index)]) }
      case .object(let values):
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
          visit(value, path + [.key(key)])
        }
      default: break
      }
    }
    visit(self, [])
    return paths
  }

  /// The same tree with other integers.
  func mapIntegers(_ transform: (Int) -> Int) -> JSON {
    switch self {
    case .integer(let value): .integer(transform(value))
    case .array(let values): .array(values.map { $0.mapIntegers(transform) })
    case .object(let values): .object(values.mapValues { $0.mapIntegers(transform) })
    default: self
    }
  }
}
