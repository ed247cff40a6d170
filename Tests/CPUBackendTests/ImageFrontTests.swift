import CPUBackend
import Graphs
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// Which nodes run image by image, and what a plan says of it. That results are right is tested by every
/// suite that uses `BackendHarness`.
@Suite struct ImageFrontTests {
  private static let same = Padding.explicit(begin: [1, 1], end: [1, 1])
  private static let conv3 = Conv(kernel: [3, 3], padding: same)

  /// A plan with as many nodes by image as can be.
  private func plan(
    _ net: CaseGraph, nodesByImage: Int? = .max, threads: Int = 2,
    costs: CPUCostTable = .builtIn(for: .best), compiled: CompiledLayers? = nil
  ) throws -> CPUPlan {
    var backend = try CPUBackend(costs: costs, evaluate: Reference.evaluate)
    backend.nodesByImage = nodesByImage
    return try backend.compile(
      net.graph, options: CompileOptions(threads: threads), compiled: compiled)
  }

  /// Two convolutions, and a value that a test goes on with.
  private func start(images: Int = 4) throws -> (CaseGraph, ValueID) {
    var net = CaseGraph(seed: 1)
    let x = net.input([images, 3, 4, 4])
    let a = try net.conv(x, filters: 4, Self.conv3)
    let b = try net.conv(a, filters: 4, Self.conv3)
    return (net, b)
  }

  @Test func stopsWhereImagesMeet() throws {
    let cases: [(String, Int, (inout CaseGraph, ValueID) throws -> ValueID)] = [
      ("a pool", 3, { try $0.add(GlobalAveragePool(), [$1]) }),
      ("rows of a matrix product", 2, { try $0.add(Flatten(), [$1]) }),
      ("a sum with itself", 3, { try $0.add(Binary(.add), [$1, $1]) }),
      (
        "a constant for each image", 2,
        { try $0.add(Binary(.add), [$1, $0.constant([4, 1, 1, 1])]) }
      ),
      ("a constant for all", 3, { try $0.add(Binary(.add), [$1, $0.constant([1, 4, 1, 1])]) }),
      ("joined channels", 3, { try $0.add(Concat(axis: 1), [$1, $1]) }),
      ("joined images", 2, { try $0.add(Concat(axis: 0), [$1, $1]) }),
      // The images of one operand meet the channels of the other.
      ("an operand of another rank", 2, { try $0.add(Binary(.add), [$1, $0.input([4, 4, 1])]) }),
    ]
    for (name, want, build) in cases {
      var (net, value) = try start()
      net.output(try build(&net, value))
      let plan = try plan(net)
      #expect(plan.compiled.nodesByImage == want, "\(name)")
    }
  }

  @Test func needsSeveralImages() throws {
    var (net, value) = try start(images: 1)
    net.output(value)
    #expect(try plan(net).compiled.nodesByImage == 0)
    #expect(try plan(net).layersByImage == 0)
  }

  /// Work, weights and predictions are those of the whole batch, however it is run.
  @Test(arguments: [1, 2, 3, 8])
  func reports(threads: Int) throws {
    var (net, value) = try start()
    net.output(try net.add(Flatten(), [value]))
    let whole = try plan(net, nodesByImage: 0, threads: threads)
    let apart = try plan(net, threads: threads)
    #expect(whole.layersByImage == 0 && apart.layersByImage > 2)
    func convolutions(_ plan: CPUPlan) -> [LayerReport] { plan.layers.filter { $0.matrix != nil } }
    for (a, b) in zip(convolutions(whole), convolutions(apart)) {
      #expect(a.name == b.name && a.denseFlops == b.denseFlops && a.nonZeroFlops == b.nonZeroFlops)
      let ratio = (a.predictedMilliseconds ?? 0) / (b.predictedMilliseconds ?? .nan)
      #expect((0.1...10).contains(ratio), "\(threads) threads: \(ratio)")
    }
  }

  @Test(arguments: [1, 2, 3, 4, 8])
  func addsTimes(threads: Int) throws {
    var (net, value) = try start()
    net.output(try net.add(Flatten(), [value]))
    let plan = try plan(net, threads: threads)
    let session = try plan.makeSession()
    let want = try session.run(net.inputs, outputCount: 1)[0].elements(as: Float.self)
    var times = [UInt64](repeating: 0, count: plan.layers.count)
    for _ in 0..<3 {
      try times.withUnsafeMutableBufferPointer { try session.execute(addingTimesTo: $0) }
    }
    #expect(try session.output(0).elements(as: Float.self) == want)
    for (layer, time) in zip(plan.layers, times) where layer.matrix != nil {
      #expect(time > 0, "\(layer.name)")
    }
  }

  /// Traffic speaks for it, conversions and what rows in vectors cost against it.
  @Test func followsPredictions() throws {
    var net = CaseGraph(seed: 2)
    var x = net.input([16, 8, 24, 24])
    for _ in 0..<4 { x = try net.conv(x, filters: 8, Conv(kernel: [1, 1])) }
    net.output(try net.add(GlobalAveragePool(), [x]))
    func chosen(_ change: (inout CPUCostTable) -> Void) throws -> Int {
      var costs = CPUCostTable.builtIn(for: .best)
      change(&costs)
      return try plan(net, nodesByImage: nil, costs: costs).compiled.nodesByImage
    }
    // A batch fits the last cache; an image the second.
    let size = 4 * 16 * 8 * 24 * 24
    #expect(
      try chosen {
        $0.lastCacheByteCount = size
        $0.memoryByteTime = 1
      } == 5)
    #expect(
      try chosen {
        $0.lastCacheByteCount = size
        $0.memoryByteTime = 0
      } == 0)
    #expect(try chosen { $0.secondCacheByteCount = 8 * size } == 0)
  }

  @Test func refusesOtherNodes() throws {
    var (net, value) = try start()
    net.output(try net.add(Flatten(), [value]))
    var compiled = try plan(net).compiled
    #expect(try plan(net, compiled: compiled).compiled.nodesByImage == 2)
    for count in [-1, 3, 4, Int.max] {
      compiled.nodesByImage = count
      let error = #expect(throws: HewnError.self) { try plan(net, compiled: compiled) }
      #expect(error?.code == .invalidFile, "\(count): \(error?.description ?? "")")
    }
  }
}
