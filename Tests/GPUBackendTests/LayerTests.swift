import GPUBackend
import GPUCatalogue
import GPUDevices
import GPUKernels
import Runtime
import Tensors
import Testing

/// The convolutions of known networks, shrunk, as they are planned for an H200 or for a part of one, on the emulator
/// with all detectors.
@Suite struct LayerTests {
  /// A layer and what its weights are.
  struct LayerCase: Sendable, CustomTestStringConvertible {
    var layer: NetworkLayer
    var precision: Precision
    /// Groups of 8 images.
    var imageGroups: Int

    var testDescription: String { "\(layer), \(precision.rawValue)" }
  }

  /// Each shape once in f16; every fifth of them in the other precisions.
  static let cases: [LayerCase] = {
    var shapes: [NetworkLayer] = []
    for layer in LayerCatalogue.all.map({ $0.shrunk() })
    where !shapes.contains(where: { $0.hasShape(of: layer) }) { shapes.append(layer) }
    return shapes.enumerated().flatMap { index, layer in
      (index % 5 == 0 ? Precision.allCases : [.f16]).map {
        LayerCase(layer: layer, precision: $0, imageGroups: 1 + index % 2)
      }
    }
  }()

  @Test(arguments: cases)
  func `layers are what they are in double precision`(test: LayerCase) throws {
    let device = CheckedDevice(EmulatorDevice())
    var findings = Findings()
    for (index, pattern) in WeightPattern.all.enumerated() {
      let (numbers, plan) = try test.planned(pattern, on: index % 2 == 0 ? .h200 : .partOfH200)
      let got = try device.convolve(numbers, by: plan.layer, &findings)
      findings.expect(numbers.expected(), got, "\(numbers.test), \(pattern)")
      device.removeBuffers()
    }
    #expect(findings.failures == [])
  }

  /// Where there are few multiprocessors, small layers are planned as large ones.
  @Test func `plans are of many forms`() throws {
    var (forms, heights): (Set<BlockTiling.Form>, Set<Int>) = ([], [])
    for test in Self.cases where test.precision == .f16 {
      for figures in [GPUFigures.h200, .partOfH200] {
        let tiling = try test.planned(.zeros(percent: 90), on: figures).plan.layer.tiling
        forms.insert(tiling.form)
        heights.insert(tiling.rootRows)
      }
    }
    #expect(forms == [.warp, .warpgroup])
    #expect(heights == [16, 32, 64])
  }

  /// Numbers that papers and other implementations give.
  @Test func `the layers are those of the networks`() {
    func multiplyAdds(_ layers: [NetworkLayer]) -> Int {
      layers.reduce(0) { $0 + $1.count * $1.multiplyAdds }
    }
    #expect(multiplyAdds(LayerCatalogue.vgg16) == 15_346_630_656)
    #expect(multiplyAdds(LayerCatalogue.resnet50) == 4_087_136_256)
    #expect(LayerCatalogue.resnet50.reduce(0) { $0 + $1.count } == 53)
    #expect(LayerCatalogue.vgg16.reduce(0) { $0 + $1.count } == 13)
    #expect(LayerCatalogue.mobilenetV1.reduce(0) { $0 + $1.count } == 13)
    #expect(LayerCatalogue.alexnet.map(\.outputSize) == [55, 27, 13, 13, 13])
    #expect(LayerCatalogue.alexnet.reduce(0) { $0 + $1.filters * $1.tapCount } == 2_332_704)
    let names = LayerCatalogue.all.map(\.description)
    #expect(Set(names).count == names.count)
  }

  @Test func `patterns have the zeros that they say`() {
    for pattern in WeightPattern.all {
      let weights = pattern.weights(filters: 128, taps: 500, seed: 3)
      let share = Double(weights.joined().count { $0 != 0 }) / 64_000
      switch pattern {
      case .zeros(let percent): #expect(abs(share - 1 + Double(percent) / 100) < 0.01)
      case .segments(let rows, let percent):
        #expect(abs(share - Double(percent) / 100) < 0.05)
        for first in stride(from: 0, to: 128, by: rows) {
          let kept = Set(weights[first..<first + rows].map { $0.map { $0 != 0 } })
          #expect(kept.count == 1)
        }
      }
    }
  }
}

extension LayerTests.LayerCase {
  /// The layer with weights of a pattern, dense where all of them are there.
  fileprivate func planned(
    _ pattern: WeightPattern, on figures: GPUFigures
  ) throws -> (numbers: ConvolutionNumbers, plan: BlockPlan) {
    let target = GPUTarget(figures: figures, precision: precision, engine: .sparse)
    let planner = BlockPlanner(target: target)
    let numbers = ConvolutionNumbers(
      layer.convolution(planner.precision, imageGroups: imageGroups),
      weights: pattern.weights(filters: layer.filters, taps: layer.tapCount, seed: 1))
    let branches = try layer.filterWeights(numbers.weights, bias: numbers.bias).enumerated().map {
      BlockWork.Branch(
        taps: layer.taps(group: $0), weights: $1, firstRow: $0 * layer.filters / layer.groups)
    }
    let problem = layer.problem(imageGroups: imageGroups)
    let plan =
      pattern == .zeros(percent: 0)
      ? try planner.dense(problem, branches) : try planner.sparse(problem, branches)
    return (numbers, plan)
  }
}

extension GPUFigures {
  /// Two multiprocessors of an H200.
  fileprivate static let partOfH200: GPUFigures = {
    var figures = h200
    let share = 2 / Double(h200.multiprocessorCount)
    figures.name = "part of an H200"
    figures.multiprocessorCount = 2
    figures.cacheBandwidth *= share
    figures.memoryBandwidth *= share
    return figures
  }()
}

extension NetworkLayer {
  fileprivate func hasShape(of other: NetworkLayer) -> Bool {
    var copy = other
    (copy.network, copy.name, copy.count) = (network, name, count)
    return self == copy
  }
}
