package import Graphs
package import Tensors

extension NonMaxSuppression: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (boxes, scores) = (try inputs.required(0), try inputs.required(1))
    let most = try inputs.optional(2)?.integers()[0] ?? 0
    let threshold = inputs.optional(3)?.doubles()[0] ?? 0
    let leastScore = inputs.optional(4)?.doubles()[0]
    guard (0...1).contains(threshold) else {
      throw HewnError(.invalidFile, "iou_threshold is \(threshold), expected 0 to 1")
    }
    let (classes, count) = (scores.shape[1], scores.shape[2])
    let corners = boxes.doubles()
    let allScores = scores.doubles()
    var rows: [Int64] = []
    for image in 0..<boxes.shape[0] {
      let imageBoxes = (0..<count).map { box in
        Box(corners[((image * count + box) * 4)..<((image * count + box) * 4 + 4)], usesCenters)
      }
      for category in 0..<classes {
        let own = allScores[((image * classes + category) * count)...].prefix(count).map { $0 }
        let order = own.indices.filter { index in leastScore.map { own[index] > $0 } ?? true }
          .sorted { own[$0] != own[$1] ? own[$0] > own[$1] : $0 < $1 }
        var selected: [Int] = []
        for index in order {
          if selected.count >= most { break }
          let overlaps = selected.contains { imageBoxes[index].overlap(imageBoxes[$0]) > threshold }
          if !overlaps { selected.append(index) }
        }
        for index in selected { rows += [Int64(image), Int64(category), Int64(index)] }
      }
    }
    rows += [Int64](repeating: -1, count: outputs[0].shape.elementCount - rows.count)
    return [Tensor(outputs[0].shape, rows)]
  }
}

/// An upright rectangle.
private struct Box {
  let x: (low: Double, high: Double)
  let y: (low: Double, high: Double)

  init(_ numbers: ArraySlice<Double>, _ usesCenters: Bool) {
    let n = Array(numbers)
    if usesCenters {
      x = (n[0] - n[2] / 2, n[0] + n[2] / 2)
      y = (n[1] - n[3] / 2, n[1] + n[3] / 2)
    } else {
      x = (min(n[1], n[3]), max(n[1], n[3]))
      y = (min(n[0], n[2]), max(n[0], n[2]))
    }
  }

  var area: Double { (x.high - x.low) * (y.high - y.low) }

  /// The common area over the area of both together; 0 where nothing is common.
  func overlap(_ other: Box) -> Double {
    let width = min(x.high, other.x.high) - max(x.low, other.x.low)
    let height = min(y.high, other.y.high) - max(y.low, other.y.low)
    guard width > 0, height > 0, area > 0, other.area > 0 else { return 0 }
    return width * height / (area + other.area - width * height)
  }
}
