internal import Tensors

/// The steps of a plan's first nodes, which run from first to last for one image before the next: its
/// activations then stay in the caches between them.
///
/// Seen as a step, a part is an image, and its memory a worker's own scratch. Where there are fewer images
/// than threads, all threads run the steps of one image after the other instead; the results are the same.
struct ImageFront: Step {
  /// The steps of an image, and the layers that their times count for.
  let stages: [CPUPlan.Stage]
  let imageCount: Int
  let layerCount: Int
  /// Whether workers take images, not parts of steps.
  let sharesImages: Bool
  private let inputs: [Transfer]
  private let outputs: [Transfer]
  /// Floats of the activations of an image.
  private let arenaFloatCount: Int
  /// Floats that the steps of an image need beside them.
  private let stepScratchFloatCount: Int
  private let stepSharedFloatCount: Int

  /// A tensor that is copied between the batch's arena and an image's, row-major in both.
  private struct Transfer: Sendable {
    /// Of the first image.
    var batch: Placement
    var image: Placement
    /// Of one image.
    var floatCount: Int
  }

  /// - Parameters:
  ///   - front: made for one image, and for one thread where ``sharesImages(_:threads:)``.
  ///   - inputs: the places of its inputs' batches.
  ///   - outputs: likewise.
  init(
    _ front: LoweredProgram, imageCount: Int, threads: Int, inputs: [Located], outputs: [Located]
  ) {
    stages = front.stages
    layerCount = front.layers.count
    self.imageCount = imageCount
    sharesImages = Self.sharesImages(imageCount, threads: threads)
    arenaFloatCount = front.arenaFloatCount.roundedUp(to: 64)
    stepScratchFloatCount = front.scratchFloatCount.roundedUp(to: 64)
    stepSharedFloatCount = front.sharedFloatCount
    self.inputs = Self.transfers(inputs, front.inputPlaces)
    self.outputs = Self.transfers(
      outputs,
      front.outputPlaces.map {
        guard case .arena(let place) = $0 else {
          preconditionFailure("a constant is no output of a front")
        }
        return place
      })
  }

  private static func transfers(_ batch: [Located], _ image: [Located]) -> [Transfer] {
    zip(batch, image).map {
      Transfer(
        batch: $0.placement, image: $1.placement, floatCount: $1.shape.elementCount)
    }
  }

  /// Whether images divide among threads without leaving more than a quarter of them idle.
  static func sharesImages(_ imageCount: Int, threads: Int) -> Bool {
    let rounds = (imageCount + threads - 1) / threads
    return 4 * imageCount >= 3 * rounds * threads
  }

  /// Floats of all activations that a session holds at a time.
  func activationFloatCount(threads: Int) -> Int {
    arenaFloatCount * (sharesImages ? threads : 1)
  }

  var partCount: Int { imageCount }

  /// What a worker needs for an image: its activations, and what its steps need.
  var scratchFloatCount: Int {
    sharesImages
      ? arenaFloatCount + stepScratchFloatCount + stepSharedFloatCount : stepScratchFloatCount
  }

  var sharedFloatCount: Int { sharesImages ? 0 : arenaFloatCount + stepSharedFloatCount }

  func run(part image: Int, in memory: StepMemory) throws {
    try run(image, in: memory) { _ in }
  }

  /// Runs all steps of an image in a worker's scratch memory.
  ///
  /// - Parameter times: nanoseconds by layer, to which those of the steps are added.
  func run(
    _ image: Int, in memory: StepMemory, addingTimesTo times: UnsafeMutablePointer<UInt64>
  ) throws {
    var last = monotonicNanoseconds()
    try run(image, in: memory) { stage in
      let now = monotonicNanoseconds()
      times[stage.layer] += now - last
      last = now
    }
  }

  @inline(__always)
  private func run(
    _ image: Int, in memory: StepMemory, after: (CPUPlan.Stage) -> Void
  ) throws {
    let own = StepMemory(
      arena: memory.scratch, scratch: memory.scratch + arenaFloatCount,
      shared: memory.scratch + arenaFloatCount + stepScratchFloatCount)
    copyInputs(of: image, from: memory.arena, to: own.arena)
    for stage in stages {
      for part in 0..<stage.step.partCount { try stage.step.run(part: part, in: own) }
      after(stage)
    }
    copyOutputs(of: image, from: own.arena, to: memory.arena)
  }

  /// The memory of an image whose steps all threads run.
  func memory(sharedBy workers: StepMemory) -> StepMemory {
    StepMemory(
      arena: workers.shared, scratch: workers.scratch, shared: workers.shared + arenaFloatCount)
  }

  func copyInputs(
    of image: Int, from batch: UnsafeMutablePointer<Float>, to one: UnsafeMutablePointer<Float>
  ) {
    for input in inputs {
      (one + input.image.offset).update(
        from: batch + input.batch.offset + image * input.floatCount, count: input.floatCount)
    }
  }

  func copyOutputs(
    of image: Int, from one: UnsafeMutablePointer<Float>, to batch: UnsafeMutablePointer<Float>
  ) {
    for output in outputs {
      (batch + output.batch.offset + image * output.floatCount).update(
        from: one + output.image.offset, count: output.floatCount)
    }
  }
}
