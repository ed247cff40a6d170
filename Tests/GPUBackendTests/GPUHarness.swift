import Emulator
import GPUBackend
import GPUKernels
import Graphs
import KernelIR
import ReferenceBackend
import Runtime
import Synchronization
import Tensors
import TestSupport
import Testing

/// Runs graphs on the emulator with all detectors, in every precision and with every engine, and compares with
/// the reference.
enum GPUHarness {
  /// How far the outputs of a network may be from the reference's, relative to the largest.
  ///
  /// A rounding of activations or weights is half a unit in the last place; a few of them add up along the
  /// few layers of a case. `f32` may split products in parts, and sums in another order.
  static func tolerance(_ precision: Precision) -> Tolerance {
    switch precision {
    case .f32: .relativeToLargest(1e-5)
    case .tf32: .relativeToLargest(4e-3)
    case .f16: .relativeToLargest(4e-3)
    case .bf16: .relativeToLargest(3e-2)
    }
  }

  /// Builds a network, runs it in every way and records one issue with all failures.
  static func expect(
    _ name: String, seed: UInt64 = 1, precisions: [Precision] = Precision.allCases,
    engines: [Engine] = Engine.allCases, on figures: GPUFigures = .h200,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ build: (inout CaseGraph) throws -> Void
  ) {
    var net = CaseGraph(seed: seed)
    do {
      try build(&net)
      let want = try outputs(of: net.graph, ReferenceBackend(), net.inputs, .init(threads: 1))
      var failures: [String] = []
      for precision in precisions {
        for engine in engines {
          let options = CompileOptions(engine: engine, threads: 1, precision: precision)
          failures += try self.failures(net, want, options, figures).map {
            "\(precision.rawValue), \(engine.rawValue): \($0)"
          }
        }
      }
      #expect(
        failures.isEmpty, "\(name):\n\(failures.joined(separator: "\n"))",
        sourceLocation: sourceLocation)
    } catch {
      Issue.record("\(name): \(error)", sourceLocation: sourceLocation)
    }
  }

  private static func failures(
    _ net: CaseGraph, _ want: [Tensor], _ options: CompileOptions, _ figures: GPUFigures
  ) throws -> [String] {
    let plan = try backend(on: figures).compileForGPU(net.graph, options: options)
    let got = try plan.makeSession().run(net.inputs, outputCount: want.count)
    return kernelsThatDiffer(plan.program.kernels)
      + zip(got, want).enumerated().compactMap { index, pair in
        tolerance(options.precision)
          .violation(got: pair.0.floats(), want: pair.1.doubles())
          .map { "output \(index): \($0)" }
      }
  }

  /// Hashes of all kernels so far.
  private static let kernels = Mutex<[String: Int]>([:])

  /// Kernels of equal names must be equal: a program builds one of each name.
  private static func kernelsThatDiffer(_ built: [String: Kernel]) -> [String] {
    built.compactMap { name, kernel in
      let hash = kernel.description.hashValue
      let known = kernels.withLock { kernels in
        if let known = kernels[name] { return known }
        kernels[name] = hash
        return hash
      }
      return known == hash ? nil : "there are two kernels \(name)"
    }
  }

  static func backend(
    on figures: GPUFigures = .h200, evaluate: Evaluator? = nil
  ) throws -> GPUBackend {
    try GPUBackend(.emulator(figures, EmulatorOptions()), evaluate: evaluate)
  }

  static func outputs(
    of graph: Graph, _ backend: any Backend, _ inputs: [Tensor], _ options: CompileOptions
  ) throws -> [Tensor] {
    try backend.compile(graph, options: options).makeSession()
      .run(inputs, outputCount: graph.outputs.count)
  }
}
