package import Graphs
package import Tensors

/// Images that a network is calibrated on. They may be gone through any number of times.
package struct CalibrationImages: Sendable {
  package let count: Int
  /// Gives some images: a tensor for each input of the graph, with the images along its first axis, in the
  /// order in which they are asked for.
  package let tensors: @Sendable (_ images: [Int]) throws -> [Tensor]

  package init(
    count: Int, tensors: @escaping @Sendable (_ images: [Int]) throws -> [Tensor]
  ) {
    self.count = count
    self.tensors = tensors
  }

  /// At most `limit` of the images, evenly spread: files often lie class by class.
  package func sample(limit: Int) -> CalibrationImages {
    guard limit < count else { return self }
    let (count, tensors) = (count, tensors)
    return CalibrationImages(count: limit) { images in
      try tensors(images.map { $0 * count / limit })
    }
  }

  /// Checks that there are images, and that a graph takes batches of them.
  ///
  /// - Returns: the batch of the graph.
  /// - Throws: `invalidArgument`.
  func batch(of graph: Graph) throws(HewnError) -> Int {
    guard count > 0 else {
      throw HewnError(.invalidArgument, "there are no images to calibrate on")
    }
    let shapes = graph.inputs.map { graph[$0].type.shape }
    guard let batch = shapes.first?.dimensions.first, batch > 0,
      shapes.allSatisfy({ $0.dimensions.first == batch })
    else {
      let list = shapes.map(\.description).joined(separator: ", ")
      throw HewnError(
        .invalidArgument,
        "calibration needs inputs that all begin with the batch; those of \"\(graph.name)\" have the"
          + " shapes \(list)")
    }
    return batch
  }

  /// The inputs of one run: some images, and the last of them again until the batch is full.
  ///
  /// - Throws: `invalidArgument` for tensors that do not fit the graph, `outOfMemory`.
  func inputs(_ images: Range<Int>, of graph: Graph, batch: Int) throws -> [Tensor] {
    let tensors = try tensors(Array(images))
    guard tensors.count == graph.inputs.count else {
      throw HewnError(
        .invalidArgument, "\(tensors.count) tensors for \(graph.inputs.count) inputs")
    }
    return try zip(tensors, graph.inputs).map { tensor, id in
      let type = graph[id].type
      var wanted = type.shape.dimensions
      wanted[0] = images.count
      guard tensor.element == type.element, tensor.shape.dimensions == wanted else {
        throw HewnError(
          .invalidArgument,
          "\(images.count) images are \(tensor.type); input \"\(graph[id].name)\" takes \(type)")
      }
      return images.count == batch ? tensor : try tensor.repeatingLastItem(as: type)
    }
  }
}

extension Tensor {
  /// A tensor with more items along the first axis, the last of which are copies of this one's last.
  fileprivate func repeatingLastItem(as type: TensorType) throws -> Tensor {
    let itemByteCount = type.byteCount / max(1, type.shape[0])
    return try Tensor(type: type) { target in
      withUnsafeBytes { source in
        target.copyMemory(from: source)
        let last = UnsafeRawBufferPointer(rebasing: source.suffix(itemByteCount))
        for start in stride(from: source.count, to: target.count, by: max(1, itemByteCount)) {
          UnsafeMutableRawBufferPointer(rebasing: target[start..<start + itemByteCount])
            .copyMemory(from: last)
        }
      }
    }
  }
}
