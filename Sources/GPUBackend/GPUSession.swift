internal import GPUDevices
internal import KernelIR
internal import Runtime
internal import Tensors

/// Runs a plan on a device: one allocation for activations, and the launches between two evaluations by the
/// host as one captured graph.
///
/// Inputs and outputs go through memory of the host that the device reaches by itself. With ``start()`` the
/// caller goes on while they are copied and computed; a second session then works on the next batch.
final class GPUSession<Device: GPUDevice>: PlanSession {
  /// What a device can be given at once, or the host must do in between.
  private enum Part {
    case captured(Device.Graph)
    case evaluation(HostEvaluation)
  }

  private let program: GPUProgram
  private let offsets: [Int]
  private let device: Device
  private let module: GPUModule<Device>
  private let arena: Device.Buffer
  private let addresses: GPUAddresses
  /// By input and by output; `nil` for constants.
  private let inputs: [Device.Staging?]
  private let outputs: [Device.Staging?]
  private var parts: [Part] = []
  /// Whether work may be under way.
  private var isBusy = false
  /// The inputs whose stagings an earlier copy may still read.
  private var copiedInputs: Set<Int> = []
  /// Whether the outputs' stagings have, or will have, what was computed last.
  private var hasOutputs = false

  /// Allocates everything that running needs.
  ///
  /// - Throws: `outOfMemory`.
  init(_ plan: GPUPlan, _ module: GPUModule<Device>, on device: Device) throws {
    program = plan.program
    self.device = device
    self.module = module
    offsets = plan.places.offsets
    let arena = try device.allocate(byteCount: plan.places.arenaByteCount)
    self.arena = arena
    addresses = GPUAddresses(
      buffers: zip(program.buffers, offsets).map { buffer, offset in
        switch buffer.kind {
        case .activation: arena.address + UInt64(offset)
        case .constant: module.constants.address + UInt64(offset)
        }
      })
    func stagings(_ edges: [GPUProgram.Edge]) throws -> [Device.Staging?] {
      try edges.map { edge in
        guard case .buffer = edge.source else { return nil }
        return try device.stage(byteCount: edge.port.type.byteCount)
      }
    }
    inputs = try stagings(plan.program.inputs)
    outputs = try stagings(plan.program.outputs)
    parts = try makeParts()
  }

  deinit {
    // Memory may not be freed under running work.
    try? device.synchronize()
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
    guard let kernel = module.kernels[launch.kernel] else {
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
    guard case .buffer(let buffer) = edge.source, let staging = inputs[index] else { return }
    if copiedInputs.contains(index) { try wait() }
    tensor.withUnsafeBytes { staging.bytes.copyMemory(from: $0) }
    try device.copy(staging, to: arena, at: offsets[buffer])
    copiedInputs.insert(index)
    isBusy = true
  }

  func execute() throws {
    try run()
    try wait()
  }

  func start() throws {
    try run()
    try copyOutputs()
  }

  private func run() throws {
    hasOutputs = false
    isBusy = true
    for part in parts {
      switch part {
      case .captured(let graph): try device.replay(graph)
      case .evaluation(let evaluation): try evaluate(evaluation)
      }
    }
  }

  private func wait() throws {
    guard isBusy else { return }
    try device.synchronize()
    isBusy = false
    copiedInputs = []
  }

  func execute(addingTimesTo times: UnsafeMutableBufferPointer<UInt64>) throws {
    try wait()
    hasOutputs = false
    let pieces = program.steps.map { step in
      {
        switch step.command {
        case .launch(let launch): try self.launch(launch)
        case .evaluate(let evaluation): try self.evaluate(evaluation)
        }
      }
    }
    for (step, seconds) in zip(program.steps, try device.time(pieces)) {
      times[step.layer] += UInt64(max(0, 1e9 * seconds))
    }
  }

  func output(_ index: Int) throws -> Tensor {
    let port = program.outputs[index].port
    switch program.outputs[index].source {
    case .constant(let tensor): return try port.part(of: tensor)
    case .buffer:
      if !hasOutputs { try copyOutputs() }
      try wait()
      guard let staging = outputs[index] else { throw HewnError(.internal, "no staging") }
      let bytes = UnsafeRawBufferPointer(staging.bytes)
      return try port.part(
        of: Tensor(type: port.type) { $0.copyMemory(from: .init(rebasing: bytes[..<$0.count])) })
    }
  }

  private func copyOutputs() throws {
    for (edge, staging) in zip(program.outputs, outputs) {
      guard case .buffer(let buffer) = edge.source, let staging else { continue }
      try device.copy(arena, at: offsets[buffer], to: staging)
    }
    hasOutputs = true
    isBusy = true
  }

  // MARK: The host

  private func evaluate(_ evaluation: HostEvaluation) throws {
    let inputs = try evaluation.inputs.map { input -> Tensor? in
      switch input {
      case nil: nil
      case .constant(let tensor): tensor
      case .buffer(let buffer, let type):
        try Tensor(type: type) { try device.download(arena, at: offsets[buffer], into: $0) }
      }
    }
    let results: [Tensor]
    do {
      results = try evaluation.evaluate(evaluation.op, inputs, evaluation.outputs.map(\.type))
    } catch let error as HewnError {
      throw error.at(node: evaluation.label)
    }
    for (output, result) in zip(evaluation.outputs, results) {
      try result.withUnsafeBytes { try device.upload($0, to: arena, at: offsets[output.buffer]) }
    }
  }
}
