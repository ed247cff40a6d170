import CPUBackend
import Covers
import Graphs
import Runtime
import Tensors
import TestSupport
import Testing

/// Winograd convolutions of planes whose cells hold as many images as a vector has lanes.
@Suite struct WinogradLanesTests {
  @Test(arguments: 0..<30 as Range<UInt64>)
  func cells(seed: UInt64) throws {
    for isa in InstructionSet.available {
      for tile in [2, 4] {
        var layer = try LanesLayer(seed: seed, lanes: isa.kernelSet().lanes)
        for threads in [1, 3] {
          for failure in try layer.failures(isa, tile: tile, threads: threads) {
            Issue.record(
              "seed \(seed), \(isa.rawValue), tile \(tile), \(threads) threads: \(failure)")
          }
        }
      }
    }
  }
}

/// A layer made from a seed, whose tensors lie in cells of `lanes` images.
private struct LanesLayer {
  private let convolution: ConvolutionProblem
  private let filters: [FilterWeights]
  private let x: [Float]
  private let shortcut: [Float]
  private var net: CaseGraph

  private static let guardCount = 1 << 10
  private static let poison = Float(bitPattern: 0x7fc0_dead)

  init(seed: UInt64, lanes: Int) throws {
    net = CaseGraph(seed: seed)
    let (height, width) = (1 + net.below(9), 1 + net.below(13))
    let groups = 1 + net.below(2)
    let (channels, rows) = (1 + net.below(9), 1 + net.below(15))
    let images = net.pick([lanes, lanes + 1, 2 * lanes])
    func layout(_ channels: Int, extra: Int) -> PlanesLayout {
      let halo = PlanesLayout.Halo(top: 1, left: 1, bottom: 1, right: 1)
      return PlanesLayout(
        images: images, channels: channels, height: height, width: width, halo: halo,
        pitch: width + 1 + extra, lanes: lanes)
    }
    let branches = (0..<groups).map { group in
      ConvolutionProblem.Branch(
        taps: (group * channels..<(group + 1) * channels).flatMap { plane in
          (-1...1).flatMap { dy in
            (-1...1).map { ConvolutionProblem.Tap(plane: plane, dy: dy, dx: $0) }
          }
        },
        outputPlanes: Array(group * rows..<(group + 1) * rows),
        residualPlanes: Array(group * rows..<(group + 1) * rows), tapsPerChannel: 9)
    }
    convolution = ConvolutionProblem(
      input: layout(groups * channels, extra: net.below(3)),
      output: layout(groups * rows, extra: net.below(3)),
      residual: layout(groups * rows, extra: net.below(3)), branches: branches, activation: .relu)
    filters = try (0..<groups).map { group in
      FilterWeights(
        matrix: try FilterMatrix(
          rows: rows, taps: 9 * channels,
          values: Tensor.random([rows, 9 * channels], seed: seed &+ UInt64(group))
            .elements(as: Float.self)),
        bias: Tensor.random([rows], seed: seed &+ 9).elements(as: Float.self))
    }
    x = Tensor.random([images, groups * channels, height, width], seed: seed &+ 1)
      .elements(as: Float.self)
    shortcut = Tensor.random([images, groups * rows, height, width], seed: seed &+ 2)
      .elements(as: Float.self)
  }

