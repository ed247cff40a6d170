internal import CPUKernels

/// What the kernels of Winograd convolutions cost, in nanoseconds on one core.
package struct WinogradCosts: Sendable, Codable, Hashable {
  /// The transforms of F(T×T, 3×3).
  package struct Transform: Sendable, Codable, Hashable {
    /// T.
    package var tile: Int
    /// Time to transform one vector of tiles of a channel.
    package var input: Double
    /// Time to transform and store one vector of tiles of a filter.
    package var output: Double

    package init(tile: Int, input: Double, output: Double) {
      self.tile = tile
      self.input = input
      self.output = output
    }
  }

  /// By ascending tile.
  package var transforms: [Transform]
  /// Time of one multiply-add vector of the tallest product, by its vectors; entry 0 is unused.
  package var product: [Double]
  /// Time to read one vector of weights that are in no cache near the core.
  package var weights: Double

  package init(transforms: [Transform], product: [Double], weights: Double) {
    self.transforms = transforms
    self.product = product
    self.weights = weights
  }
}

extension WinogradProblem {
  /// The predicted time on one core: the transforms, and the products or the weights that they wait
  /// for, whichever takes longer.
  ///
  /// It does not depend on the number of threads, as the choice that is made by it must not.
  func nanoseconds(_ costs: WinogradCosts, _ kernels: KernelSet) -> Double {
    guard let transform = costs.transforms.first(where: { $0.tile == tile }) else {
      return .infinity
    }
    let blockVectors = WinogradSchedule.blockVectors(self, kernels)
    let vectors = vectorCount(kernels)
    let blocks = (vectors + blockVectors - 1) / blockVectors
    let pairs = vectors / 2
    let productTime =
      costs.product.count > 2
      ? Double(2 * pairs) * costs.product[2] + Double(vectors - 2 * pairs) * costs.product[1] : 0
    return branches.reduce(0) { sum, branch in
      let (channels, rows) = (Double(branch.channels), Double(branch.rows))
      let transforms = Double(vectors) * (channels * transform.input + rows * transform.output)
      let weights = Double(productCount) * rows * channels
      let products = weights * productTime
      let reading = weights / Double(kernels.lanes) * costs.weights * Double(blocks)
      return sum + transforms + max(products, reading)
    }
  }
}
