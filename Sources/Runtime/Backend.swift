package import Graphs
package import Tensors

/// Turns a graph into something that runs on one kind of device.
///
/// A backend takes an optimised, bound graph and either returns a plan that runs it whole, or
/// throws an error that names the node and the reason, before anything runs.
package protocol Backend: Sendable {
  /// `cpu`, `reference`, `cuda`, `emulator`.
  var name: String { get }

  func compile(_ graph: Graph, options: CompileOptions) throws -> any Plan
}

/// Which kernels convolutions use.
package enum Engine: String, Sendable, CaseIterable, Codable {
  /// Per layer, sparse or dense, whichever is predicted faster.
  case sparse
  /// The dense path for every layer.
  case dense
}

/// What a device computes convolutions and matrix products in.
package enum Precision: String, Sendable, CaseIterable, Codable {
  /// Products and sums in single precision.
  case f32
  /// Operands rounded to 10 bits of fraction, sums in single precision.
  case tf32
  /// Half precision: activations, weights and products' operands; sums in single precision.
  case f16
  /// As `f16`, with the exponents of single precision and 7 bits of fraction.
  case bf16
}

/// What shapes a compilation beside the graph.
package struct CompileOptions: Sendable {
  package var engine: Engine
  /// The threads that a session will run with; at least 1.
  package var threads: Int

  /// What GPUs compute in; other backends know single precision alone.
  package var precision: Precision

  package init(engine: Engine = .sparse, threads: Int, precision: Precision = .f32) {
    self.engine = engine
    self.threads = threads
    self.precision = precision
  }
}

/// A named tensor at a plan's edge.
package struct Port: Sendable, Hashable {
  package var name: String
  package var type: TensorType
  /// Whether rows of −1 at the end are no part of the tensor; its type has as many rows as there can
  /// be.
  package var isTrimmed: Bool

  package init(name: String, type: TensorType, isTrimmed: Bool = false) {
    self.name = name
    self.type = type
    self.isTrimmed = isTrimmed
  }

  /// The part of a tensor of this port's type that is the port's.
  ///
  /// - Throws: `invalidFile` where a trimmed tensor holds no integers, `outOfMemory`.
  package func part(of tensor: Tensor) throws -> Tensor {
    guard isTrimmed, let length = tensor.shape.dimensions.dropFirst().first, length > 0 else {
      return tensor
    }
    let integers = try tensor.integers()
    var rows = tensor.shape[0]
    while rows > 0, integers[((rows - 1) * length)..<(rows * length)].allSatisfy({ $0 == -1 }) {
      rows -= 1
    }
    let type = TensorType(tensor.element, [rows, length])
    return try Tensor(type: type) { target in
      tensor.withUnsafeBytes { target.copyMemory(from: .init(rebasing: $0[..<type.byteCount])) }
    }
  }
}

extension Graph {
  /// The inputs and outputs as ports of a plan.
  package var ports: (inputs: [Port], outputs: [Port]) {
    (
      inputs.map { Port(name: self[$0].name, type: self[$0].type) },
      outputs.enumerated().map { index, id in
        Port(
          name: self[id].name, type: self[id].type, isTrimmed: trimmedOutputs.contains(index))
      }
    )
  }
}

/// An immutable, device-specific, runnable form of a model.
package protocol Plan: Sendable {
  var inputs: [Port] { get }
  var outputs: [Port] { get }
  /// One entry for each executed step, in order.
  var layers: [LayerReport] { get }
  /// How many of the first layers run from first to last for one image before the next.
  var layersByImage: Int { get }
  /// Bytes of activations that a session allocates.
  var arenaByteCount: Int { get }
  /// Bytes of packed weights and index streams.
  var weightByteCount: Int { get }

  /// Allocates everything that running needs.
  ///
  /// - Throws: `outOfMemory`.
  func makeSession() throws -> any PlanSession
}

extension Plan {
  package var layersByImage: Int { 0 }
}

extension PlanSession {
  package func start() throws { try execute() }
}

/// Runs a plan. Not thread-safe: one session belongs to one caller at a time.
package protocol PlanSession: AnyObject {
  /// Copies an input in.
  ///
  /// - Throws: `invalidArgument` where type or shape differ from the port's.
  func setInput(_ index: Int, _ tensor: Tensor) throws

  /// Runs every step once. Allocates, locks and logs nothing where every step is a kernel.
  ///
  /// - Throws: what depends on the values of tensors, such as an index out of range, with the node
  ///   named. The outputs are then undefined.
  func execute() throws

  /// Runs every step once as ``execute()`` does, but may return before they are done: on devices that work
  /// beside the caller, so that several sessions' copies and computations overlap. ``output(_:)`` waits.
  func start() throws

  /// Runs every step once and adds each step's wall time in nanoseconds to `times`, in the order of
  /// `Plan.layers`.
  ///
  /// - Throws: as ``execute()``.
  func execute(addingTimesTo times: UnsafeMutableBufferPointer<UInt64>) throws

  /// Copies an output out, without the rows of −1 at the end where its port is trimmed.
  func output(_ index: Int) throws -> Tensor
}