  /// Runs the layer and says what is wrong with its output, its halo and what lies around it.
  mutating func failures(
    _ isa: InstructionSet, tile: Int, threads: Int
  ) throws -> [String] {
    let kernels = try isa.kernelSet()
    guard let problem = WinogradProblem(convolution, tile: tile), let shape = convolution.residual
    else { return ["no Winograd convolution"] }
    let (input, output) = (convolution.input, convolution.output)
    let places = [input, output, shape].reduce(into: [Self.guardCount]) { places, layout in
      places.append(
        ((places.last ?? 0) + layout.floatCount + Self.guardCount).roundedUp(to: 16))
    }
    let step = try WinogradStep(
      convolution, problem, try WinogradWeights(problem, filters, kernels), kernels: kernels,
      input: Placement(offset: places[0]), output: Placement(offset: places[1]),
      residual: Placement(offset: places[2]),
      target: NodeContext.Target(engine: .dense, threads: threads, costs: .portable), choice: nil)
    let arena = UnsafeMutablePointer<Float>.allocateAligned(places[3])
    let scratch = UnsafeMutablePointer<Float>.allocateAligned(step.scratchFloatCount + 64)
    defer {
      arena.deallocate()
      scratch.deallocate()
    }
    arena.update(repeating: Self.poison, count: places[3])
    fill(arena + places[0], input, x)
    fill(arena + places[2], shape, shortcut)
    for part in (0..<step.partCount).reversed() {
      scratch.update(repeating: Self.poison, count: step.scratchFloatCount + 64)
      step.run(part: part, in: StepMemory(arena: arena, scratch: scratch, shared: scratch))
    }
    var failures: [String] = []
    for index in step.scratchFloatCount..<step.scratchFloatCount + 64
    where scratch[index].bitPattern != Self.poison.bitPattern {
      failures.append("float \(index) of \(step.scratchFloatCount) of scratch was written")
    }
    let end = places[1] + output.floatCount
    for index in [0..<places[0], end..<places[2]].joined()
    where arena[index].bitPattern != Self.poison.bitPattern {
      failures.append("float \(index) outside the output was written")
    }
    return failures + compare(arena + places[0], arena + places[2], arena + places[1])
  }

  private func fill(
    _ target: UnsafeMutablePointer<Float>, _ layout: PlanesLayout, _ values: [Float]
  ) {
    target.update(repeating: 0, count: layout.floatCount)
    for (index, place) in layout.pixels.enumerated() { target[place] = values[index] }
  }

  private func compare(
    _ input: UnsafeMutablePointer<Float>, _ residual: UnsafeMutablePointer<Float>,
    _ output: UnsafeMutablePointer<Float>
  ) -> [String] {
    let layout = convolution.output
    var isPixel = [Bool](repeating: false, count: layout.floatCount)
    var (got, want) = ([Float](), [Double]())
    for image in 0..<layout.images {
      for (branch, filters) in zip(convolution.branches, filters) {
        for (row, plane) in branch.outputPlanes.enumerated() {
          for y in 0..<layout.height {
            for x in 0..<layout.width {
              let place = layout.offset(image: image, channel: plane, y: y, x: x)
              isPixel[place] = true
              got.append(output[place])
              var sum = Double(filters.bias[row])
              if let shape = convolution.residual {
                sum += Double(residual[shape.offset(image: image, channel: plane, y: y, x: x)])
              }
              for (index, tap) in branch.taps.enumerated() {
                let (iy, ix) = (y + tap.dy, x + tap.dx)
                guard (0..<layout.height).contains(iy), (0..<layout.width).contains(ix) else {
                  continue
                }
                let source = convolution.input.offset(
                  image: image, channel: tap.plane, y: iy, x: ix)
                sum += Double(filters.matrix[row, index]) * Double(input[source])
              }
              want.append(max(0, sum))
            }
          }
        }
      }
    }
    var failures: [String] = []
    if let violation = Tolerance.relativeToLargest(1e-5).violation(got: got, want: want) {
      failures.append(violation)
    }
    let images = layout.images.roundedUp(to: layout.lanes)
    guard images == layout.images else { return failures }
    for index in isPixel.indices where !isPixel[index] && output[index] != 0 {
      failures.append("cell \(index) of \(layout) is \(output[index])")
      break
    }
    return failures
  }
}

extension PlanesLayout {
  /// Where every pixel lies, image by image, channel by channel, row by row.
  fileprivate var pixels: [Int] {
    (0..<images).flatMap { image in
      (0..<channels).flatMap { channel in
        (0..<height).flatMap { y in
          (0..<width).map { offset(image: image, channel: channel, y: y, x: $0) }
        }
      }
    }
  }
}
