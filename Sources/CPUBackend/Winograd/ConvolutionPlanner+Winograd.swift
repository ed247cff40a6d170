internal import CPUKernels
internal import Covers
internal import Runtime
internal import Tensors

/// Winograd convolutions beside the direct program of a layer.
struct WinogradChoice {
  /// The fastest one; `nil` where the layer is no 3×3 convolution of stride 1.
  let problem: WinogradProblem?
  let nanoseconds: Double

  init(_ convolution: ConvolutionProblem, costs: CPUCostTable, kernels: KernelSet) {
    var best: (problem: WinogradProblem, nanoseconds: Double)?
    for transforms in kernels.winograd {
      guard let problem = WinogradProblem(convolution, tile: transforms.tile) else { continue }
      let nanoseconds = problem.nanoseconds(costs.winograd, kernels)
      if best.map({ nanoseconds < $0.nanoseconds }) ?? true { best = (problem, nanoseconds) }
    }
    (problem, nanoseconds) = (best?.problem, best?.nanoseconds ?? .infinity)
  }
}

/// The faster one of the dense ways to compute a convolution.
struct DenseLayer {
  let weights: PackedWeights
  /// Predicted time on one core.
  let nanoseconds: Double
  /// As in ``PricedProgram``; `nil` where it is not the direct program.
  let boundVectors: Int?
  /// What it is, where it is not the direct program.
  let note: String?

  /// - Throws: `outOfMemory`.
  init(
    _ direct: PricedProgram, _ convolution: ConvolutionProblem, _ filters: [FilterWeights],
    costs: CPUCostTable, kernels: KernelSet
  ) throws(HewnError) {
    let choice = WinogradChoice(convolution, costs: costs, kernels: kernels)
    guard let problem = choice.problem, choice.nanoseconds < direct.nanoseconds else {
      (weights, nanoseconds, note) = (.blocks(direct.program), direct.nanoseconds, nil)
      boundVectors = direct.boundVectors
      return
    }
    weights = .winograd(try WinogradWeights(problem, filters, kernels))
    nanoseconds = choice.nanoseconds
    boundVectors = nil
    let ratio = direct.nanoseconds / max(choice.nanoseconds, .leastNonzeroMagnitude)
    note = "\(problem.name), predicted \(twoDigits(ratio)) × faster than direct"
  }

  /// A reason for the dense engine, with what the dense layer is.
  func reason(_ text: String) -> String { note.map { "\(text); \($0)" } ?? text }
}

extension NodeContext {
  /// The step of a layer that was packed for Winograd.
  func winogradStep(
    _ convolution: ConvolutionProblem, _ weights: WinogradWeights, _ choice: EngineChoice,
    kernels: KernelSet, input: Placement, output: Placement, residual: Placement?
  ) throws(HewnError) -> any Step {
    guard let problem = WinogradProblem(convolution, tile: weights.tile) else {
      throw HewnError(
        .invalidFile,
        "weights for tiles of \(weights.tile) pixels, its layer is no 3×3 convolution of stride 1")
    }
    if packed != nil {
      try choice.check(convolution)
      try weights.check(problem)
    }
    return try WinogradStep(
      convolution, problem, weights, kernels: kernels, input: input, output: output,
      residual: residual, target: target, choice: choice)
  }
}

extension EngineChoice {
  /// Checks the report of a convolution.
  func check(_ problem: ConvolutionProblem) throws(HewnError) {
    try check(
      rows: problem.rowCount, taps: problem.branches.map(\.taps.count).max() ?? 0,
      weights: problem.branches.reduce(0) { $0 + $1.rowCount * $1.taps.count })
  }
}
