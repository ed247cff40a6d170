package import Tensors

/// Which elements or slices of a tensor are equal.
package struct UniqueGroups: Sendable {
  /// The first occurrence of each group, in the order of the result.
  package var first: [Int]
  /// The group of each element or slice.
  package var members: [Int]
  package var counts: [Int]
}

extension Unique {
  /// Groups equal elements, or slices along the axis. NaN equals itself, and stands last.
  ///
  /// - Throws: `invalidFile` for an axis that does not exist, `unsupported` for slices without
  ///   elements.
  package func groups(of x: Tensor) throws(HewnError) -> UniqueGroups {
    let keys = x.orderedKeys()
    var slices: [[Int]]
    if let axis {
      let lines = AxisGeometry(x.shape, axis: try x.shape.normalized(axis: axis))
      guard !keys.isEmpty else {
        throw HewnError(.unsupported, "slices of a tensor of shape \(x.shape) have no elements")
      }
      slices = (0..<lines.extent).map { index in
        (0..<lines.outer * lines.inner).map { position in
          let (outer, inner) = position.quotientAndRemainder(dividingBy: lines.inner)
          return keys[(outer * lines.extent + index) * lines.inner + inner]
        }
      }
    } else {
      slices = keys.map { [$0] }
    }
    var groups: [[Int]: Int] = [:]
    var result = UniqueGroups(first: [], members: [], counts: [])
    for (index, slice) in slices.enumerated() {
      let group = groups[slice, default: result.first.count]
      if group == result.first.count {
        groups[slice] = group
        result.first.append(index)
        result.counts.append(0)
      }
      result.counts[group] += 1
      result.members.append(group)
    }
    guard isSorted else { return result }
    let order = result.first.indices.sorted {
      slices[result.first[$0]].lexicographicallyPrecedes(slices[result.first[$1]])
    }
    var positions = [Int](repeating: 0, count: order.count)
    for (position, group) in order.enumerated() { positions[group] = position }
    return UniqueGroups(
      first: order.map { result.first[$0] }, members: result.members.map { positions[$0] },
      counts: order.map { result.counts[$0] })
  }
}

extension Tensor {
  /// Integers in the order of the elements, equal for equal elements.
  fileprivate func orderedKeys() -> [Int] {
    if element == .uint64 {
      return elements(as: UInt64.self).map { Int(bitPattern: UInt($0) ^ (1 << 63)) }
    }
    if let integers = try? integers() { return integers }
    return doubles().map { value in
      if value.isNaN { return .max }
      let bits = Int(bitPattern: UInt(value.bitPattern))
      return bits >= 0 ? bits : .min &- bits
    }
  }
}
