package import Covers
package import Graphs
package import Tensors

extension PrunableLayer {
  /// The weights and biases of each group, in a graph that has this layer.
  ///
  /// Biases are zero where the layer has none, or none that are the same at all positions. Both are
  /// multiplied by the scale of their filter.
  ///
  /// - Throws: `invalidFile` for weights that are no numbers, naming the node.
  package func filterWeights(in graph: Graph) throws(HewnError) -> [FilterWeights] {
    guard let values = graph[weights].constant?.floats() else {
      throw HewnError(.internal, "its weights are computed at run time", node: label)
    }
    let stated = form == .filters ? values : transposed(values, rows: taps, columns: rows)
    let all = rowScales.isEmpty ? stated : stated.indices.map { stated[$0] * scale($0 / taps) }
    let biases = biases(in: graph)
    guard biases.allSatisfy(\.isFinite) else {
      throw HewnError(.invalidFile, "a bias is not finite", node: label)
    }
    var result: [FilterWeights] = []
    for group in 0..<groupCount {
      let size = rows * taps
      do throws(HewnError) {
        result.append(
          FilterWeights(
            matrix: try FilterMatrix(
              rows: rows, taps: taps, values: Array(all[group * size..<(group + 1) * size])),
            bias: Array(biases[group * rows..<(group + 1) * rows])))
      } catch {
        throw error.at(node: label)
      }
    }
    return result
  }

  /// The tensor of the weights, as it lies in the graph. A weight that has not changed keeps its bits.
  ///
  /// - Precondition: there are weights for each group.
  package func tensor(of groups: [FilterWeights], in graph: Graph) -> Tensor {
    precondition(
      groups.count == groupCount
        && groups.allSatisfy { $0.matrix.rows == rows && $0.matrix.taps == taps },
      "weights of \(groups.count) groups for \(label)")
    let tensor = elements(of: groups) { $0.matrix[$1, $2] }
    let shape = graph[weights].type.shape
    guard !rowScales.isEmpty, let stated = graph[weights].constant?.floats() else {
      return Tensor(shape, tensor)
    }
    return Tensor(
      shape,
      tensor.indices.map {
        let scale = scale(form == .filters ? $0 / taps : $0 % rows)
        // One that is too small for its scale to tell from zero was zero in the matrix.
        let isUnchanged =
          tensor[$0] == stated[$0] * scale && (tensor[$0] != 0 || stated[$0] == 0)
        return isUnchanged ? stated[$0] : tensor[$0] / scale
      })
  }

  /// What groups hold for each weight, in the order of the tensor of the weights.
  package func elements<Group, Element>(
    of groups: [Group], _ element: (_ group: Group, _ row: Int, _ tap: Int) -> Element
  ) -> [Element] {
    precondition(groups.count == groupCount, "\(groups.count) groups for \(label)")
    return (0..<groupCount * rows * taps).map { index in
      let (row, tap) =
        form == .filters ? (index / taps, index % taps) : (index % rows, index / rows)
      return element(groups[row / rows], row % rows, tap)
    }
  }

  /// The tensor of the biases, as it is to lie in the graph; `nil` where they are what they are there
  /// already.
  ///
  /// - Precondition: biases differ only where they may be changed.
  package func biasTensor(of groups: [FilterWeights], in graph: Graph) -> Tensor? {
    let (new, old) = (groups.flatMap(\.bias), biases(in: graph))
    if new == old { return nil }
    precondition(mayChangeBias && new.count == old.count, "biases of \(label)")
    guard let id = biasValue(in: graph), let tensor = graph[id].constant else {
      return Tensor([new.count], new.indices.map { new[$0] / (biasScale * scale($0)) })
    }
    let stated = Self.row(tensor, count: new.count)
    // An element that has not changed stays as it is, whatever dividing would round it to.
    let values = new.indices.map {
      new[$0] == old[$0] ? stated[$0] : new[$0] / (biasScale * scale($0))
    }
    return Tensor(tensor.shape, values)
  }

  /// The biases of all groups.
  private func biases(in graph: Graph) -> [Float] {
    let count = groupCount * rows
    guard let id = biasValue(in: graph), let tensor = graph[id].constant, biasScale != 0,
      tensor.shape.isRow(of: count)
    else { return [Float](repeating: 0, count: count) }
    let stated = Self.row(tensor, count: count)
    return stated.indices.map { biasScale * stated[$0] * scale($0) }
  }

  /// The scale of a filter, counted over all groups.
  private func scale(_ filter: Int) -> Float { rowScales.isEmpty ? 1 : rowScales[filter] }

  /// The value that has the biases, times ``biasScale``.
  package func biasValue(in graph: Graph) -> ValueID? {
    if case .mean(let id) = bias { return id }
    let inputs = graph.nodes[node].inputs
    return inputs.count > 2 ? inputs[2] : nil
  }

  private static func row(_ tensor: Tensor, count: Int) -> [Float] {
    let values = tensor.floats()
    return values.count == count ? values : [Float](repeating: values[0], count: count)
  }

  /// A rows × columns matrix as columns × rows.
  private func transposed(_ values: [Float], rows: Int, columns: Int) -> [Float] {
    (0..<values.count).map { values[$0 % rows * columns + $0 / rows] }
  }
}

extension Graph {
  /// Gives a layer other weights and biases. Values keep their numbers; a layer without biases gets a new
  /// value where one is not zero.
  ///
  /// - Precondition: biases differ only where the layer may change them.
  package mutating func setWeights(_ weights: [FilterWeights], of layer: PrunableLayer) {
    self[layer.weights].constant = layer.tensor(of: weights, in: self)
    guard let tensor = layer.biasTensor(of: weights, in: self) else { return }
    if let id = layer.biasValue(in: self) {
      self[id].constant = tensor
      self[id].type = tensor.type
      return
    }
    let id = addConstant(unusedName("\(nodes[layer.node].name).bias"), tensor)
    while nodes[layer.node].inputs.count < 3 { nodes[layer.node].inputs.append(nil) }
    nodes[layer.node].inputs[2] = id
  }

  private func unusedName(_ name: String) -> String {
    let names = Set(values.map(\.name))
    var (result, number) = (name, 1)
    while names.contains(result) {
      number += 1
      result = "\(name).\(number)"
    }
    return result
  }
}
