#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

internal import Runtime
import Synchronization
package import Tensors

/// Runs a ``CPUPlan``: its arena, its scratch and its threads.
package final class CPUSession: PlanSession {
  private let plan: CPUPlan
  private let pool: ThreadPool
  private let arena: FloatArena
  private let current: CurrentStep
  /// Runs a part of the current step; made once, because making a closure allocates.
  private let runPart: (_ part: Int, _ worker: Int) -> Void

  /// - Throws: `outOfMemory`.
  init(_ plan: CPUPlan) throws {
    self.plan = plan
    pool = ThreadPool(threadCount: plan.threads)
    arena = try FloatArena(count: plan.arenaFloatCount)
    let scratchStride = (plan.scratchFloatCount + 64).roundedUp(to: 64)
    let current = CurrentStep(
      arena: arena,
      scratch: try FloatArena(count: scratchStride * pool.threadCount + plan.sharedFloatCount + 64),
      scratchStride: scratchStride, workerCount: pool.threadCount)
    self.current = current
    runPart = { part, worker in current.run(part: part, worker: worker) }
  }

  package func setInput(_ index: Int, _ tensor: Tensor) throws {
    let port = plan.inputs[index]
    guard tensor.type == port.type else {
      throw HewnError(
        .invalidArgument,
        "input \(port.name) is \(tensor.type); the plan was made for \(port.type)")
    }
    arena.start.write(tensor, to: plan.inputPlaces[index])
  }

  package func execute() throws {
    pool.makeRoomForCaller()
    if let front = plan.front { try run(front) }
    for stage in plan.stages { try run(stage.step) }
  }

  package func execute(addingTimesTo times: UnsafeMutableBufferPointer<UInt64>) throws {
    precondition(times.count == plan.layers.count, "one time for each layer")
    pool.makeRoomForCaller()
    if let front = plan.front { try run(front, addingTimesTo: times) }
    var last = monotonicNanoseconds()
    for stage in plan.stages {
      try run(stage.step)
      let now = monotonicNanoseconds()
      times[stage.layer] += now - last
      last = now
    }
  }

  private func run(_ step: any Step) throws {
    current.step = step
    pool.run(partCount: step.partCount, runPart)
    try current.throwFailure()
  }

  private func run(_ front: ImageFront) throws {
    if front.sharesImages {
      try run(front as any Step)
    } else {
      try runInTurn(front) { try run($0.step) }
    }
  }

  /// Runs the images one after the other, every step by all threads.
  private func runInTurn(_ front: ImageFront, _ body: (CPUPlan.Stage) throws -> Void) throws {
    let memory = current.memory(ofWorker: 0)
    let own = front.memory(sharedBy: memory)
    current.front = front
    defer { current.front = nil }
    for image in 0..<front.imageCount {
      front.copyInputs(of: image, from: memory.arena, to: own.arena)
      for stage in front.stages { try body(stage) }
      front.copyOutputs(of: image, from: own.arena, to: memory.arena)
    }
  }

  /// Where workers share images, the front's time is divided among its layers as the workers' times are.
  private func run(
    _ front: ImageFront, addingTimesTo times: UnsafeMutableBufferPointer<UInt64>
  ) throws {
    var last = monotonicNanoseconds()
    guard front.sharesImages else {
      return try runInTurn(front) { stage in
        try run(stage.step)
        let now = monotonicNanoseconds()
        times[stage.layer] += now - last
        last = now
      }
    }
    let layers = front.layerCount
    let ofWorkers = UnsafeMutableBufferPointer<UInt64>.allocate(
      capacity: layers * pool.threadCount)
    ofWorkers.initialize(repeating: 0)
    defer { ofWorkers.deallocate() }
    current.timed = CurrentStep.Timed(front: front, times: ofWorkers)
    defer { current.timed = nil }
    try run(front as any Step)
    let wall = Double(monotonicNanoseconds() - last)
    let all = Double(max(1, ofWorkers.reduce(0, +)))
    for layer in 0..<layers {
      let spent = stride(from: layer, to: ofWorkers.count, by: layers).reduce(0) {
        $0 + ofWorkers[$1]
      }
      times[layer] += UInt64(wall * Double(spent) / all)
    }
  }

  package func output(_ index: Int) throws -> Tensor {
    let port = plan.outputs[index]
    return switch plan.outputPlaces[index] {
    case .constant(let tensor): try port.part(of: tensor)
    case .arena(let located): try port.part(of: try arena.start.read(located))
    }
  }
}

/// What the workers of a session run, and the memory they run it in.
private final class CurrentStep {
  // Set between runs of the pool only.

  var step: (any Step)?
  /// The front whose steps run; `nil` for steps of the batch, the front itself included.
  var front: ImageFront?
  /// Set while a front runs as a step whose parts measure their time.
  var timed: Timed?

  struct Timed {
    let front: ImageFront
    /// By worker, then by layer.
    let times: UnsafeMutableBufferPointer<UInt64>
  }

  private let arena: FloatArena
  private let scratch: FloatArena
  private let scratchStride: Int
  private let shared: UnsafeMutablePointer<Float>
  /// Whether a part of the current step threw; then `failure` holds one of the errors.
  private let hasFailed = Atomic(false)
  private let failure = Mutex<(any Error)?>(nil)

  /// - Parameter scratch: that of all workers, then what they share.
  init(arena: FloatArena, scratch: FloatArena, scratchStride: Int, workerCount: Int) {
    self.arena = arena
    self.scratch = scratch
    self.scratchStride = scratchStride
    shared = scratch.start + workerCount * scratchStride
  }

  func run(part: Int, worker: Int) {
    do {
      let memory = memory(ofWorker: worker)
      if let timed, let times = timed.times.baseAddress {
        try timed.front.run(
          part, in: memory, addingTimesTo: times + worker * timed.front.layerCount)
      } else {
        try step?.run(part: part, in: front?.memory(sharedBy: memory) ?? memory)
      }
    } catch {
      failure.withLock { $0 = error }
      hasFailed.store(true, ordering: .releasing)
    }
  }

  func memory(ofWorker worker: Int) -> StepMemory {
    StepMemory(
      arena: arena.start, scratch: scratch.start + worker * scratchStride, shared: shared)
  }

  func throwFailure() throws {
    guard hasFailed.load(ordering: .acquiring) else { return }
    hasFailed.store(false, ordering: .relaxed)
    if let error = failure.withLock({ $0 }) { throw error }
  }
}

/// Zeroed floats at a fixed, page-aligned address.
private final class FloatArena {
  let start: UnsafeMutablePointer<Float>

  /// A huge page: fewer address translations while a kernel strides over planes.
  private static let alignment = 2 << 20

  init(count: Int) throws(HewnError) {
    let byteCount = (4 * max(1, count)).roundedUp(to: Self.alignment)
    try MemoryLimit.check(byteCount, for: "activations")
    guard let memory = aligned_alloc(Self.alignment, byteCount) else {
      throw HewnError(
        .outOfMemory, "no memory for activations of \(byteCount >> 20) MiB; use a smaller batch")
    }
    #if os(Linux)
      madvise(memory, byteCount, MADV_HUGEPAGE)
    #endif
    memset(memory, 0, byteCount)
    start = memory.bindMemory(to: Float.self, capacity: count)
  }

  deinit { free(start) }
}
