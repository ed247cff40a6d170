package import Tensors

/// Pools rectangular regions of images, read between pixels, to one size. Inputs: X [N, C, H, W],
/// rois [regions, 4] (x and y of two corners), batch_indices [regions] (int64, the image of each).
package struct RoiAlign: Operator, Hashable {
  package enum Mode: String, Hashable, Sendable, Codable { case average = "avg", maximum = "max" }
  package var mode: Mode
  package var outputHeight: Int
  package var outputWidth: Int
  /// The points read along each axis of a bin; 0 means one for each pixel that it covers.
  package var samplingRatio: Int
  /// From the units of the regions to pixels.
  package var spatialScale: Float
  /// Whether pixel 0 is centred at ½, so that positions move by −½; otherwise regions are at least
  /// one pixel large.
  package var usesHalfPixel: Bool
  package var name: String { "RoiAlign" }

  package init(
    mode: Mode = .average, outputHeight: Int = 1, outputWidth: Int = 1, samplingRatio: Int = 0,
    spatialScale: Float = 1, usesHalfPixel: Bool = true
  ) {
    self.mode = mode
    self.outputHeight = outputHeight
    self.outputWidth = outputWidth
    self.samplingRatio = samplingRatio
    self.spatialScale = spatialScale
    self.usesHalfPixel = usesHalfPixel
  }

  /// The greatest number of points along an axis of a bin; more come from regions far beyond any
  /// image.
  package static let samplingLimit = 1 << 10
}

extension RoiAlign {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "X", "rois", "batch_indices")
    let x = try inputs.float(0).type
    let (rois, images) = (try inputs.required(1).type, try inputs.required(2).type)
    guard x.shape.rank == 4, x.shape.elementCount > 0 else {
      throw HewnError(.invalidFile, "X has shape \(x.shape), expected N, C, H and W, all positive")
    }
    guard images.element == .int64, images.shape.rank == 1 else {
      throw HewnError(.invalidFile, "batch_indices is \(images), expected a list of int64")
    }
    guard rois.element == x.element, rois.shape.dimensions == [images.shape[0], 4] else {
      throw HewnError(
        .invalidFile,
        "rois is \(rois), expected \(TensorType(x.element, try Shape(checking: [images.shape[0], 4])))"
      )
    }
    guard outputHeight >= 1, outputWidth >= 1 else {
      throw HewnError(
        .invalidFile, "output of \(outputHeight)×\(outputWidth), expected positive extents")
    }
    guard (0...Self.samplingLimit).contains(samplingRatio) else {
      throw HewnError(.unsupported, "sampling_ratio is \(samplingRatio), expected 0 to 2^10")
    }
    return [
      TensorType(
        x.element,
        try Shape(checking: [images.shape[0], x.shape[1], outputHeight, outputWidth]))
    ]
  }

  /// Eight operations for each point that is read; two by two points where the regions tell.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    let points = samplingRatio > 0 ? samplingRatio : 2
    return OperationCount(
      flops: OperationCount.product(8, points, points, outputs[0].shape.elementCount),
      moving: inputs, outputs)
  }
}
