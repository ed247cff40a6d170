/// Changes ONNX files field by field, so that the lengths of the messages around a field stay right.
public struct ModelMutator {
  private var random: Random
  private let capacity: Int

  /// - Parameter capacity: the greatest size of a file.
  public init(seed: UInt32, capacity: Int) {
    random = Random(seed: seed)
    self.capacity = capacity
  }

  /// A file with a few changes.
  ///
  /// - Parameter other: a file to take fields from; `nil` takes them from the file itself.
  public mutating func mutated(_ bytes: [UInt8], with other: [UInt8]? = nil) -> [UInt8] {
    guard !random.once(in: 16), var fields = Field.parse(bytes[...], .model), !fields.isEmpty else {
      return bytes.mutated(capacity: capacity)
    }
    let donors = (other.flatMap { Field.parse($0[...], .model) } ?? fields).flatMap(\.all)
    for _ in 0...random.below(3) {
      var index = random.below(fields.reduce(0) { $0 + $1.count })
      change(&fields, at: &index, donors)
    }
    let result = Field.bytes(of: fields)
    return result.count <= capacity ? result : bytes.mutated(capacity: capacity)
  }

  /// Changes the field of a position, counted in the order of the file.
  private mutating func change(_ fields: inout [Field], at index: inout Int, _ donors: [Field]) {
    for place in fields.indices {
      if index == 0 {
        index -= 1
        return change(&fields, place, donors)
      }
      index -= 1
      guard case .message(var inner) = fields[place].content else { continue }
      change(&inner, at: &index, donors)
      guard index < 0 else { continue }
      fields[place].content = .message(inner)
      return
    }
  }

  private mutating func change(_ fields: inout [Field], _ place: Int, _ donors: [Field]) {
    let field = fields[place]
    let fitting = donors.filter { $0.owner == field.owner && $0.number == field.number }
    let donor = fitting.isEmpty ? field : fitting[random.below(fitting.count)]
    switch random.below(12) {
    case 0: fields.remove(at: place)
    case 1: fields.insert(donor, at: random.below(fields.count + 1))
    case 2: fields.swapAt(place, random.below(fields.count))
    case 3:
      // Something else that messages of this type may hold.
      let others = donors.filter { $0.owner == field.owner }
      guard !others.isEmpty else { return }
      fields.insert(others[random.below(others.count)], at: place)
    case 4...6: fields[place].content = donor.content
    default: fields[place].content = changed(field.content)
    }
  }

  private mutating func changed(_ content: Field.Content) -> Field.Content {
    switch content {
    case .integer(let value):
      return .integer(UInt64(bitPattern: random.integer(insteadOf: Int64(bitPattern: value))))
    case .fixed(var bytes):
      bytes.changeNumber(&random)
      return .fixed(bytes)
    case .bytes(var bytes):
      switch random.below(8) {
      case 0...2: bytes.changeNumber(&random)
      // Of nothing, libFuzzer mostly makes a word of the dictionary.
      case 3...4: bytes = [UInt8]().mutated(capacity: 32)
      default: bytes = bytes.mutated(capacity: bytes.count + 16)
      }
      return .bytes(bytes)
    case .message(let fields):
      // As bytes: a message may also be malformed.
      guard random.once(in: 8) else { return .message(fields + fields.suffix(1)) }
      let bytes = Field.bytes(of: fields)
      return .bytes(bytes.mutated(capacity: bytes.count + 16))
    }
  }
}

extension Field {
  /// The field and those inside it.
  fileprivate var all: [Field] {
    guard case .message(let fields) = content else { return [self] }
    return [self] + fields.flatMap(\.all)
  }

  fileprivate var count: Int {
    guard case .message(let fields) = content else { return 1 }
    return fields.reduce(1) { $0 + $1.count }
  }
}
