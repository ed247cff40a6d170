import GPUDevices
import GPUKernels
import KernelIR
import Tensors

/// Any axes are reduced.
struct AxesReductionCheck: KernelCheck {
  var shape: [Int]
  var axes: [Int]
  var element: KernelElement

  var name: String { "reductions/axes \(axes) of \(element)\(shape)" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    var random = SplitMix64(seed: 71)
    let count = shape.reduce(1, *)
    let numbers = random.floats(count, range: 1.5).map(element.rounded)
    // Elements by the output that they belong to.
    let kept = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    let target = PointwiseProblem.Operand(element, kept)
    let outputCount = kept.reduce(1, *)
    var rows = [[Double]](repeating: [], count: outputCount)
    for (index, number) in numbers.enumerated() {
      rows[target.place(of: index, in: shape)].append(Double(number))
    }
    let source = try device.buffer(numbers, as: element)
    for `operator` in ReductionOperator.allCases {
      let reduction = try AxesReduction(
        `operator`, shape: shape, axes: axes, input: element, output: element)
      let byteCount = reduction.scratchByteCount
      let scratch = byteCount == 0 ? 0 : try device.allocate(byteCount: byteCount)
      let output = try device.output(element, count: outputCount)
      let arguments = reduction.arguments(input: source, scratch: scratch, output: output)
      for (kernel, arguments) in zip(reduction.kernels, arguments) {
        try device.run(kernel, arguments)
      }
      let got = try device.read(element, count: outputCount, from: output)
      let scale = rows.map { $0.reduce(0) { $0 + $1.magnitude } }.max() ?? 0
      findings.expectNear(
        got, rows.map(`operator`.evaluate), element,
        Tolerance(ulp: element == .f32 ? 64 : 0.6, absolute: scale * 0x1p-20),
        "\(`operator`) of axes \(axes) of \(shape)")
    }
  }

  static let all: [AxesReductionCheck] = {
    let lanes = [2, 3, 5, 7, 8]
    var cases: [AxesReductionCheck] = []
    for axes in [[1], [2], [3], [1, 2], [2, 3], [3, 1], [1, 2, 3]] {
      for element in KernelElement.allCases {
        cases.append(AxesReductionCheck(shape: lanes, axes: axes, element: element))
      }
    }
    cases += [
      AxesReductionCheck(shape: lanes, axes: [], element: .f16),
      AxesReductionCheck(shape: [2, 1, 5, 8], axes: [1], element: .f32),
      AxesReductionCheck(shape: [3, 1, 4, 1, 8], axes: [0, 1, 3], element: .f32),
      AxesReductionCheck(shape: [3, 2, 4, 5, 6, 2], axes: [0, 2, 4], element: .f32),
      AxesReductionCheck(shape: [1, 1], axes: [0, 1], element: .f32),
      AxesReductionCheck(shape: [6], axes: [0], element: .f32),
      // A plan of two kernels within.
      AxesReductionCheck(shape: [2, 2, 40_000], axes: [0, 2], element: .f16),
    ]
    return cases
  }()
}
