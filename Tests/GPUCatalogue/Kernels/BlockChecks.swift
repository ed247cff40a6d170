import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension KernelChecks {
  /// Convolutions on blocks.
  package static var blocks: [any KernelCheck] {
    BlockPrecision.allCases.flatMap { precision -> [any KernelCheck] in
      ConvolutionCase.all.map { BlockCheck(test: $0.with(precision)) } + [
        BlockSpecialsCheck(precision: precision)
      ]
    }
  }

  /// The same with warpgroups.
  package static var warpgroupBlocks: [any KernelCheck] {
    [BlockPrecision.f16, .bf16].flatMap { precision in
      (ConvolutionCase.all.map(\.onWarpgroups) + ConvolutionCase.warpgroups).map {
        BlockCheck(test: $0.with(precision))
      }
    }
  }
}

/// A convolution is what it is in double precision, and writes nothing else.
private struct BlockCheck: KernelCheck {
  let test: ConvolutionCase

  var name: String { "blocks/\(test.precision), \(test)" }
  var target: Target { test.tiling.form == .warpgroup ? .sm90a : .sm80 }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let numbers = ConvolutionNumbers(test)
    let got = try device.convolve(numbers, &findings)
    findings.expect(numbers.expected(), got, name)
  }
}

/// NaN and infinities that no weight reads do not show, and those of an image do not show in others.
private struct BlockSpecialsCheck: KernelCheck {
  let precision: BlockPrecision

  var name: String { "blocks/\(precision), special numbers" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    // Strided so that only pixels of even row and column are read.
    let test = ConvolutionCase(
      name: name, imageGroups: 2, channels: 5, filters: 20, input: Spatial(6, 6),
      kernel: Spatial(1, 1), stride: Spatial(2, 2), before: Spatial(0, 0), after: Spatial(0, 0),
      zeros: 0.6, tiling: ConvolutionCase.tiling(rootRows: 32, tile: (2, 2, 4))
    ).with(precision)
    var numbers = ConvolutionNumbers(test)
    let expected = numbers.expected()
    let specials: [Float] = [.nan, .infinity, -.infinity]
    for index in numbers.input.indices {
      let (pixel, image) = index.quotientAndRemainder(dividingBy: 8)
      let (row, column) = (pixel / 6 % 6, pixel % 6)
      if row % 2 == 1 || column % 2 == 1 || image == 5 {
        numbers.input[index] = specials[index % 3]
      }
    }
    let got = try device.convolve(numbers, &findings)
    let others = got.indices.filter { $0 % 8 != 5 }
    findings.expect(others.map { expected[$0] }, others.map { got[$0] }, name)
  }
}

extension Findings {
  /// Expects each result to be near its reference; notes the first that is not, and how many are not.
  package mutating func expect(
    _ want: [ConvolutionNumbers.Expectation], _ got: [Float], _ what: String
  ) {
    guard want.count == got.count else {
      fail("\(what): \(got.count) results, not \(want.count)")
      return
    }
    let wrong = want.indices.filter {
      !((Double(got[$0]) - want[$0].value).magnitude <= want[$0].tolerance)
    }
    guard let first = wrong.first else { return }
    fail(
      "\(what): \(wrong.count) of \(want.count) are off, element \(first) is \(got[first]), not"
        + " \(want[first].value) ± \(want[first].tolerance)")
  }
}
