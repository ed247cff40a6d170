import CPUBackend
import Foundation
import PlanFiles
import Runtime
import Tensors
import TestSupport

/// What a damaged or hostile plan must not do.
struct Finding: Error, CustomStringConvertible {
  var description: String
}

/// A plan that is changed by a seed.
struct PlanMutation: CustomStringConvertible {
  private let seed: UInt64
  var generator: SplitMix64
  var changes: [String] = []

  init(seed: UInt64) {
    self.seed = seed
    generator = SplitMix64(seed: seed)
  }

  var description: String { "seed \(seed): \(changes.joined(separator: "; "))" }

  /// Flips bits, cuts, inserts or removes bytes anywhere.
  mutating func damage(_ bytes: inout [UInt8]) {
    switch generator.next() % 6 {
    case 0:
      bytes.removeLast(below(bytes.count) + 1)
      changes.append("cut to \(bytes.count) bytes")
    case 1:
      let index = below(bytes.count + 1)
      bytes.insert(UInt8(below(256)), at: index)
      changes.append("byte inserted at \(index)")
    case 2:
      let index = below(bytes.count)
      bytes.remove(at: index)
      changes.append("byte \(index) removed")
    default:
      for _ in 0...below(4) {
        let index = below(bytes.count)
        bytes[index] ^= 1 << UInt8(below(8))
        changes.append("byte \(index) = \(bytes[index])")
      }
    }
  }

  /// Replaces elements of tensors by others: near, extreme, or any; mostly integers.
  mutating func changeElements(of plan: inout OpenPlan) {
    guard case .object(let tensors) = plan.header else { return }
    let isFloat = below(8) == 0
    let names = tensors.keys.filter { name in
      let type = tensors[name]?[.key("dtype")].string
      return isFloat ? type == "F32" : type == "I32" || type == "I64"
    }.sorted()
    for _ in 0...below(2) {
      guard let name = names.randomElement(using: &generator), let range = plan.range(of: name)
      else { return }
      let size = tensors[name]?[.key("dtype")].string == "I64" ? 8 : 4
      // Half of them hit the first elements; slack follows the last.
      let count = range.count / size
      let index = below(below(2) == 0 ? min(8, count) : count)
      let start = range.lowerBound + index * size
      let old = (0..<size).reversed().reduce(Int64(0)) { $0 << 8 | Int64(plan.data[start + $1]) }
      let new = isFloat ? Int64(truncatingIfNeeded: generator.next()) : integer(near: old)
      for byte in 0..<size {
        plan.data[start + byte] = UInt8(truncatingIfNeeded: new >> (8 * byte))
      }
      changes.append("\(name)[\(index)] = \(new)")
    }
  }

  /// Replaces, moves, removes or adds parts of a document.
  ///
  /// - Parameter paths: those of the document.
  mutating func change(_ document: inout JSON, _ paths: [[JSON.Step]]) {
    for _ in 0...below(2) {
      let path = paths[below(paths.count)]
      let old = document[path[...]]
      // Half of them from another place of the same name: an operator for an operator.
      let others = below(2) == 0 ? paths : paths.filter { $0.last == path.last }
      let other = document[others[below(others.count)][...]]
      let new = changed(old, other)
      document[path[...]] = new
      let text = "\(new)"
      changes.append("\(path.map(\.description).joined(separator: ".")) = \(text.prefix(200))")
    }
  }

  /// - Parameter other: another part of the document.
  private mutating func changed(_ value: JSON, _ other: JSON) -> JSON {
    if below(3) == 0 { return other }
    switch value {
    case .null: return .integer(below(8))
    case .bool(let value): return .bool(!value)
    case .integer(let value): return .integer(Int(integer(near: Int64(value))))
    case .number: return [.string("nan"), .number(1e308), .number(-1)][below(3)]
    case .string: return .string(other.string ?? ["", "identity", "inf", "portable"][below(4)])
    case .array(var values):
      guard !values.isEmpty else { return .array([other]) }
      let index = below(values.count)
      switch below(4) {
      case 0: values.remove(at: index)
      case 1: values.append(values[index])
      case 2: values.swapAt(index, below(values.count))
      default: values = []
      }
      return .array(values)
    case .object(var values):
      guard let key = values.keys.sorted().randomElement(using: &generator) else { return other }
      values[key] = nil
      return .object(values)
    }
  }

  /// Changes the types that the graph or the file states, so that some of them keep agreeing.
  mutating func changeTypes(of plan: inout OpenPlan) {
    if below(2) == 0 { changeExtent(of: &plan) } else { changeTensors(of: &plan) }
  }

  /// Replaces an integer wherever the graph has it, so that types keep agreeing with each other.
  private mutating func changeExtent(of plan: inout OpenPlan) {
    let (from, to) = ([1, 2, 3, 5, 9, 11, 16, 70][below(8)], [0, 1, 2, 3, 4, 8, 17][below(7)])
    let values: [JSON.Step] = [.key("graph"), .key("values")]
    plan.plan[values[...]] = plan.plan[values[...]].mapIntegers { $0 == from ? to : $0 }
    changes.append("extents \(from) = \(to)")
  }

  /// Changes the types and places of tensors so that sizes keep agreeing.
  private mutating func changeTensors(of plan: inout OpenPlan) {
    guard case .object(let tensors) = plan.header else { return }
    let names = tensors.keys.filter { $0 != "__metadata__" }.sorted()
    let (name, other) = (names[below(names.count)], names[below(names.count)])
    switch below(3) {
    case 0:
      let types = ["F32": ["I32", "U32"], "I32": ["F32", "U32"], "I64": ["F64", "U64"]]
      let type = tensors[name]?[.key("dtype")].string ?? ""
      guard let new = types[type]?[below(2)] else { return }
      plan.header[.key(name), .key("dtype")] = .string(new)
      changes.append("\(name) is \(new)")
    case 1:
      (plan.header[.key(name)], plan.header[.key(other)]) =
        (plan.header[.key(other)], plan.header[.key(name)])
      changes.append("\(name) and \(other) swapped")
    default:
      guard case .array(var shape) = plan.header[.key(name), .key("shape")] else { return }
      shape.reverse()
      if below(2) == 0 { shape.append(.integer(1)) }
      plan.header[.key(name), .key("shape")] = .array(shape)
      changes.append("\(name) is \(shape)")
    }
  }

  private mutating func integer(near value: Int64) -> Int64 {
    let extremes: [Int64] = [0, 1, -1, .max, .min, Int64(Int32.max), Int64(Int32.min), 1 << 20]
    switch below(3) {
    case 0: return value &+ Int64(below(7)) - 3
    case 1: return extremes[below(extremes.count)]
    default: return Int64(below(10_001)) - 5000
    }
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }
}
