package import Tensors

extension Tensor {
  /// A float tensor of seeded values in -1..<1.
  package static func random(_ shape: Shape, seed: UInt64) -> Tensor {
    var generator = SplitMix64(seed: seed)
    return Tensor(shape, (0..<shape.elementCount).map { _ in generator.uniform() })
  }

  /// A float tensor of which about `zeros` (0…1) of the elements are zero.
  package static func random(_ shape: Shape, zeros: Double, seed: UInt64) -> Tensor {
    var generator = SplitMix64(seed: seed)
    return Tensor(
      shape,
      (0..<shape.elementCount).map { _ in
        Double(generator.next() >> 11) * 0x1p-53 < zeros ? Float(0) : generator.uniform()
      })
  }
}
