internal import Tensors

/// Runs images through a plan with one input, in batches of the plan's size, and takes the time.
struct BatchRunner: ~Copyable {
  let plan: Plan
  private var session: Session
  private var runCount = 0
  private var duration = Duration.zero

  /// Allocates what running needs.
  ///
  /// - Throws: `invalidArgument` for a plan with several inputs, `outOfMemory`.
  init(_ plan: Plan) throws {
    guard plan.inputs.count == 1 else {
      throw HewnError(
        .invalidArgument,
        "the model has \(plan.inputs.count) inputs, \(quoted(plan.inputs.map(\.name))); only models"
          + " with one input can be evaluated", file: plan.model.file)
    }
    self.init(plan, session: try plan.makeSession())
  }

  private init(_ plan: Plan, session: consuming Session) {
    self.plan = plan
    self.session = session
  }

  /// The input that images are given to.
  var input: Plan.Port { plan.inputs[0] }

  /// The mean time of a run over the batch; `nil` before the first.
  var millisecondsPerImage: Double? {
    let itemCount = runCount * plan.batch
    return itemCount == 0 ? nil : duration / .milliseconds(itemCount)
  }

  /// The number of images in a tensor.
  ///
  /// - Throws: `invalidArgument` for images that do not fit the input.
  func imageCount(of images: Tensor) throws(HewnError) -> Int {
    guard images.elementType == input.elementType,
      images.shape.count == input.shape.count,
      images.shape.dropFirst() == input.shape.dropFirst()
    else {
      throw HewnError(
        .invalidArgument,
        "images of \(images.elementType.rawValue) \(Shape(images.shape)) do not fit input"
          + " \"\(input.name)\", \(input.elementType.rawValue) \(Shape(input.shape))")
    }
    return images.shape.first ?? 1
  }

  /// The ranges of `count` images that are run at a time.
  func batches(of count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: plan.batch).map { $0..<min($0 + plan.batch, count) }
  }

  /// Some images as a whole batch, filled up with the last of them.
  ///
  /// - Throws: `outOfMemory`.
  func batch(of images: Tensor, _ range: Range<Int>) throws(HewnError) -> Tensor {
    let itemByteCount = images.core.type.byteCount / max(1, images.shape.first ?? 1)
    let batch = try rethrowing {
      try Tensors.Tensor(
        type: TensorType(input.elementType.core, Shape(checking: input.shape))
      ) { buffer in
        images.withUnsafeBytes { source in
          for item in 0..<plan.batch {
            let image = min(range.lowerBound + item, range.upperBound - 1)
            buffer[(item * itemByteCount)..<((item + 1) * itemByteCount)].copyBytes(
              from: source[(image * itemByteCount)..<((image + 1) * itemByteCount)])
          }
        }
      }
    }
    return Tensor(batch)
  }

  /// The outputs of a whole batch, by name.
  ///
  /// - Throws: what `Session.run` throws.
  mutating func run(_ batch: Tensor) throws -> [String: Tensor] {
    try session.setInputs([input.name: batch])
    let clock = ContinuousClock()
    let begin = clock.now
    try session.execute()
    duration += clock.now - begin
    runCount += 1
    return try session.readOutputs()
  }
}

extension [String: Tensor] {
  /// The elements of an output.
  ///
  /// - Throws: `internal` where there is no such output.
  func elements(of name: String) throws(HewnError) -> [Double] {
    guard let tensor = self[name] else {
      throw HewnError(.internal, "output \"\(name)\" is missing")
    }
    return tensor.core.doubles()
  }
}
