import CPUBackend
import Tensors
import TestSupport
import Testing

@Suite struct StepsConvertTests {
  /// A layout of any phases and lanes for a shape; `nil` stands for row-major.
  private typealias Form = (vertical: Int, horizontal: Int, lanes: Int)

  private static let forms: [Form?] = [
    nil, (1, 1, 1), (2, 2, 1), (1, 2, 1), (2, 1, 1), (3, 3, 1), (1, 1, 8), (2, 2, 8),
  ]

  private static let shapes: [Shape] = [
    [1, 1, 1, 1], [2, 3, 5, 7], [1, 2, 33, 34], [9, 2, 4, 19], [2, 3, 21], [1, 3, 130, 140],
    [8, 1, 6, 6],
  ]

  @Test func everyFormToEveryOther() {
    var failures: [String] = []
    for (index, shape) in Self.shapes.enumerated() {
      for (f, from) in Self.forms.enumerated() {
        for (t, to) in Self.forms.enumerated() {
          var generator = SplitMix64(seed: UInt64(index * 100 + f * 10 + t))
          for sharesPitch in [false, true] {
            failures += Self.convert(shape, from, to, sharesPitch: sharesPitch, &generator).map {
              "\(shape) from \(String(describing: from)) to \(String(describing: to)): \($0)"
            }
          }
        }
      }
    }
    #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
  }

  private static func convert(
    _ shape: Shape, _ from: Form?, _ to: Form?, sharesPitch: Bool,
    _ generator: inout SplitMix64
  ) -> [String] {
    let pitch = sharesPitch ? shape[shape.rank - 1] + 3 : nil
    var arena = GuardedArena()
    let source = arena.place("source", shape, layout(shape, from, pitch, &generator))
    let target = arena.place("target", shape, layout(shape, to, pitch, &generator))
    let x = Tensor.random(shape, seed: 1)
    do {
      return try arena.failures(
        try ConvertStep(from: source, to: target), inputs: [(source, x)],
        outputs: [(target, x, .exact)], &generator)
    } catch {
      return ["threw \(error)"]
    }
  }

  private static func layout(
    _ shape: Shape, _ form: Form?, _ pitch: Int?, _ generator: inout SplitMix64
  ) -> Layout {
    guard let form else { return .plain }
    let halo = PlanesLayout.Halo(
      top: generator.below(3), left: generator.below(3), bottom: generator.below(3),
      right: generator.below(3))
    return .planes(
      PlanesLayout(
        images: shape[0], channels: shape[1], height: shape.rank == 4 ? shape[2] : 1,
        width: shape[shape.rank - 1], halo: halo, pitch: pitch,
        phases: (form.vertical, form.horizontal), lanes: form.lanes))
  }

  /// Phases that nobody needs stay as they were; the others are whole.
  @Test func neededPhasesOnly() throws {
    let shape: Shape = [1, 2, 6, 6]
    let planes = PlanesLayout(images: 1, channels: 2, height: 6, width: 6, phases: (2, 2))
    let from = Located(
      buffer: Buffer(name: "x", shape: shape, layout: .plain), placement: Placement(offset: 0))
    let to = Located(
      buffer: Buffer(name: "y", shape: shape, layout: .planes(planes)),
      placement: Placement(offset: 96))
    let step = try ConvertStep(from: from, to: to, neededPhases: [0, 3])
    var arena = [Float](repeating: 7, count: 96 + planes.floatCount + 64)
    for index in 0..<72 { arena[index] = Float(index) }
    arena.withUnsafeMutableBufferPointer { floats in
      guard let start = floats.baseAddress else { return }
      for part in 0..<step.partCount {
        step.run(part: part, in: StepMemory(arena: start, scratch: start, shared: start))
      }
    }
    for index in 0..<72 {
      let (c, y, x) = (index / 36, index / 6 % 6, index % 6)
      let isNeeded = y % 2 == x % 2
      let got = arena[96 + planes.offset(image: 0, channel: c, y: y, x: x)]
      #expect(got == (isNeeded ? Float(index) : 7), "channel \(c), row \(y), column \(x)")
    }
  }
}
