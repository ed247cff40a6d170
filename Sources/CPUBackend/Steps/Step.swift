package import Runtime

/// The memory that a step works on.
package struct StepMemory {
  /// All activations. The arena is aligned to 64 bytes and ends in slack that kernels may read.
  package let arena: UnsafeMutablePointer<Float>
  /// This worker's own scratch floats, at least `Step.scratchFloatCount`, aligned to 64 bytes.
  package let scratch: UnsafeMutablePointer<Float>
  /// What all parts of a step and its preparation share, at least `Step.sharedFloatCount`, aligned
  /// to 64 bytes.
  package let shared: UnsafeMutablePointer<Float>

  package init(
    arena: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    shared: UnsafeMutablePointer<Float>
  ) {
    self.arena = arena
    self.scratch = scratch
    self.shared = shared
  }

  package func pointer(_ placement: Placement) -> UnsafeMutablePointer<Float> {
    arena + placement.offset
  }
}

/// One operation of a plan, cut into independent parts.
///
/// Parts may run in any order and on any worker; every output element is computed by one part, in a
/// fixed order of additions, so that results do not depend on the number of threads. Steps that run
/// a kernel neither allocate nor lock nor throw.
package protocol Step: Sendable {
  /// How many parts there are; 0 for steps with nothing to do.
  var partCount: Int { get }
  /// Scratch floats that a worker needs.
  var scratchFloatCount: Int { get }
  /// What must have run before, part of the same operation; it writes the shared memory.
  var preparation: (any Step)? { get }
  /// Floats of memory that the parts share with those of the preparation.
  var sharedFloatCount: Int { get }

  /// What was decided for the step, where there was a choice or a prediction.
  var decision: StepDecision? { get }
  /// The weights that the step reads, where packing them takes time.
  var packed: PackedLayer? { get }

  /// - Throws: what depends on the values of tensors, such as an index out of range.
  func run(part: Int, in memory: StepMemory) throws
}

extension Step {
  package var scratchFloatCount: Int { 0 }
  package var preparation: (any Step)? { nil }
  package var sharedFloatCount: Int { 0 }
  package var decision: StepDecision? { nil }
  package var packed: PackedLayer? { nil }
}

/// Which engine a step uses, and why.
package struct StepDecision: Sendable {
  package var matrix: MatrixReport?
  package var engine: String
  package var reason: String
  /// Predicted times with all threads.
  package var sparseMilliseconds: Double?
  package var denseMilliseconds: Double?
  /// Bytes of packed weights and index streams.
  package var weightByteCount: Int
  /// As in ``EngineChoice``.
  package var boundFlops: Int?

  package init(
    matrix: MatrixReport?, engine: String, reason: String, sparseMilliseconds: Double? = nil,
    denseMilliseconds: Double? = nil, weightByteCount: Int, boundFlops: Int? = nil
  ) {
    self.matrix = matrix
    self.engine = engine
    self.reason = reason
    self.sparseMilliseconds = sparseMilliseconds
    self.denseMilliseconds = denseMilliseconds
    self.weightByteCount = weightByteCount
    self.boundFlops = boundFlops
  }
}
