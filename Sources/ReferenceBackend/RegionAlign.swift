package import Graphs
package import Tensors

extension RoiAlign: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let (x, rois) = (try inputs.required(0), try inputs.required(1).floats())
    let images = try inputs.required(2).integers()
    let plane = Shape([x.shape[2], x.shape[3]])
    let channels = x.shape[1]
    let elements = x.doubles()
    var y = [Double](repeating: 0, count: outputs[0].shape.elementCount)
    for (region, image) in images.enumerated() {
      guard (0..<x.shape[0]).contains(image) else {
        throw HewnError(
          .invalidFile, "batch_indices[\(region)] is \(image), X has \(x.shape[0]) images")
      }
      let corners = rois[(region * 4)..<(region * 4 + 4)].map {
        $0 * spatialScale - (usesHalfPixel ? 0.5 : 0)
      }
      let rows = try bins(from: corners[1], to: corners[3], count: outputHeight, region)
      let columns = try bins(from: corners[0], to: corners[2], count: outputWidth, region)
      for (i, row) in rows.enumerated() {
        for (j, column) in columns.enumerated() {
          let points = points(row, column, in: plane)
          for channel in 0..<channels {
            let start = (image * channels + channel) * plane.elementCount
            let place = ((region * channels + channel) * outputHeight + i) * outputWidth + j
            y[place] = pooled(points) { elements[start + $0] }
          }
        }
      }
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }

  /// The positions along one axis that each bin of a region reads.
  ///
  /// In single precision, as other runtimes compute them: their number jumps.
  ///
  /// - Throws: `unsupported` for a region that is no number or beyond ``samplingLimit``.
  private func bins(
    from start: Float, to end: Float, count: Int, _ region: Int
  ) throws(HewnError) -> [[Float]] {
    let length = usesHalfPixel ? end - start : max(end - start, 1)
    let size = length / Float(count)
    let wanted = samplingRatio > 0 ? Float(samplingRatio) : size.rounded(.up)
    guard start.isFinite, end.isFinite, wanted <= Float(Self.samplingLimit) else {
      throw HewnError(
        .unsupported,
        "rois[\(region)] reaches from \(start) to \(end): Hewn reads at most 2^10 points along each"
          + " axis of a bin")
    }
    let points = Int(max(0, wanted))
    return (0..<count).map { bin in
      (0..<points).map { point in
        start + Float(bin) * size + (Float(point) + 0.5) * size / Float(points)
      }
    }
  }

  /// The four weighted pixels of each point of a bin; none of them counts outside the image.
  private func points(_ rows: [Float], _ columns: [Float], in plane: Shape) -> [[Tap]] {
    rows.flatMap { row in
      columns.map { column in
        guard let row = taps(at: row, extent: plane[0]),
          let column = taps(at: column, extent: plane[1])
        else { return [Tap(place: 0, weight: 0)] }
        return [Tap](axes: [row, column], of: plane)
      }
    }
  }

  /// The two pixels beside a position, which up to one pixel outside is moved to the border.
  private func taps(at position: Float, extent: Int) -> [Tap]? {
    guard position >= -1, position <= Float(extent) else { return nil }
    let inside = Double(min(max(position, 0), Float(extent - 1)))
    let low = Int(inside)
    let fraction = inside - Double(low)
    return [
      Tap(place: low, weight: 1 - fraction),
      Tap(place: min(low + 1, extent - 1), weight: fraction),
    ]
  }

  /// The mean of a bin's points, or the greatest of all their weighted pixels, as ONNX has it.
  private func pooled(_ points: [[Tap]], _ element: (Int) -> Double) -> Double {
    let pixels = points.joined().map { tap in tap.weight * element(tap.place) }
    switch mode {
    case .average: return pixels.reduce(0, +) / Double(max(points.count, 1))
    case .maximum: return pixels.max() ?? 0
    }
  }
}
