internal import GPUDevices
internal import KernelIR
internal import Runtime
internal import Tensors

/// Runs a plan on a device: one allocation for activations, one for constants, and the launches between two
/// evaluations by the host as one captured graph.
final class GPUSession<Device: GPUDevice>: PlanSession {
  /// What a device can be given at once, or the host must do in between.
  private enum Part {
    case captured(Device.Graph)
    case evaluation(HostEvaluation)
  }

  private let program: GPUProgram
  private let offsets: [Int]
  private let device: Device
  private let arena: Device.Buffer
  private let constants: Device.Buffer
  private let addresses: GPUAddresses
  private let kernels: [String: Device.LoadedKernel]
  private var parts: [Part] = []

  /// Allocates everything, uploads constants, loads kernels.
  ///
  /// - Throws: `outOfMemory`; what loading kernels throws.
  init(_ plan: GPUPlan, on device: Device) throws {
    program = plan.program
    self.device = device
    let places = plan.places
    offsets = places.offsets
    arena = try device.allocate(byteCount: places.arenaByteCount)
    let constants = try device.allocate(byteCount: places.constantByteCount)
    self.constants = constants
    var bases: [UInt64] = []
    for (buffer, offset) in zip(program.buffers, offsets) {
      switch buffer.kind {
      case .activation: bases.append(arena.address + UInt64(offset))
      case .constant(let bytes):
        bases.append(constants.address + UInt64(offset))
        try bytes.withUnsafeBytes { try device.upload($0, to: constants, at: offset) }
      }
    }
    addresses = GPUAddresses(buffers: bases)
    kernels = try plan.program.kernels.mapValues { try device.load($0) }
    parts = try makeParts()
  }

  private func makeParts() throws -> [Part] {
    var parts: [Part] = []
    var launches: [GPUProgram.Launch] = []
    func flush() throws {
      guard !launches.isEmpty else { return }
      let run = launches
      parts.append(.captured(try device.capture { for launch in run { try self.launch(launch) } }))
      launches = []
    }
    for step in program.steps {
      switch step.command {
      case .launch(let launch): launches.append(launch)
      case .evaluate(let evaluation):
        try flush()
        parts.append(.evaluation(evaluation))
      }
    }
    try flush()
    return parts
  }

  private func launch(_ launch: GPUProgram.Launch) throws {
    guard let kernel = kernels[launch.kernel] else {
      throw HewnError(.internal, "kernel \(launch.kernel) is not loaded")
    }
    try launch.arguments(addresses).withUnsafeBytes {
      try device.launch(kernel, grid: launch.grid, arguments: $0)
    }
  }

  // MARK: Running

  func setInput(_ index: Int, _ tensor: Tensor) throws {
    let edge = program.inputs[index]
    guard tensor.type == edge.port.type else {
      throw HewnError(
        .invalidArgument,
        "input \"\(edge.port.name)\" is \(tensor.type), expected \(edge.port.type)")
    }
    guard case .buffer(let buffer) = edge.source else { return }
    try upload(tensor, to: buffer)
  }

  func execute() throws {
    for part in parts {
      switch part {
      case .captured(let graph): try device.replay(graph)
      case .evaluation(let evaluation): try evaluate(evaluation)
      }
    }
    try device.synchronize()
  }

  func execute(addingTimesTo times: UnsafeMutableBufferPointer<UInt64>) throws {
    let clock = ContinuousClock()
    for step in program.steps {
      let start = clock.now
      switch step.command {
      case .launch(let launch): try self.launch(launch)
      case .evaluate(let evaluation): try evaluate(evaluation)
      }
      try device.synchronize()
      let elapsed = clock.now - start
      times[step.layer] +=
        UInt64(elapsed.components.seconds) * 1_000_000_000
        + UInt64(elapsed.components.attoseconds / 1_000_000_000)
    }
  }

  func output(_ index: Int) throws -> Tensor {
    let edge = program.outputs[index]
    switch edge.source {
    case .constant(let tensor): return try edge.port.part(of: tensor)
    case .buffer(let buffer): return try edge.port.part(of: download(buffer, edge.port.type))
    }
  }

  // MARK: Copies

  private func upload(_ tensor: Tensor, to buffer: Int) throws {
    try tensor.withUnsafeBytes { try device.upload($0, to: arena, at: offsets[buffer]) }
  }

  private func download(_ buffer: Int, _ type: TensorType) throws -> Tensor {
    try Tensor(type: type) { try device.download(arena, at: offsets[buffer], into: $0) }
  }

  private func evaluate(_ evaluation: HostEvaluation) throws {
    try device.synchronize()
    let inputs = try evaluation.inputs.map { input -> Tensor? in
      switch input {
      case nil: nil
      case .constant(let tensor): tensor
      case .buffer(let buffer, let type): try download(buffer, type)
      }
    }
    let results: [Tensor]
    do {
      results = try evaluation.evaluate(evaluation.op, inputs, evaluation.outputs.map(\.type))
    } catch let error as HewnError {
      throw error.at(node: evaluation.label)
    }
    for (output, result) in zip(evaluation.outputs, results) {
      try upload(result, to: output.buffer)
    }
  }
}
