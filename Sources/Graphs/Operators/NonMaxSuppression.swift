package import Tensors

/// Selects boxes by score that do not overlap much. Inputs: boxes [N, B, 4], scores [N, classes, B],
/// the most boxes of each image and class (optional int64 constant; none means none), the greatest
/// overlap (optional scalar, 0), the score to exceed (optional scalar).
///
/// The result is int64[rows, 3]: image, class and box. How many rows there are depends on the data,
/// and shapes are fixed at compile time, so the type has as many as there can be, and what is left
/// over is −1. A session leaves these rows out of the graph's outputs; another node must not read them
/// (``GraphTemplate/bind(_:evaluate:)``).
package struct NonMaxSuppression: Operator, Hashable {
  /// Whether boxes are centre x, centre y, width and height, otherwise y and x of two corners.
  package var usesCenters: Bool
  package var name: String { "NonMaxSuppression" }
  package init(usesCenters: Bool = false) { self.usesCenters = usesCenters }

  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(
      inputs, "boxes", "scores", "max_output_boxes_per_class", "iou_threshold", "score_threshold")
    let boxes = try inputs.float(0).shape
    let scores = try inputs.float(1).shape
    guard boxes.rank == 3, scores.rank == 3, boxes[2] == 4, boxes[0] == scores[0],
      boxes[1] == scores[2]
    else {
      throw HewnError(
        .invalidFile,
        "boxes of shape \(boxes) and scores of shape \(scores), expected [N, B, 4] and"
          + " [N, classes, B]")
    }
    for index in 3...4 {
      guard let threshold = inputs.optional(index) else { continue }
      guard threshold.type.element.isFloatingPoint, threshold.shape.elementCount == 1 else {
        throw HewnError(.invalidFile, "a threshold is \(threshold.type), expected one number")
      }
    }
    let limits = try inputs.optionalIntegers(2) ?? [0]
    guard limits.count == 1 else {
      throw HewnError(.invalidFile, "max_output_boxes_per_class is \(limits), expected one number")
    }
    let most = min(max(limits[0], 0), boxes[1])
    let rows = try Shape(checking: [boxes[0], scores[1], most]).elementCount
    return [TensorType(.int64, try Shape(checking: [rows, 3]))]
  }

  /// Each box of each class is compared with those that were selected before it, at most.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    let scores = inputs.dropFirst().first.flatMap { $0?.shape } ?? []
    let classes = scores.dimensions.prefix(2).reduce(1, *)
    let selected = outputs[0].shape[0] / max(classes, 1)
    return OperationCount(
      flops: OperationCount.product(10, scores.elementCount, max(selected, 1)), moving: inputs,
      outputs)
  }
}
