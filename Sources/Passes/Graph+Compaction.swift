internal import Graphs

extension Graph {
  /// The graph without the nodes and constants that are not needed, values renumbered in their old
  /// order.
  ///
  /// - Parameters:
  ///   - isNeeded: what ``neededValues()`` returns.
  ///   - keepsName: whether a value's name must stay; others get a number appended where their name
  ///     is taken.
  func compacted(to isNeeded: [Bool], keepingNamesOf keepsName: (ValueID) -> Bool) -> Graph {
    var isNeeded = isNeeded
    let kept = nodes.filter { $0.outputs.contains { isNeeded[$0.index] } }
    // A node that is kept keeps all its outputs, and the graph all its inputs.
    for id in kept.lazy.flatMap(\.outputs) + inputs { isNeeded[id.index] = true }

    let survivors = values.indices.lazy.map { ValueID(index: $0) }.filter { isNeeded[$0.index] }
    var names = Set(survivors.filter(keepsName).map { values[$0.index].name })
    var numbers: [String: Int] = [:]
    var result = self
    result.values = []
    var renumbered = [ValueID](repeating: ValueID(index: 0), count: values.count)
    for id in survivors {
      var value = values[id.index]
      if !keepsName(id) {
        let name = value.name
        var number = numbers[name] ?? 1
        while !names.insert(value.name).inserted {
          number += 1
          value.name = "\(name).\(number)"
        }
        numbers[name] = number
      }
      renumbered[id.index] = result.addValue(value)
    }
    result.inputs = inputs.map { renumbered[$0.index] }
    result.outputs = outputs.map { renumbered[$0.index] }
    result.nodes = kept.map { node in
      var node = node
      node.inputs = node.inputs.map { $0.map { renumbered[$0.index] } }
      node.outputs = node.outputs.map { renumbered[$0.index] }
      return node
    }
    return result
  }
}
