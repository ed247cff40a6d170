import CPUBackend
import Graphs
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// A graph to run whole, with its inputs.
struct BackendCase: Sendable {
  var name: String
  var graph: Graph
  var inputs: [Tensor]
  var tolerance: Tolerance

  init(
    _ name: String, _ net: CaseGraph, tolerance: Tolerance = .relativeToLargest(1e-5)
  ) {
    self.name = name
    self.graph = net.graph
    self.inputs = net.inputs
    self.tolerance = tolerance
  }
}

/// Runs graphs on the CPU with every instruction set, engine and a few thread counts, and compares
/// with the reference and between thread counts.
enum BackendHarness {
  static let threadCounts = [1, 2, 3]

  /// Runs every case and records one issue that lists all failures.
  static func expect(
    _ cases: [BackendCase], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var failures: [String] = []
    for test in cases {
      do {
        failures += try run(test).map { "\(test.name): \($0)" }
      } catch {
        failures.append("\(test.name): threw \(error)")
      }
    }
    let listed = failures.prefix(20).joined(separator: "\n")
    #expect(
      failures.isEmpty, "\(failures.count) failures in \(cases.count) cases:\n\(listed)",
      sourceLocation: sourceLocation)
  }

  /// Runs a case in every way and says what went wrong.
  static func run(_ test: BackendCase) throws -> [String] {
    let want = try outputs(of: test.graph, ReferenceBackend(), test.inputs).map { $0.doubles() }
    var failures: [String] = []
    for isa in InstructionSet.available {
      for setting in Setting.all(for: isa) {
        var backend = try CPUBackend(
          instructionSet: isa, costs: setting.costs, evaluate: Reference.evaluate)
        backend.leastLaneUse = setting.leastLaneUse
        backend.nodesByImage = setting.nodesByImage
        let engine = setting.engine
        let what = "\(isa.rawValue), \(setting.name)"
        failures += try GuardedNetwork(test.graph, backend, engine: engine)
          .failures(test.inputs).map { "\(what): \($0)" }
        var first: [[Float]] = []
        for threads in threadCounts {
          let options = CompileOptions(engine: engine, threads: threads)
          let got = try outputs(of: test.graph, backend, test.inputs, options: options)
            .map { $0.elements(as: Float.self) }
          if first.isEmpty {
            first = got
            for (index, (got, want)) in zip(got, want).enumerated() {
              guard let violation = test.tolerance.violation(got: got, want: want) else { continue }
              failures.append("\(what), output \(index): \(violation)")
            }
          } else if let difference = bitDifference(got, first) {
            failures.append("\(what), \(threads) threads, not as with 1: \(difference)")
          }
        }
      }
    }
    return failures
  }

  /// An engine, and the costs by which it chooses.
  struct Setting {
    var name: String
    var engine: Engine
    var costs: CPUCostTable
    /// The share of a vector's lanes that images must fill to lie together.
    var leastLaneUse = 0.75
    /// How many nodes run image by image where they can; `nil` as predicted.
    var nodesByImage: Int?

    /// Dense, the usual choice, and choices that are forced: Winograd convolutions wherever they can
    /// be, single weights wherever there is a zero, and segments wherever rows share a tap.
    static func all(for isa: InstructionSet) -> [Setting] {
      let usual = CPUCostTable.builtIn(for: isa)
      var leaves = usual
      leaves.gatheredLeaf = 0
      leaves.matrix.leaf = leaves.matrix.leaf.map { _ in 0 }
      leaves.matrix.leafRow = leaves.matrix.leaf
      leaves.matrix.transposedFloat = 0
      for rows in leaves.tap.indices.dropFirst(2) {
        leaves.tap[rows] = leaves.tap[rows].map { $0 * 1000 }
      }
      var segments = leaves
      segments.tap = usual.tap
      for rows in [1, 3, 5, 6] { segments.tap[rows] = usual.tap[rows].map { $0 * 1000 } }
      return [
        Setting(name: "dense", engine: .dense, costs: usual.forcing(winograd: nil)),
        Setting(name: "dense by F(2×2)", engine: .dense, costs: usual.forcing(winograd: 2)),
        Setting(name: "dense by F(4×4)", engine: .dense, costs: usual.forcing(winograd: 4)),
        Setting(name: "sparse", engine: .sparse, costs: usual),
        Setting(name: "sparse by leaves", engine: .sparse, costs: leaves),
        Setting(name: "sparse by segments", engine: .sparse, costs: segments),
        Setting(name: "dense in lanes", engine: .dense, costs: usual, leastLaneUse: 0),
        Setting(name: "leaves in lanes", engine: .sparse, costs: leaves, leastLaneUse: 0),
        Setting(name: "segments in lanes", engine: .sparse, costs: segments, leastLaneUse: 0),
        Setting(name: "whole batches", engine: .sparse, costs: usual, nodesByImage: 0),
        Setting(name: "the first node by image", engine: .sparse, costs: usual, nodesByImage: 1),
        Setting(
          name: "by image, then in lanes", engine: .sparse, costs: leaves, leastLaneUse: 0,
          nodesByImage: 2),
        Setting(name: "all by image", engine: .sparse, costs: segments, nodesByImage: .max),
      ]
    }
  }

  /// Compiles a graph and runs it once.
  static func outputs(
    of graph: Graph, _ backend: any Backend, _ inputs: [Tensor],
    options: CompileOptions = CompileOptions(threads: 1)
  ) throws -> [Tensor] {
    let session = try backend.compile(graph, options: options).makeSession()
    return try session.run(inputs, outputCount: graph.outputs.count)
  }

  /// The first output element whose bits differ; `nil` where there is none.
  static func bitDifference(_ got: [[Float]], _ want: [[Float]]) -> String? {
    for (output, (got, want)) in zip(got, want).enumerated() {
      for index in want.indices where got[index].bitPattern != want[index].bitPattern {
        return "output \(output), element \(index): got \(got[index]), want \(want[index])"
      }
    }
    return nil
  }
}

extension CPUCostTable {
  /// The table with which Winograd convolutions of one tile cost nothing and others have no price;
  /// `nil` prices none.
  func forcing(winograd tile: Int?) -> CPUCostTable {
    var table = self
    table.winograd = WinogradCosts(
      transforms: tile.map { [WinogradCosts.Transform(tile: $0, input: 0, output: 0)] } ?? [],
      product: [0, 0, 0], weights: 0)
    return table
  }
}
