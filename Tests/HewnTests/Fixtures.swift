import Hewn

/// Reports made by hand.
enum Fixtures {
  static let model = ModelSummary(
    name: "net", file: "net.onnx", byteCount: 123_456, opset: 17, producer: "pytorch 2.9")

  static let plan = PlanSummary(
    device: .cpu, instructionSet: "avx2",
    costs: CostSummary(source: .builtIn, instructionSet: "avx2", machine: "a machine"),
    engine: .sparse, threads: 2, batch: 1,
    inputs: [PortSummary(name: "x", elementType: .float32, shape: [1, 3, 8, 8])],
    outputs: [PortSummary(name: "y", elementType: .float32, shape: [1, 10])],
    activationByteCount: 4096, weightByteCount: 8192)

  static let layers = [
    LayerSummary(
      name: "conv1", op: "Conv+Relu", rows: 16, taps: 27, weights: 432, zeros: 380,
      segments: [16: 2, 4: 1], leaves: 12, filledSlots: 3, engine: "sparse",
      reason: "predicted 2.0 times as fast as dense", predictedMilliseconds: 0.05,
      predictedSparseMilliseconds: 0.05, predictedDenseMilliseconds: 0.1, denseFlops: 55_296,
      nonZeroFlops: 6656, boundFlops: 8192,
      kernel: LayerSummary.Kernel(
        name: "conv_blocks_f16", tile: "16·(8×8)·8", stageCount: 3, splitCount: 2, blockCount: 12,
        waves: 1.0 / 11, sharedByteCount: 40_960, limiter: "shared memory")),
    LayerSummary(
      name: "pool", op: "GlobalAveragePool", engine: "other", reason: "",
      denseFlops: 1024, nonZeroFlops: 1024),
  ]

  /// A report of two models with every key.
  static func pairedReport(estimate: Estimate) -> PairedEvaluationReport {
    let top1 = PairedAccuracy(
      model: Proportion(count: 84, of: 100), other: Proportion(count: 84, of: 100), bothCount: 80,
      modelOnlyCount: 4, otherOnlyCount: 5, neitherCount: 11, differencePoints: estimate,
      mcnemarP: 0.25)
    return PairedEvaluationReport(
      hewnVersion: "1.2.3", model: model, plan: plan,
      other: .init(model: model, plan: plan, millisecondsPerImage: 0.25),
      images: .init(source: "test.zip", count: 100, skippedCount: 2, nonFiniteCount: 1),
      accuracy: .init(output: "y", classCount: 10, top1: top1, top5: nil), noAccuracyReason: nil,
      outputs: [
        "y": OutputFidelity(
          shape: [1, 10], nonFiniteCount: 1, top1Agreement: estimate,
          divergence: .init(nats: estimate, modelSoftmax: true, otherSoftmax: false),
          maxRelative: 0.5, meanRelative: estimate),
        "map": OutputFidelity(
          shape: [1, 1, 8, 8], nonFiniteCount: 100, maxRelative: nil, meanRelative: nil,
          psnr: .init(peak: 1, identicalCount: 100, decibels: nil)),
      ],
      resampling: .init(count: 10_000, seed: 7), millisecondsPerImage: 0.5, seconds: 1.25)
  }

  static func compareReport(outputs: [String: OutputDifference]) -> CompareReport {
    CompareReport(
      hewnVersion: "1.2.3", model: model, plan: plan, against: "reference", tolerance: 1e-4,
      seed: 7, outputs: outputs)
  }
}
