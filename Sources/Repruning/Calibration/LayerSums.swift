internal import Covers
internal import Graphs
internal import Tensors

/// Gathers the statistics of one layer while images go through the network.
struct LayerSums {
  let layer: PrunableLayer
  private let sampler: PositionSampler
  /// The number of positions of one image.
  private let positionsPerImage: Int
  private let observesAddend: Bool
  private var groups: [ColumnQueue]

  /// - Parameters:
  ///   - graph: the original network.
  ///   - separatesInputs: whether the network before the layer has changed.
  ///   - fitted: what the filters are now, where a clamp behind them is looked at.
  /// - Throws: `invalidArgument` where images of a batch do not have equal parts of the layer,
  ///   `outOfMemory`.
  init(
    _ layer: PrunableLayer, original graph: Graph, sampler: PositionSampler, batch: Int,
    separatesInputs: Bool, fitted: [FilterWeights]?
  ) throws(HewnError) {
    guard layer.positionCount.isMultiple(of: batch) else {
      throw HewnError(
        .invalidArgument,
        "its \(layer.positionCount) positions do not divide among the \(batch) images of a batch;"
          + " bind the network to a batch of 1", node: layer.label)
    }
    self.layer = layer
    self.sampler = sampler
    positionsPerImage = layer.positionCount / batch
    observesAddend = separatesInputs || fitted != nil
    groups = []
    for (group, weights) in try layer.filterWeights(in: graph).enumerated() {
      do throws(HewnError) {
        groups.append(
          try ColumnQueue(
            original: weights, fitted: fitted?[group], group: group, of: layer,
            separatesInputs: separatesInputs))
      } catch {
        throw error.at(node: layer.label)
      }
    }
  }

  /// The bytes of all sums of a layer.
  static func byteCount(of layer: PrunableLayer) -> Int {
    ColumnQueue.byteCount(rows: layer.rows, blocks: layer.blocks)
      .saturatingMultiply(layer.groupCount)
  }

  /// Adds an image.
  ///
  /// - Parameters:
  ///   - image: its index among all images.
  ///   - place: its index in the batch.
  ///   - values: the layer's input for the batch, and in a changed network or with fitted filters all that
  ///     is ``PrunableLayer/observed``.
  ///   - original: the same in the original network, where it is another.
  mutating func add(
    image: Int, place: Int, _ values: ArraySlice<Tensor>, original: ArraySlice<Tensor>?,
    parts: PartLoop
  ) {
    let positions = sampler.positions(image: image, of: positionsPerImage)
      .map { place * positionsPerImage + $0 }
    var rest = positions[...]
    while let room = groups.first?.room, !rest.isEmpty {
      let chunk = rest.prefix(room)
      rest = rest.dropFirst(room)
      let offsets = layer.window.offsets(of: chunk)
      let addend = observesAddend ? layer.path?.addend?.window : nil
      let addendOffsets = addend?.offsets(of: chunk) ?? []
      func observations(_ values: ArraySlice<Tensor>) -> ColumnQueue.Observations {
        let (input, added) = (values.startIndex, values.startIndex + 1)
        return ColumnQueue.Observations(
          input: .init(value: values[input], window: layer.window, offsets: offsets),
          addend: addend.map {
            .init(value: values[added], window: $0, offsets: addendOffsets)
          }, positionCount: chunk.count)
      }
      let (observed, observedOriginal) = (observations(values), original.map(observations))
      for group in groups.indices {
        groups[group].add(observed, original: observedOriginal, parts: parts)
      }
    }
  }

  /// The statistics of each group.
  ///
  /// - Throws: `failedCheck` where inputs or outputs were NaN or infinite, naming the node.
  consuming func finish(_ parts: PartLoop) throws(HewnError) -> [LayerStatistics] {
    let label = layer.label
    do throws(HewnError) {
      var result: [LayerStatistics] = []
      // Taken out one by one, so that no sums are copied.
      groups.reverse()
      while let group = groups.popLast() { result.append(try group.finish(parts)) }
      return result
    } catch {
      throw error.at(node: label)
    }
  }
}
