package import GPUDevices
package import GPUKernels
package import Runtime
internal import Synchronization
package import Tensors

/// A model as launches of kernels, for one kind of GPU.
package struct GPUPlan: Plan {
  package let program: GPUProgram
  /// Of the GPU that kernels were chosen for.
  package let figures: GPUFigures
  package let inputs: [Port]
  package let outputs: [Port]
  package let layers: [LayerReport]
  package let arenaByteCount: Int
  package let weightByteCount: Int
  /// Makes a session on a device of its own.
  private let open: @Sendable (GPUPlan) throws -> any PlanSession
  let places: GPUProgram.Places

  /// - Parameter open: makes the device that a session runs on.
  /// - Throws: as ``GPUProgram/places()``.
  package init<Device: GPUDevice & SendableMetatype>(
    _ program: GPUProgram, for figures: GPUFigures,
    open: @escaping @Sendable () throws -> Device
  ) throws(HewnError) {
    self.program = program
    self.figures = figures
    inputs = program.inputs.map(\.port)
    outputs = program.outputs.map(\.port)
    layers = program.layers
    places = try program.places()
    arenaByteCount = places.arenaByteCount
    weightByteCount = places.constantByteCount
    let shared = SharedModule<Device>()
    self.open = { plan in
      let device = try open()
      return try GPUSession(plan, try shared.module(of: plan, on: device), on: device)
    }
  }

  package func makeSession() throws -> any PlanSession { try open(self) }
}

/// What sessions of a plan can share: kernels, and the memory of constants.
///
/// `Sendable`, as nothing in it changes; only devices that share memory, whose buffers and kernels any thread
/// may use, hand it on.
final class GPUModule<Device: GPUDevice>: @unchecked Sendable {
  let kernels: [String: Device.LoadedKernel]
  let constants: Device.Buffer

  /// Loads all kernels and uploads all constants.
  ///
  /// - Throws: `outOfMemory`; what loading kernels throws.
  init(_ plan: GPUPlan, on device: Device) throws {
    kernels = try plan.program.kernels.mapValues { try device.load($0) }
    constants = try device.allocate(byteCount: plan.places.constantByteCount)
    for (buffer, offset) in zip(plan.program.buffers, plan.places.offsets) {
      guard case .constant(let bytes) = buffer.kind else { continue }
      try bytes.withUnsafeBytes { try device.upload($0, to: constants, at: offset) }
    }
  }
}

/// The module of a plan: made with its first session, and kept while there are any.
private final class SharedModule<Device: GPUDevice>: Sendable {
  private struct Reference {
    weak var module: GPUModule<Device>?
  }

  private let reference = Mutex(Reference())

  func module(of plan: GPUPlan, on device: Device) throws -> GPUModule<Device> {
    guard Device.sharesMemory else { return try GPUModule(plan, on: device) }
    if let module = reference.withLock({ $0.module }) { return module }
    // Two first sessions at a time would make two, of which one is kept.
    let made = try GPUModule(plan, on: device)
    reference.withLock { $0.module = made }
    return made
  }
}
