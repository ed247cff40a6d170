package import GPUDevices
package import Runtime
package import Tensors

/// A model as launches of kernels, for one kind of GPU.
package struct GPUPlan: Plan {
  package let program: GPUProgram
  package let inputs: [Port]
  package let outputs: [Port]
  package let layers: [LayerReport]
  package let arenaByteCount: Int
  package let weightByteCount: Int
  let places: GPUProgram.Places
  /// Opens a device for a session.
  private let open: @Sendable (GPUPlan) throws -> any PlanSession

  /// - Parameter open: makes the device that a session runs on.
  /// - Throws: as ``GPUProgram/places()``.
  package init<Device: GPUDevice & SendableMetatype>(
    _ program: GPUProgram, open: @escaping @Sendable () throws -> Device
  ) throws(HewnError) {
    self.program = program
    inputs = program.inputs.map(\.port)
    outputs = program.outputs.map(\.port)
    layers = program.layers
    places = try program.places()
    arenaByteCount = places.arenaByteCount
    weightByteCount = places.constantByteCount
    self.open = { plan in try GPUSession(plan, on: try open()) }
  }

  package func makeSession() throws -> any PlanSession { try open(self) }
}
