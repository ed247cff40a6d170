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
    for stage in plan.stages { try run(stage.step) }
  }

  package func execute(addingTimesTo times: UnsafeMutableBufferPointer<UInt64>) throws {
    precondition(times.count == plan.layers.count, "one time for each layer")
    pool.makeRoomForCaller()
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
  /// Set between runs of the pool only.
  var step: (any Step)?
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
      try step?.run(
        part: part,
        in: StepMemory(
          arena: arena.start, scratch: scratch.start + worker * scratchStride, shared: shared))
    } catch {
      failure.withLock { $0 = error }
      hasFailed.store(true, ordering: .releasing)
    }
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
