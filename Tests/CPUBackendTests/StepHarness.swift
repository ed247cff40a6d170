import CPUBackend
import CPUKernels
import Graphs
import ReferenceBackend
import Tensors
import TestSupport
import Testing

/// One application of an operator, to run on the CPU and on the reference.
struct StepCase: Sendable {
  var name: String
  var op: any Operator
  var inputs: [Tensor?]
  /// Inputs whose elements are known when the step is made.
  var constants: Set<Int>
  var tolerance: Tolerance

  init(
    _ name: String, _ op: any Operator, _ inputs: [Tensor?], constants: Set<Int> = [],
    tolerance: Tolerance = .close
  ) {
    self.name = name
    self.op = op
    self.inputs = inputs
    self.constants = constants
    self.tolerance = tolerance
  }
}

/// Runs steps in a poisoned arena with guards around every buffer, and checks what they leave.
enum StepHarness {
  /// Runs every case in a few random layouts and records one issue that lists all failures.
  static func expect(
    _ cases: [StepCase], seeds: Range<UInt64> = 0..<3,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var failures: [String] = []
    for test in cases {
      for (seed, sharesCells) in seeds.flatMap({ [($0, false), ($0, true)] }) {
        let name = "\(test.name), seed \(seed)" + (sharesCells ? ", images in lanes" : "")
        do {
          failures += try run(test, seed: seed, sharesCells: sharesCells).map { "\(name): \($0)" }
        } catch {
          failures.append("\(name): threw \(error)")
        }
      }
    }
    #expect(
      failures.isEmpty, "\(failures.joined(separator: "\n"))", sourceLocation: sourceLocation)
  }

  /// Runs a case once and says what went wrong.
  ///
  /// - Parameter sharesCells: whether images lie together in the lanes of a vector, where the operator can.
  static func run(_ test: StepCase, seed: UInt64, sharesCells: Bool) throws -> [String] {
    let kernels = try InstructionSet.best.kernelSet()
    let target = NodeContext.Target(
      engine: .sparse, threads: 1, costs: .portable,
      vectorLanes: sharesCells ? kernels.lanes : 1)
    var generator = SplitMix64(seed: seed &+ 0x5eed)
    let operands = test.inputs.enumerated().map { index, tensor in
      tensor.map {
        Operand(type: $0.type, constant: test.constants.contains(index) ? $0 : nil)
      }
    }
    let types = try test.op.outputTypes(for: operands)
    let want = try Reference.evaluate(test.op, test.inputs, types)
    guard let op = test.op as? any CPUOperator else { return ["no CPU implementation"] }
    let node = NodeContext(
      label: "\(test.op.name) \"\(test.name)\"", inputs: operands, outputs: types,
      target: target)
    let demands = try op.layouts(for: node)
    var pitches = PitchChoice(node, demands, &generator)

    var arena = GuardedArena()
    var inputs: [Located?] = []
    for (index, tensor) in test.inputs.enumerated() {
      guard let tensor, !test.constants.contains(index) else {
        inputs.append(nil)
        continue
      }
      let layout = pitches.layout(tensor.shape, demands.inputs[index], &generator)
      inputs.append(arena.place("input \(index)", tensor.shape, layout))
    }
    let outputs = types.enumerated().map { index, type in
      arena.place(
        "output \(index)", type.shape,
        pitches.layout(type.shape, demands.outputs[index], &generator))
    }
    let step = try op.makeStep(
      for: node, inputs: inputs, outputs: outputs, kernels: kernels)
    let given = zip(inputs, test.inputs).compactMap { located, tensor in
      located.flatMap { located in tensor.map { (located, $0) } }
    }
    return try arena.failures(
      step, inputs: given, outputs: zip(outputs, want).map { ($0, $1, test.tolerance) },
      &generator)
  }
}

/// Pitches as lowering would settle them, but larger by chance.
private struct PitchChoice {
  private var shared = 0

  init(_ node: NodeContext, _ demands: LayoutDemands, _ generator: inout SplitMix64) {
    for (index, demand) in demands.inputs.enumerated() {
      guard case .planes(let halo, _, let phases, .sharedWithOutput, _, _) = demand,
        let shape = node.shape(ofInput: index)
      else { continue }
      let width = shape[shape.rank - 1]
      shared = max(
        shared, PlanesLayout.minimumPitch(width: width, halo: halo, phases: phases))
    }
    if shared > 0 { shared += generator.below(6) }
  }

  mutating func layout(
    _ shape: Shape, _ demand: LayoutDemands.Input, _ generator: inout SplitMix64
  ) -> Layout {
    switch demand {
    case .plain: .plain
    case .planes(let halo, let vertical, let horizontal, let rule, let lanes, _):
      planes(
        shape, halo, (vertical, horizontal), lanes: lanes, isShared: rule != .free, &generator)
    }
  }

  mutating func layout(
    _ shape: Shape, _ demand: LayoutDemands.Output, _ generator: inout SplitMix64
  ) -> Layout {
    switch demand {
    case .plain: .plain
    case .planes(let vertical, let horizontal, let lanes):
      planes(
        shape, .init(), (vertical, horizontal), lanes: lanes, isShared: shared > 0, &generator)
    }
  }

  private mutating func planes(
    _ shape: Shape, _ least: PlanesLayout.Halo, _ phases: (vertical: Int, horizontal: Int),
    lanes: Int, isShared: Bool, _ generator: inout SplitMix64
  ) -> Layout {
    let width = shape[shape.rank - 1]
    var halo = PlanesLayout.Halo(
      top: generator.below(3), left: generator.below(3), bottom: generator.below(3),
      right: generator.below(3)
    ).union(least)
    if isShared {
      let room = shared - (width + phases.horizontal - 1) / phases.horizontal
      halo.left = min(halo.left, room)
      halo.right = min(halo.right, room)
    }
    let pitch =
      isShared
      ? shared
      : PlanesLayout.minimumPitch(width: width, halo: halo, phases: phases.horizontal)
        + generator.below(4)
    return .planes(
      PlanesLayout(
        images: shape[0], channels: shape[1], height: shape.rank == 4 ? shape[2] : 1,
        width: width, halo: halo, pitch: pitch, phases: phases, lanes: lanes))
  }
}

extension SplitMix64 {
  /// A number in 0..<bound.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
