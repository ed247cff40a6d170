import Hewn
import HewnCLI
import Testing

/// Reports made by hand, as people see them.
@Suite struct ReportTextTests {
  static let plain = Style(isColored: false)

  static let model = ModelSummary(
    name: "net", file: "net.onnx", byteCount: 123_456, opset: 17, producer: "pytorch 2.9")

  static let plan = PlanSummary(
    device: .cpu, instructionSet: "avx2", engine: .sparse, threads: 2, batch: 1,
    inputs: [PortSummary(name: "x", elementType: .float32, shape: [1, 3, 8, 8])],
    outputs: [PortSummary(name: "scores", elementType: .float32, shape: [1, 10])],
    activationByteCount: 4096, weightByteCount: 81_920)

  @Test func inspect() {
    let report = InspectReport(
      hewnVersion: "1.2.3", model: Self.model, plan: Self.plan,
      layers: [
        LayerSummary(
          name: "conv1", op: "Conv+Relu", rows: 16, taps: 27, weights: 432, zeros: 380,
          segments: [16: 2, 4: 1], leaves: 1200, filledSlots: 3, engine: "sparse",
          reason: "predicted 2.0× as fast as dense", predictedMilliseconds: 0.05,
          predictedSparseMilliseconds: 0.05, predictedDenseMilliseconds: 0.1,
          denseFlops: 5_529_600, nonZeroFlops: 665_600),
        LayerSummary(
          name: "pool", op: "MaxPool", engine: "other", reason: "", predictedMilliseconds: 0.01,
          denseFlops: 1024, nonZeroFlops: 1024),
        LayerSummary(
          name: "conv2", op: "Conv", rows: 8, taps: 144, weights: 1152, zeros: 0, segments: [:],
          leaves: 0, filledSlots: 0, engine: "dense", reason: "no zeros",
          predictedMilliseconds: 0.2, predictedDenseMilliseconds: 0.2, denseFlops: 2_000_000,
          nonZeroFlops: 2_000_000),
      ],
      passes: [
        PassSummary(name: "FoldConstants"),
        PassSummary(
          name: "FoldPad", applied: [.init(node: "Pad \"p\"", what: "into Conv \"c\"")],
          blocked: [.init(node: "Pad \"q\"", what: "its value is not 0")]),
      ])
    #expect(
      ReportText.inspect(report, Self.plain) == """
        net.onnx: 123.5 kB, opset 17, by pytorch 2.9
        hewn 1.2.3, device cpu (avx2), engine sparse, 2 threads, batch 1

        port    name    type     shape
        input   x       float32  1×3×8×8
        output  scores  float32  1×10

        #  layer  op           M×K   zeros  segments  leaves  filled  sparse ms  dense ms      ms  engine  reason
        1  conv1  Conv+Relu  16×27  88.0 %  16:2 4:1   1,200       3     0.0500     0.100  0.0500  sparse  predicted 2.0× as fast as dense
        2  pool   MaxPool                                                                  0.0100
        3  conv2  Conv       8×144   0.0 %  -              0       0                0.200   0.200  dense   no zeros

        3 layers, 1 sparse, 1 dense
        1,584 weights, 24.0 % zero; 3 segments with 3 filled slots, 1,200 leaves
        7.53 MFLOP dense, 2.67 MFLOP without zeros
        predicted 0.260 ms, all dense 0.310 ms: 1.19× faster
        81.9 kB of weights, 4.1 kB of activations

        passes
        FoldConstants: no effect
        FoldPad: applied 1×, blocked 1×
          Pad "p": into Conv "c"
          blocked at Pad "q": its value is not 0
        """)
  }

  @Test func inspectOnGPUs() {
    var plan = Self.plan
    (plan.device, plan.instructionSet, plan.gpu, plan.precision) = (.cuda, nil, "a GPU", .f16)
    let kernel = LayerSummary.Kernel(
      name: "conv", tile: "128·(4×8)·8", stageCount: 3, blockCount: 98, waves: 0.742_4,
      sharedByteCount: 98_304, limiter: "shared memory")
    let report = InspectReport(
      hewnVersion: "1.2.3", model: Self.model, plan: plan,
      layers: [
        LayerSummary(
          name: "conv1", op: "Conv", engine: "sparse", reason: "", denseFlops: 1000,
          nonZeroFlops: 100, kernel: kernel),
        LayerSummary(
          name: "sort", op: "TopK", engine: "reference", reason: "no GPU kernel for TopK",
          denseFlops: 0, nonZeroFlops: 0),
      ])
    let text = ReportText.inspect(report, Self.plain)
    #expect(text.contains("\nhewn 1.2.3, device cuda (a GPU, f16), engine sparse, batch 1\n"))
    #expect(
      text.contains(
        """

        #  layer  op    tile         stages  waves   shared  limiter        engine     reason
        1  conv1  Conv  128·(4×8)·8       3  0.742  98.3 kB  shared memory  sparse
        2  sort   TopK                                                      reference  no GPU kernel for TopK

        """), "\(text)")
  }

  @Test func bench() {
    let report = BenchReport(
      hewnVersion: "1.2.3", model: Self.model, device: .cpu, threads: 1, batch: 4,
      settings: BenchReport.Settings(
        warmupSeconds: 0.5, durationSeconds: 3, minimumIterations: 10, seed: 7),
      engines: [
        "dense": BenchReport.Timing(milliseconds: [2, 2, 2.5], batch: 4),
        "sparse": BenchReport.Timing(milliseconds: [1, 1, 1.5], batch: 4),
      ],
      layers: [
        BenchReport.Layer(
          name: "conv1", op: "Conv", engine: "sparse", denseFlops: 55_296_000,
          nonZeroFlops: 6_656_000, milliseconds: ["sparse": 0.6, "dense": 0.5], share: 0.75,
          gflops: 11.1, denseEquivalentGFLOPs: 92.2, shareOfPeak: 0.108, boundMilliseconds: 0.15,
          predictedMilliseconds: 0.05, isWrongChoice: true),
        BenchReport.Layer(
          name: "conv2", op: "Conv", engine: "sparse", denseFlops: 1000, nonZeroFlops: 100,
          milliseconds: ["sparse": 0.25, "dense": 0.5], share: 0.2, isWrongChoice: false),
        BenchReport.Layer(
          name: "flatten", op: "Flatten", engine: "other", denseFlops: 0, nonZeroFlops: 0,
          milliseconds: ["sparse": 0.0004, "dense": 0.001], share: 0.01, gflops: 0,
          denseEquivalentGFLOPs: 0, shareOfPeak: 0),
      ], peakGFLOPs: 102.5)
    #expect(
      ReportText.bench(report, showsLayers: true, Self.plain) == """
        net.onnx: 123.5 kB, opset 17, by pytorch 2.9
        hewn 1.2.3, device cpu, 1 thread, batch 4

        #  layer    op       engine  sparse ms  dense ms   share  GFLOP/s  dense-eq.    peak   bound  predicted ms  remark
        1  conv1    Conv     sparse      0.600     0.500  75.0 %     11.1       92.2  10.8 %  25.0 %        0.0500  dense is faster
        2  conv2    Conv     sparse      0.250     0.500  20.0 %
        3  flatten  Flatten           0.000400   0.00100   1.0 %

        engine  runs  min ms  mean ms  median ms  p90 ms  p95 ms  p99 ms  max ms  items/s
        sparse     3   1.000    1.167      1.000   1.400   1.450   1.490   1.500     3429
        dense      3   2.000    2.167      2.000   2.400   2.450   2.490   2.500     1846

        sparse against dense: 2.00× (ratio of medians)
        1 of 2 sparse layers are slower than their dense kernels by more than 5 %
        """)
    #expect(!ReportText.bench(report, showsLayers: false, Self.plain).contains("conv1"))
  }

  @Test func compare() {
    let report = CompareReport(
      hewnVersion: "1.2.3", model: Self.model, plan: Self.plan, against: "reference",
      tolerance: 1e-4, seed: 7,
      outputs: [
        "scores": OutputDifference(
          shape: [1, 10], maxAbsolute: 1.5e-6, maxRelative: 7.5e-7, worstIndex: 3, maxExpected: 2,
          top1Agreement: 1),
        "map": OutputDifference(
          shape: [1, 8, 8], maxAbsolute: 0.5, maxRelative: 0.25, worstIndex: 40, maxExpected: 2,
          nonFiniteCount: 2),
      ])
    #expect(
      ReportText.compare(report, Self.plain) == """
        net.onnx: 123.5 kB, opset 17, by pytorch 2.9
        hewn 1.2.3, device cpu (avx2), engine sparse, 2 threads, batch 1

        output  shape   max abs   max rel  max |want|  at  non-finite    top-1  result
        map     1×8×8  5.00e-01  2.50e-01        2.00  40           2           too far
        scores  1×10   1.50e-06  7.50e-07        2.00   3              100.0 %  ok

        failed: against reference, tolerance 1.00e-04, random inputs of seed 7
        """)
  }

  @Test func run() {
    let report = RunReport(
      hewnVersion: "1.2.3", model: Self.model, plan: Self.plan, milliseconds: 1.25,
      outputs: [
        "scores": RunReport.Output(
          elementType: .float32, shape: [1, 10], min: -1, max: 2, mean: 0.5, file: "out/scores.npy")
      ],
      top: [
        RunReport.Item(
          output: "scores", item: 0, image: "cat.jpg", isSoftmax: true,
          classes: [
            ClassScore(index: 281, label: "tabby", probability: 0.75),
            ClassScore(index: 3, label: nil, probability: 0.0125),
          ]),
        RunReport.Item(
          output: "scores", item: 1, image: nil, isSoftmax: false,
          classes: [ClassScore(index: 3, label: nil, probability: 1)]),
      ])
    #expect(
      ReportText.run(report, Self.plain) == """
        net.onnx: 123.5 kB, opset 17, by pytorch 2.9
        hewn 1.2.3, device cpu (avx2), engine sparse, 2 threads, batch 1

        output  type     shape    min   max   mean  file
        scores  float32  1×10   -1.00  2.00  0.500  out/scores.npy

        cat.jpg (softmax of "scores", which does not sum to 1)
        probability  class  label
             75.0 %    281  tabby
              1.3 %      3

        item 1
        probability  class
            100.0 %      3

        one run, not warmed up: 1.25 ms
        """)
  }
}
