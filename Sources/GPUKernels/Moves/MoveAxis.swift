/// An axis along which vectors of 8 images are moved: which vectors of the input it takes, and how far
/// apart they come to lie.
///
/// Place i of the axis adds index(i) · inputStride to a vector's offset in the input and
/// i · outputStride to that in the output. Strides count vectors.
package struct MoveAxis: Hashable, Sendable {
  /// By place.
  let indices: Indices
  let inputStride: Int
  let outputStride: Int

  enum Indices: Hashable, Sendable {
    /// index(i) = i for so many places.
    case all(count: Int)
    /// `nil` is outside of the input.
    case some([Int?])
  }

  /// All places of an axis: index(i) = i.
  ///
  /// A stride of 0 repeats one place of the input, a negative one runs backwards.
  package init(extent: Int, inputStride: Int, outputStride: Int) {
    indices = .all(count: extent)
    self.inputStride = inputStride
    self.outputStride = outputStride
  }

  /// Chosen places of an axis of the input, `nil` for those that are filled: what `Slice`, `Pad`, `Gather`,
  /// `Tile` and nearest `Resize` do to an axis.
  package init(_ indices: [Int?], inputStride: Int, outputStride: Int) {
    self.indices = .some(indices)
    self.inputStride = inputStride
    self.outputStride = outputStride
  }

  var extent: Int {
    switch indices {
    case .all(let count): count
    case .some(let indices): indices.count
    }
  }

  /// Its least and greatest offset in the input; `nil` where all are outside.
  ///
  /// - Precondition: extent, indices and stride are of at most 32 bits.
  var inputOffsets: ClosedRange<Int>? {
    let ends: [Int] =
      switch indices {
      case .all(let count): [0, (count - 1) * inputStride]
      case .some(let indices): indices.compactMap { $0.map { $0 * inputStride } }
      }
    guard let least = ends.min(), let greatest = ends.max() else { return nil }
    return least...greatest
  }

  /// The same axis with strides that count parts of vectors.
  func counting(partsPerVector count: Int) -> MoveAxis {
    MoveAxis(
      indices: indices, inputStride: inputStride * count, outputStride: outputStride * count)
  }

  private init(indices: Indices, inputStride: Int, outputStride: Int) {
    self.indices = indices
    self.inputStride = inputStride
    self.outputStride = outputStride
  }
}
