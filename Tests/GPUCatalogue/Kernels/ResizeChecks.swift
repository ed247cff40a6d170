import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension KernelChecks {
  /// Resampling by tables.
  package static var resizes: [any KernelCheck] {
    KernelElement.allCases.flatMap { element in
      ResizeCase.all.map { ResizeCheck(test: $0, element: element) }
    }
  }
}

struct ResizeCase: Sendable, CustomStringConvertible {
  var groups = 1
  var channels = 2
  var input: Spatial
  var output: Spatial
  /// Taps along rows and columns; one of weight 1 is the nearest input's.
  var taps: Spatial
  /// Whether the first and the last output of each axis are not read from the input.
  var extrapolates = false
  /// Vectors between groups of images that belong to other tensors: of the input and of the output.
  var gaps = (input: 0, output: 0)

  var description: String {
    "\(groups)×\(channels)×\(input.vertical)×\(input.horizontal)"
      + " to \(output.vertical)×\(output.horizontal), \(taps.vertical)×\(taps.horizontal) taps"
      + (extrapolates ? ", extrapolated" : "")
      + (gaps == (0, 0) ? "" : ", gaps of \(gaps.input) and \(gaps.output)")
  }

  static let all: [ResizeCase] = [
    ResizeCase(channels: 1, input: Spatial(1, 1), output: Spatial(1, 1), taps: Spatial(1, 1)),
    ResizeCase(
      groups: 2, channels: 5, input: Spatial(4, 3), output: Spatial(8, 6), taps: Spatial(1, 1)),
    ResizeCase(input: Spatial(7, 5), output: Spatial(3, 13), taps: Spatial(1, 2)),
    ResizeCase(
      groups: 2, channels: 3, input: Spatial(5, 7), output: Spatial(11, 9), taps: Spatial(2, 2)),
    ResizeCase(input: Spatial(6, 6), output: Spatial(16, 17), taps: Spatial(4, 4)),
    ResizeCase(input: Spatial(3, 4), output: Spatial(9, 5), taps: Spatial(4, 2)),
    ResizeCase(input: Spatial(40, 33), output: Spatial(5, 4), taps: Spatial(16, 17)),
    ResizeCase(input: Spatial(40, 1), output: Spatial(5, 1), taps: Spatial(9, 1)),
    ResizeCase(
      input: Spatial(5, 6), output: Spatial(7, 9), taps: Spatial(2, 2), extrapolates: true),
    ResizeCase(
      input: Spatial(9, 6), output: Spatial(4, 9), taps: Spatial(5, 1), extrapolates: true),
    ResizeCase(
      groups: 3, input: Spatial(4, 4), output: Spatial(5, 5), taps: Spatial(2, 2), gaps: (9, 70)),
  ]
}

/// Outputs blend what their tables say.
private struct ResizeCheck: KernelCheck {
  let test: ResizeCase
  let element: KernelElement

  var name: String { "resizes/\(test) of \(element)" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    var random = SplitMix64(seed: 41)
    let (input, output, taps) = (test.input, test.output, test.taps)
    let rows = TableCase(
      input.vertical, output.vertical, taps.vertical, extrapolates: test.extrapolates, &random)
    let columns = TableCase(
      input.horizontal, output.horizontal, taps.horizontal, extrapolates: test.extrapolates,
      &random)
    let inputStride = test.channels * input.vertical * input.horizontal + test.gaps.input
    let outputStride = test.channels * output.vertical * output.horizontal + test.gaps.output
    let problem = try ResizeProblem(
      groups: test.groups, channels: test.channels, rows: rows.table(), columns: columns.table(),
      element: element, extrapolation: -3.25, inputGroupStride: inputStride,
      outputGroupStride: outputStride)
    let numbers = random.floats(test.groups * inputStride * 8).map(element.rounded)

    var want = [Double](repeating: .nan, count: test.groups * outputStride * 8)
    for g in 0..<test.groups {
      for c in 0..<test.channels {
        for p in 0..<output.vertical {
          for q in 0..<output.horizontal {
            for j in 0..<8 {
              let line = (c * output.vertical + p) * output.horizontal + q
              let isRead = !rows.extrapolated.contains(p) && !columns.extrapolated.contains(q)
              var sum = 0.0
              for (y, u) in rows.taps(of: p) {
                for (x, v) in columns.taps(of: q) {
                  let place = (c * input.vertical + y) * input.horizontal + x
                  sum += u * v * Double(numbers[(g * inputStride + place) * 8 + j])
                }
              }
              want[(g * outputStride + line) * 8 + j] = isRead ? sum : -3.25
            }
          }
        }
      }
    }
    let source = try device.buffer(numbers, as: element)
    let rowWords = try device.buffer(problem.rows.words)
    let columnWords = try device.buffer(problem.columns.words)
    let tapCount = taps.vertical * taps.horizontal
    let tolerance =
      tapCount == 1
      ? Tolerance.exact : Tolerance(ulp: 0.6, absolute: Double(tapCount) * 0x1p-22)
    var results: [[UInt32]] = []
    for configuration in [nil, ResizeConfiguration(unrolled: false)] {
      let kernel = ResizeKernel(problem, configuration)
      let target = try device.output(element, count: want.count)
      try device.run(
        kernel,
        kernel.arguments(input: source, rows: rowWords, columns: columnWords, output: target))
      let got = try device.read(element, count: want.count, from: target)
      findings.expectNear(got, want, element, tolerance, kernel.name)
      results.append(got.map(\.bitPattern))
    }
    findings.expect(results[0] == results[1], "results differ between configurations")
  }
}

/// Random taps of an axis.
private struct TableCase {
  let inputExtent: Int
  let tapCount: Int
  let indices: [Int]
  /// As kernels have them.
  let weights: [Double]
  let extrapolated: [Int]

  init(
    _ input: Int, _ output: Int, _ tapCount: Int, extrapolates: Bool, _ random: inout SplitMix64
  ) {
    inputExtent = input
    self.tapCount = tapCount
    var indices: [Int] = []
    for _ in 0..<output * tapCount { indices.append(Int(random.next() % UInt64(input))) }
    self.indices = indices
    weights =
      tapCount == 1
      ? Array(repeating: 1, count: output) : random.floats(output * tapCount).map(Double.init)
    extrapolated = extrapolates ? [0, output - 1] : []
  }

  func table() throws -> ResizeTable {
    if tapCount == 1 {
      return try ResizeTable(
        inputExtent: inputExtent,
        nearest: indices.enumerated().map { extrapolated.contains($0) ? nil : $1 })
    }
    return try ResizeTable(
      inputExtent: inputExtent, tapCount: tapCount, indices: indices, weights: weights,
      extrapolated: extrapolated)
  }

  func taps(of output: Int) -> [(index: Int, weight: Double)] {
    (output * tapCount..<(output + 1) * tapCount).map { (indices[$0], weights[$0]) }
  }
}
