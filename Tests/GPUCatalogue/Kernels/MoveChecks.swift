import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension KernelChecks {
  /// Vectors of 8 images are moved.
  package static var moves: [any KernelCheck] {
    let forms: [(groups: Int, gap: Int, element: KernelElement)] = [
      (1, 0, .f16), (3, 0, .f32), (3, 5, .bf16),
    ]
    return MoveCase.all.flatMap { test in
      forms.map { MoveCheck(test: test, groups: $0.groups, gap: $0.gap, element: $0.element) }
    }
  }
}

private struct MoveCheck: KernelCheck {
  let test: MoveCase
  let groups: Int
  /// Vectors between the groups of images, of others.
  let gap: Int
  let element: KernelElement

  var name: String { "moves/\(test.name), \(groups) groups \(gap) apart, \(element.rawValue)" }

  /// Words of 32 bits of a vector.
  private var words: Int { element.byteCount * 2 }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let inputCount = test.inputShape.reduce(1, *)
    let outputCount = test.outputShape.reduce(1, *)
    let (inputGroup, outputGroup) = (inputCount + gap, outputCount + 2 * gap)
    var random = SplitMix64(seed: 41)
    let numbers = (0..<groups * inputGroup * words).map { _ in
      UInt32(truncatingIfNeeded: random.next())
    }
    let before = (0..<groups * outputGroup * words).map { _ in
      UInt32(truncatingIfNeeded: random.next())
    }
    let want = expected(numbers, before, inputGroup, outputGroup)
    // What lies behind the last group is no one's.
    let input = try device.buffer(Array(numbers.dropLast(gap * words)))
    for configuration in [1, 4].map(MoveConfiguration.init) {
      let output = try device.buffer(Array(before.dropLast(2 * gap * words)))
      for part in test.parts {
        let group = MoveAxis(
          extent: groups, inputStride: inputGroup, outputStride: outputGroup)
        let problem = try MoveProblem(
          element, axes: [group] + part.axes, inputBase: part.inputBase,
          outputBase: part.outputBase, fill: -3)
        findings.expect(
          problem.inputCount <= groups * inputGroup - gap, "reads \(problem.inputCount)")
        let kernel = MoveKernel(problem, configuration)
        let tables = kernel.tables.isEmpty ? 0 : try device.buffer(kernel.tables)
        try device.run(kernel, kernel.arguments(input: input, output: output, tables: tables))
      }
      let got = try device.read(UInt32.self, count: want.count, from: output)
      if let index = want.indices.first(where: { got[$0] != want[$0] }) {
        findings.fail("\(configuration), word \(index): got \(got[index]), want \(want[index])")
      }
    }
  }

  /// The output's words, one vector after the other.
  private func expected(
    _ input: [UInt32], _ before: [UInt32], _ inputGroup: Int, _ outputGroup: Int
  ) -> [UInt32] {
    // −3 in each format.
    let fill: UInt32 =
      switch element {
      case .f32: 0xc040_0000
      case .f16: 0xc200_c200
      case .bf16: 0xc040_c040
      }
    var output = before
    let shape = test.outputShape
    for group in 0..<groups {
      for place in 0..<shape.reduce(1, *) {
        var rest = place
        var index = shape
        for axis in shape.indices.reversed() {
          index[axis] = rest % shape[axis]
          rest /= shape[axis]
        }
        let start = (group * outputGroup + place) * words
        if let source = test.source(index) {
          let from = zip(source, test.inputShape).reduce(0) { $0 * $1.1 + $1.0 }
          for word in 0..<words {
            output[start + word] = input[(group * inputGroup + from) * words + word]
          }
        } else if test.writesAll {
          for word in 0..<words { output[start + word] = fill }
        }
      }
    }
    return Array(output.prefix((groups * outputGroup - 2 * gap) * words))
  }
}
