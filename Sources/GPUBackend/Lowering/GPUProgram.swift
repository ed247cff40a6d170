package import KernelIR
package import Runtime
package import Tensors

/// A graph as launches of kernels over buffers of a device: what a plan holds.
package struct GPUProgram: Sendable {
  /// Memory that commands read and write.
  package struct Buffer: Sendable {
    package enum Kind: Sendable {
      /// A part of the arena, whose other parts may have its bytes at other times.
      case activation
      /// The bytes of weights and tables, uploaded once.
      case constant([UInt8])
    }
    package var byteCount: Int
    package var kind: Kind
  }

  package enum Command: Sendable {
    case launch(Launch)
    case evaluate(HostEvaluation)
  }

  package struct Launch: Sendable {
    /// Which of ``kernels``.
    package var kernel: String
    package var grid: Grid
    /// The bytes of the parameter struct.
    package var arguments: @Sendable (GPUAddresses) -> [UInt8]
  }

  /// A command with what it touches.
  package struct Step: Sendable {
    package var command: Command
    package var reads: [Int]
    package var writes: [Int]
    /// The layer that its time counts for.
    package var layer: Int
  }

  /// Where a tensor of the caller is copied to or from, in row-major order as it is.
  package struct Edge: Sendable {
    package var port: Port
    package var source: Source

    package enum Source: Sendable {
      case buffer(Int)
      case constant(Tensor)
    }
  }

  package var kernels: [String: Kernel] = [:]
  package var buffers: [Buffer] = []
  package var steps: [Step] = []
  package var layers: [LayerReport] = []
  package var inputs: [Edge] = []
  package var outputs: [Edge] = []
  /// What was decided for nodes that convolve.
  package var choices: GPUChoices = [:]
}

/// The addresses of a program's buffers on one device.
package struct GPUAddresses: Sendable {
  package let buffers: [UInt64]

  package subscript(memory: GPUMemory) -> UInt64 {
    buffers[memory.buffer] + UInt64(memory.byteOffset)
  }

  package subscript(tensor: GPUTensor) -> UInt64 { self[tensor.memory] }
}

extension GPUProgram {
  /// Where buffers lie in one allocation for activations and one for constants.
  package struct Places: Sendable {
    /// Bytes from the start of the allocation.
    package var offsets: [Int]
    package var arenaByteCount: Int
    package var constantByteCount: Int
  }

  /// What addresses of buffers are multiples of.
  static let alignment = 256

  /// Places all buffers. Inputs live throughout, so that a session may run again on the same ones.
  ///
  /// - Throws: as ``MemoryPlan/init(_:alignment:)``.
  package func places() throws(HewnError) -> Places {
    var requests = buffers.map { buffer in
      var floatCount = 0
      if case .activation = buffer.kind { floatCount = buffer.byteCount.dividedRoundingUp(by: 4) }
      return MemoryPlan.Request(floatCount: floatCount, firstStep: .max, lastStep: -1)
    }
    func touch(_ buffer: Int, _ step: Int) {
      requests[buffer].firstStep = min(requests[buffer].firstStep, step)
      requests[buffer].lastStep = max(requests[buffer].lastStep, step)
    }
    for case .buffer(let input) in inputs.map(\.source) {
      touch(input, -1)
      touch(input, steps.count)
    }
    for (index, step) in steps.enumerated() {
      for buffer in step.reads + step.writes { touch(buffer, index) }
    }
    for case .buffer(let output) in outputs.map(\.source) { touch(output, steps.count) }
    for index in requests.indices where requests[index].lastStep < 0 {
      requests[index].floatCount = 0
      requests[index].firstStep = 0
      requests[index].lastStep = 0
    }
    let plan = try MemoryPlan(requests, alignment: Self.alignment / 4)
    var places = Places(
      offsets: plan.offsets.map { 4 * $0 }, arenaByteCount: 4 * plan.floatCount,
      constantByteCount: 0)
    for (index, buffer) in buffers.enumerated() {
      guard case .constant = buffer.kind else { continue }
      places.offsets[index] = places.constantByteCount
      places.constantByteCount += buffer.byteCount.roundedUp(to: Self.alignment)
    }
    return places
  }
}
