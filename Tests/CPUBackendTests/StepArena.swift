import CPUBackend
import Tensors
import TestSupport

/// An arena whose every float is poison until something is written, with guards between buffers.
struct GuardedArena {
  private var buffers: [Located] = []
  private var floatCount = 64

  private static let guardCount = 64
  /// What memory holds before a run: NaN, and numbers that would show in maxima and minima.
  private static let poison = (Float(bitPattern: 0x7fc0_dead), Float(1e30), Float(-1e30))

  /// Places a buffer behind the others.
  mutating func place(_ name: String, _ shape: Shape, _ layout: Layout) -> Located {
    let buffer = Buffer(name: name, shape: shape, layout: layout)
    let located = Located(buffer: buffer, placement: Placement(offset: floatCount))
    buffers.append(located)
    floatCount += (buffer.floatCount + Self.guardCount).roundedUp(to: 16)
    return located
  }

  /// Runs a step's parts forward, backward and shuffled; says which outputs are wrong, which cells
  /// around them are not zero, what was written outside, and where the order mattered.
  func failures(
    _ step: any Step, inputs: [(Located, Tensor)], outputs: [(Located, Tensor, Tolerance)],
    _ generator: inout SplitMix64
  ) throws -> [String] {
    let parts = Array(0..<step.partCount)
    let first = try contents(after: step, parts, inputs, poison: Self.poison.0)
    var failures: [String] = []
    for (located, want, tolerance) in outputs {
      let name = located.buffer.name
      let got = elements(of: located, in: first)
      if let violation = tolerance.violation(got: got, want: want.doubles()) {
        failures.append("\(name) of shape \(want.shape) in \(located.buffer.layout): \(violation)")
      }
      if let cell = dirtyCell(of: located, in: first) {
        failures.append("\(name): float \(cell.index) outside the interior is \(cell.value)")
      }
    }
    let untouched = try contents(after: nil, [], inputs, poison: Self.poison.0)
    let written = outputs.map { $0.0.placement.offset..<$0.0.end }
    if let index = first.indices.first(where: { index in
      first[index].bitPattern != untouched[index].bitPattern
        && !written.contains { $0.contains(index) }
    }) {
      failures.append("float \(index) outside all outputs was written: \(first[index])")
    }
    let orders = [
      ("reverse", parts.reversed(), Self.poison.1),
      ("random", generator.shuffled(parts), Self.poison.2),
    ]
    for (order, parts, poison) in orders {
      let again = try contents(after: step, parts, inputs, poison: poison)
      if let index = written.joined().first(where: {
        first[$0].bitPattern != again[$0].bitPattern
      }) {
        failures.append(
          "float \(index) is \(again[index]) in \(order) order, \(first[index]) in order")
      }
    }
    return failures
  }

  /// The arena after laying out the inputs and running some parts.
  private func contents(
    after step: (any Step)?, _ parts: [Int], _ inputs: [(Located, Tensor)], poison: Float
  ) throws -> [Float] {
    var floats = [Float](repeating: poison, count: floatCount + 64)
    for (located, tensor) in inputs { Self.lay(tensor, located, &floats) }
    guard let step else { return floats }
    let scratchCount = step.scratchFloatCount
    let arena = UnsafeMutableBufferPointer<Float>.aligned(floats.count)
    let scratch = UnsafeMutableBufferPointer<Float>.aligned(scratchCount + 64)
    let shared = UnsafeMutableBufferPointer<Float>.aligned(step.sharedFloatCount + 64)
    defer {
      arena.deallocate()
      scratch.deallocate()
      shared.deallocate()
    }
    guard let arenaStart = arena.baseAddress, let scratchStart = scratch.baseAddress,
      let sharedStart = shared.baseAddress
    else { return floats }
    for index in floats.indices { arenaStart[index] = floats[index] }
    shared.update(repeating: poison)
    let memory = StepMemory(arena: arenaStart, scratch: scratchStart, shared: sharedStart)
    if let preparation = step.preparation {
      for part in 0..<preparation.partCount { try preparation.run(part: part, in: memory) }
    }
    for part in parts {
      scratch.update(repeating: poison)
      try step.run(part: part, in: memory)
      precondition(
        scratch[scratchCount...].allSatisfy { $0.bitPattern == poison.bitPattern },
        "a step wrote beyond its scratch")
    }
    return Array(arena)
  }

  private static func lay(_ tensor: Tensor, _ located: Located, _ floats: inout [Float]) {
    let offset = located.placement.offset
    if case .planes = located.buffer.layout {
      for cell in 0..<located.buffer.floatCount { floats[offset + cell] = 0 }
    }
    for (element, cell) in zip(tensor.elements(as: Float.self), located.cells) {
      floats[offset + cell] = element
    }
  }

  private func elements(of located: Located, in floats: [Float]) -> [Float] {
    located.cells.map { floats[located.placement.offset + $0] }
  }

  /// A cell of planes that is no element and not zero.
  private func dirtyCell(of located: Located, in floats: [Float]) -> (index: Int, value: Float)? {
    let interior = Set(located.cells).union(located.spareCells)
    for cell in 0..<located.buffer.floatCount where !interior.contains(cell) {
      let value = floats[located.placement.offset + cell]
      if value != 0 { return (cell, value) }
    }
    return nil
  }
}

extension Located {
  /// Floats from the buffer's start to each element, in row-major order.
  fileprivate var cells: [Int] {
    guard case .planes(let planes) = buffer.layout else {
      return Array(0..<shape.elementCount)
    }
    var cells: [Int] = []
    for n in 0..<planes.images {
      for c in 0..<planes.channels {
        for y in 0..<planes.height {
          for x in 0..<planes.width {
            cells.append(planes.offset(image: n, channel: c, y: y, x: x))
          }
        }
      }
    }
    return cells
  }

  /// The cells of lanes that have no image.
  fileprivate var spareCells: [Int] {
    guard case .planes(let planes) = buffer.layout else { return [] }
    return (planes.images..<planes.imageGroups * planes.lanes).flatMap { n in
      (0..<planes.channels).flatMap { c in
        (0..<planes.height).flatMap { y in
          (0..<planes.width).map { planes.offset(image: n, channel: c, y: y, x: $0) }
        }
      }
    }
  }

  fileprivate var end: Int { placement.offset + buffer.floatCount }
}

extension UnsafeMutableBufferPointer<Float> {
  /// Memory aligned to 64 bytes.
  fileprivate static func aligned(_ count: Int) -> Self {
    let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: count * 4, alignment: 64)
    return raw.bindMemory(to: Float.self)
  }
}

extension SplitMix64 {
  fileprivate mutating func shuffled(_ values: [Int]) -> [Int] {
    var values = values
    for index in values.indices.reversed() { values.swapAt(index, below(index + 1)) }
    return values
  }
}
