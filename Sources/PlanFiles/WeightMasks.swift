package import Tensors

/// Which weights of a network may be other than zero, and in which order its filters make segments: what
/// other tools need to fine-tune a pruned network without losing its structure.
package struct WeightMasks: Hashable, Sendable {
  /// The weights of one layer.
  package struct Layer: Hashable, Sendable {
    /// The name of the initializer that holds them.
    package var weights: String
    /// The initializer's shape.
    package var shape: Shape
    /// Row-major as the initializer; true where the weight may be other than zero: kept weights, and
    /// all slots of segments.
    package var mask: [Bool]
    /// The filters of each convolution group, `0..<rows`, in the order of the row tree; one group for
    /// matrix products. Segments are runs of rows in this order.
    package var order: [[Int]]

    package init(weights: String, shape: Shape, mask: [Bool], order: [[Int]]) {
      self.weights = weights
      self.shape = shape
      self.mask = mask
      self.order = order
    }
  }

  /// Layers of different names.
  package var layers: [Layer]

  package init(layers: [Layer]) { self.layers = layers }
}

extension WeightMasks.Layer {
  /// Why the mask and the order are not those of weights of this shape; `nil` where they may be.
  var defect: String? {
    guard mask.count == shape.elementCount else {
      return "its mask has \(mask.count) elements, weights of \(shape) have \(shape.elementCount)"
    }
    guard let rows = order.first?.count, rows > 0, order.allSatisfy({ $0.count == rows }) else {
      return "its groups have \(order.map(\.count)) filters"
    }
    // The filters of a convolution lie on the first axis, those of a product on the last one, too.
    let filters = order.count * rows
    guard filters == 1 || shape.dimensions.first == filters || shape.dimensions.last == filters
    else { return "its order is of \(filters) filters, its weights are \(shape)" }
    for (group, filters) in order.enumerated() where !Self.isPermutation(filters) {
      return "its order of group \(group) does not have every filter once"
    }
    return nil
  }

  private static func isPermutation(_ indices: [Int]) -> Bool {
    var seen = [Bool](repeating: false, count: indices.count)
    for index in indices {
      guard seen.indices.contains(index), !seen[index] else { return false }
      seen[index] = true
    }
    return true
  }
}
