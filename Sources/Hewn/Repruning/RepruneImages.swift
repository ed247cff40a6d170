internal import Repruning

/// Images for re-pruning, which are asked for many times.
public struct RepruneImages: Sendable {
  /// How many there are.
  public let count: Int
  /// The index of each one's class; `nil` where that is not known.
  public let labels: [Int]?
  /// Where they come from, such as the name of a file.
  public let source: String?
  /// Gives some of the images, in the order in which they are asked for: N × the extents of the network's
  /// input after the first.
  public let tensor: @Sendable (_ images: [Int]) throws -> Tensor

  /// Makes a set of images, each with a label or none of them.
  public init(
    count: Int, labels: [Int]? = nil, source: String? = nil,
    tensor: @escaping @Sendable (_ images: [Int]) throws -> Tensor
  ) {
    self.count = count
    self.labels = labels
    self.source = source
    self.tensor = tensor
  }

  /// Takes images that are in memory.
  ///
  /// - Parameters:
  ///   - chunks: tensors of any number of images: N × the extents of the network's input after the first.
  ///   - labels: the index of each one's class; `nil` where that is not known.
  ///   - source: where they come from, such as the name of a file.
  /// - Throws: ``HewnError``: `invalidArgument` for another number of labels than images, and for chunks whose
  ///   images differ.
  public init(_ chunks: [Tensor], labels: [Int]? = nil, source: String? = nil) throws {
    let places = chunks.enumerated().flatMap { chunk, tensor in
      (0..<(tensor.shape.first ?? 0)).map { (chunk, $0) }
    }
    let first = chunks.first
    guard
      chunks.allSatisfy({
        $0.elementType == first?.elementType && $0.shape.dropFirst() == first?.shape.dropFirst()
      })
    else {
      throw HewnError(.invalidArgument, "the images do not all have the same extents")
    }
    self.init(count: places.count, labels: labels, source: source) { indices in
      try Tensor(joining: indices.map { (chunks[places[$0].0], places[$0].1) })
    }
    try checkLabels()
  }

  /// Some of the images, as a set of their own.
  ///
  /// - Precondition: there are such images.
  public func subset(_ indices: [Int]) -> RepruneImages {
    let tensor = tensor
    return RepruneImages(
      count: indices.count, labels: labels.map { labels in indices.map { labels[$0] } },
      source: source
    ) { try tensor($0.map { indices[$0] }) }
  }

  var core: CalibrationImages {
    let tensor = tensor
    return CalibrationImages(count: count) { images in
      [try passingOn { try tensor(images) }.core]
    }
  }

  /// - Throws: `invalidArgument` for another number of labels than images.
  func checkLabels() throws(HewnError) {
    guard let labels, labels.count != count else { return }
    throw HewnError(.invalidArgument, "\(labels.count) labels for \(count) images")
  }
}

extension Tensor {
  /// One item along the first axis of each of some tensors that differ in that extent alone.
  ///
  /// - Precondition: there is one.
  fileprivate init(joining items: [(tensor: Tensor, index: Int)]) throws {
    let first = items[0].tensor
    let itemByteCount = first.core.type.byteCount / max(1, first.shape.first ?? 1)
    self.init(
      try rethrowing {
        try .init(
          type: .init(first.elementType.core, .init([items.count] + first.shape.dropFirst()))
        ) { buffer in
          for (place, item) in items.enumerated() {
            item.tensor.withUnsafeBytes { source in
              buffer[(place * itemByteCount)..<((place + 1) * itemByteCount)].copyBytes(
                from: source[(item.index * itemByteCount)..<((item.index + 1) * itemByteCount)])
            }
          }
        }
      })
  }
}
