import CPUBackend
import Graphs
import Runtime
import Tensors
import Testing

/// A lowered graph whose buffers lie apart, in memory that is poison until something is written.
///
/// Where a session would run a step, this also checks what the step leaves: zero cells around every
/// plane, and nothing written outside its outputs.
struct GuardedNetwork {
  private let graph: Graph
  private let lowered: LoweredGraph
  private let steps: [(step: any Step, outputs: [Located], readPhases: Set<Int>?)]
  private let located: [Located]
  private let floatCount: Int

  /// Floats between buffers, and after the last one.
  private static let guardCount = 1 << 12
  /// A NaN that no computation makes.
  private static let poison = Float(bitPattern: 0x7fc0_dead)

  init(_ graph: Graph, _ backend: CPUBackend, engine: Engine) throws {
    self.graph = graph
    let target = backend.target(engine: engine, threads: 2)
    let contexts = graph.nodes.map { node in
      NodeContext(
        label: node.label, inputs: node.inputs.map { $0.map { Operand(graph[$0]) } },
        outputs: node.outputs.map { graph[$0].type }, target: target)
    }
    let lowered = try LayoutAssignment.assign(graph, contexts: contexts)
    var next = Self.guardCount
    var places: [Int: Placement] = [:]
    for (index, buffer) in lowered.buffers.enumerated() where lowered.storage[index] == index {
      places[index] = Placement(offset: next)
      next += (buffer.floatCount + Self.guardCount).roundedUp(to: MemoryPlan.alignment)
    }
    let located = try lowered.buffers.enumerated().map { index, buffer in
      Located(buffer: buffer, placement: try #require(places[lowered.storage[index]]))
    }
    floatCount = next
    steps = try lowered.steps.compactMap { step in
      let inputs = step.inputs.map { $0.map { located[$0] } }
      let outputs = step.outputs.map { located[$0] }
      switch step.operation {
      case .convert:
        guard let source = inputs.first ?? nil else { return nil }
        let read = lowered.readPhases[step.outputs[0]]
        let convert = try ConvertStep(
          from: source, to: outputs[0], neededPhases: read)
        return (convert, outputs, read)
      case .node(let index):
        guard let op = graph.nodes[index].op as? any CPUOperator else { return nil }
        let made = try backend.makeStep(op, contexts[index], inputs: inputs, outputs: outputs)
        return (made, outputs, nil)
      }
    }
    self.lowered = lowered
    self.located = located
  }

  /// Runs every step with its parts backwards, and says what is wrong with the cells around each
  /// output and with those outside.
  func failures(_ inputs: [Tensor]) throws -> [String] {
    let scratchCount = steps.reduce(0) { max($0, $1.step.scratchFloatCount) }
    let arena = UnsafeMutablePointer<Float>.allocateAligned(floatCount)
    let scratch = UnsafeMutablePointer<Float>.allocateAligned(scratchCount + 64)
    let sharedCount = steps.reduce(0) { max($0, $1.step.sharedFloatCount) }
    let shared = UnsafeMutablePointer<Float>.allocateAligned(sharedCount + 64)
    defer {
      arena.deallocate()
      scratch.deallocate()
      shared.deallocate()
    }
    arena.update(repeating: Self.poison, count: floatCount)
    for (tensor, buffer) in zip(inputs, lowered.inputs) {
      tensor.withElements(as: Float.self) { source in
        guard let base = source.baseAddress else { return }
        (arena + located[buffer].placement.offset).update(from: base, count: source.count)
      }
    }
    var failures: [String] = []
    var written = lowered.inputs.map { range(of: located[$0]) }
    for (index, (step, outputs, readPhases)) in steps.enumerated() {
      shared.update(repeating: Self.poison, count: sharedCount + 64)
      for stage in [step.preparation, step].compactMap({ $0 }) {
        for part in (0..<stage.partCount).reversed() {
          scratch.update(repeating: Self.poison, count: scratchCount + 64)
          try stage.run(
            part: part, in: StepMemory(arena: arena, scratch: scratch, shared: shared))
          if let beyond = Self.firstWritten(scratch, scratchCount..<scratchCount + 64) {
            failures.append("step \(index) wrote float \(beyond) of \(scratchCount) of scratch")
          }
        }
      }
      if let beyond = Self.firstWritten(
        shared, step.sharedFloatCount..<sharedCount + 64)
      {
        failures.append("step \(index) wrote float \(beyond) of what its parts share")
      }
      for output in outputs {
        written.append(range(of: output))
        if let cell = Self.dirtyCell(of: output, readPhases, in: arena) {
          failures.append("step \(index), \(type(of: step)), \(output.buffer.name): \(cell)")
        }
      }
    }
    var next = 0
    for range in written.sorted(by: { $0.lowerBound < $1.lowerBound }) + [floatCount..<floatCount] {
      if next < range.lowerBound, let index = Self.firstWritten(arena, next..<range.lowerBound) {
        failures.append("float \(index) outside all buffers was written: \(arena[index])")
      }
      next = max(next, range.upperBound)
    }
    return failures
  }

  private func range(of located: Located) -> Range<Int> {
    let start = located.placement.offset
    return start..<start + located.buffer.floatCount
  }

  private static func firstWritten(
    _ floats: UnsafeMutablePointer<Float>, _ range: Range<Int>
  ) -> Int? {
    range.first { floats[$0].bitPattern != poison.bitPattern }
  }

  /// The first cell of planes that is no pixel and not zero, and the first pixel never written, but for
  /// the rows of phases that nobody reads.
  private static func dirtyCell(
    of located: Located, _ readPhases: Set<Int>?, in arena: UnsafeMutablePointer<Float>
  ) -> String? {
    let base = arena + located.placement.offset
    guard case .planes(let planes) = located.buffer.layout else {
      return firstUnwritten(base, 0..<located.buffer.floatCount)
    }
    var isPixel = [Bool](repeating: false, count: planes.floatCount)
    // Lanes without an image may hold anything.
    for image in 0..<planes.imageGroups * planes.lanes {
      for channel in 0..<planes.channels {
        for y in 0..<planes.height {
          for x in 0..<planes.width {
            isPixel[planes.offset(image: image, channel: channel, y: y, x: x)] = true
          }
        }
      }
    }
    // What is no cell of this tensor belongs to one that it is a part of.
    var isIgnored = [Bool](repeating: true, count: planes.floatCount)
    for group in 0..<planes.imageGroups {
      let start = planes.planeStart(image: group * planes.lanes, plane: 0)
      let end = start + planes.planeCount * planes.channelStride
      for float in (start - planes.headCells) * planes.lanes..<end * planes.lanes {
        isIgnored[float] = false
      }
    }
    for plane in 0..<planes.planeCount
    where readPhases?.contains(plane % planes.phaseCount) == false {
      for image in 0..<planes.images {
        let start = planes.planeStart(image: image, plane: plane)
        // The cells behind it are the halo of the next plane.
        let next = (plane + 1) % planes.phaseCount
        let count = readPhases?.contains(next) == false ? planes.channelStride : planes.span
        for cell in start..<start + count { isIgnored[cell] = true }
      }
    }
    for index in isPixel.indices where !isIgnored[index] {
      if isPixel[index] {
        if base[index].bitPattern == poison.bitPattern { return "pixel at \(index) not written" }
      } else if base[index] != 0 {
        return "cell \(index) of \(planes) is \(base[index])"
      }
    }
    return nil
  }

  private static func firstUnwritten(
    _ floats: UnsafeMutablePointer<Float>, _ range: Range<Int>
  ) -> String? {
    range.first { floats[$0].bitPattern == poison.bitPattern }.map { "float \($0) not written" }
  }
}

extension UnsafeMutablePointer<Float> {
  static func allocateAligned(_ count: Int) -> Self {
    UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64)
      .bindMemory(to: Float.self, capacity: count)
  }
}
