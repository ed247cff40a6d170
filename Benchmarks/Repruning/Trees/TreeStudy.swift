import CPUBackend
import Covers
import Foundation
import GPUKernels

/// Compares trees over the filters of really pruned networks: by the time that covers of them are predicted
/// to take, and by what searching them takes.
///
///     TreeStudy [--json FILE]
///
/// Models are those of `$HEWN_DATA/models`. With two files, writes the first as the published rule prunes it: what
/// lies outside of blocks is dropped, and nothing makes up for it. GROUPS is the number of groups of each layer's
/// rows, or `M/32`.
///
///     TreeStudy --blocks GROUPS MODEL.onnx OUT.onnx
@main struct TreeStudy {
  static let networks = [
    ("SqueezeNet", "squeezenet-v1.0-pruned"), ("hand-landmark", "hand-landmark-pruned"),
    ("AlexNet convolutions", "alexnet-convs-pruned"), ("ResNet-56", "resnet56-cifar10-pruned"),
  ]
  /// The share of the weights that prices let go.
  static let droppedShare = 0.2
  static let figures = GPUFigures.h200

  static func main() throws {
    var arguments = CommandLine.arguments.dropFirst()
    if arguments.first == "--blocks", arguments.count == 4 {
      let words = Array(arguments.dropFirst())
      let groupCount = Int(words[0])
      try PublishedPruning.write(words[1], to: words[2]) { groupCount ?? max(1, $0 / 32) }
      return
    }
    var file: String?
    if arguments.first == "--json" {
      file = arguments.dropFirst().first
      arguments = arguments.dropFirst(2)
    }
    guard arguments.isEmpty, let data = ProcessInfo.processInfo.environment["HEWN_DATA"] else {
      FileHandle.standardError.write(
        Data(
          """
          usage: HEWN_DATA=… TreeStudy [--json FILE]
                 TreeStudy --blocks GROUPS MODEL.onnx OUT.onnx

          """.utf8))
      exit(64)
    }
    var entries: [StudyRecord.Entry] = []
    for (name, model) in networks {
      let network = try StudyNetwork(
        name: name, contentsOf: "\(data)/models/\(model).onnx", on: figures)
      for setting in CostSetting.allCases {
        entries.append(entry(network, setting))
        print(entries.last?.text ?? "")
      }
    }
    guard let file else { return }
    try StudyRecord(
      command: (["TreeStudy"] + CommandLine.arguments.dropFirst()).joined(separator: " "),
      date: StudyRecord.today,
      machine: StudyRecord.Machine(
        processor: StudyRecord.processorName,
        cores: ProcessInfo.processInfo.activeProcessorCount,
        instructionSet: InstructionSet.best.rawValue, gpu: figures.name),
      versions: ["hewn": ProcessInfo.processInfo.environment["HEWN_REVISION"] ?? "unknown"],
      networks: entries
    ).write(to: file)
  }

  private static func entry(
    _ network: StudyNetwork, _ setting: CostSetting
  ) -> StudyRecord.Entry {
    let study = StudyCase(network, setting)
    let lambda = study.lambda(dropping: droppedShare)
    let weightCount = study.items.reduce(0) { $0 + $1.matrix.values.count }
    return StudyRecord.Entry(
      network: network.name, setting: setting, matrices: study.items.count,
      zeroShare: 1 - Double(study.nonZeroCount) / Double(weightCount),
      denseTime: study.denseTime / 1e3, exact: exactSteps(study).overFirst, lambda: lambda,
      pruned: prunedSteps(study, lambda: lambda).overFirst)
  }

  private static func exactSteps(_ study: StudyCase) -> [StudyStep] {
    [
      study.exact("natural order") {
        .natural(rows: $0.rows, rootHeight: $1.costs.rootHeight)
      },
      study.timed("all leaves") {
        study.items.reduce(0) { $0 + $1.backendCosts.leavesTime($1.matrix) }
      },
      study.published("published rule, 8 groups") { _ in 8 },
      study.published("published rule, M/32 groups") { max(1, $0 / 32) },
      study.exact("plain greedy") { .greedy($0, costs: $1.backendCosts, pairing: .plain) },
      study.exact("greedy") { .greedy($0, costs: $1.backendCosts) },
      study.exact("greedy, refined") {
        .greedy($0, costs: $1.backendCosts).refined($0, costs: $1.costs)
      },
      study.timed("search") {
        study.items.reduce(0) {
          $0 + (CoverSearch()($1.matrix, costs: $1.costs).cover.predictedCost ?? .infinity)
        }
      },
    ]
  }

  private static func prunedSteps(_ study: StudyCase, lambda: Double) -> [StudyStep] {
    func step(
      _ name: String, tree: (FilterMatrix, StudyCase.Item, DropPrices) -> RowTree
    ) -> StudyStep {
      study.pruned(name, lambda: lambda) {
        Cover.pruned($0, costs: $1.costs, tree: tree($0, $1, $2), prices: $2)
      }
    }
    var paired = CoverSearch()
    paired.refinementWork = 0
    return [
      step("pruned, natural order") { matrix, item, _ in
        .natural(rows: matrix.rows, rootHeight: item.costs.rootHeight)
      },
      step("pruned, greedy without prices") { matrix, item, _ in
        .greedy(matrix, costs: item.backendCosts)
      },
      step("pruned, greedy") { .greedy($0, costs: $1.backendCosts, prices: $2) },
      step("pruned, greedy, refined") {
        .greedy($0, costs: $1.backendCosts, prices: $2)
          .refined($0, costs: $1.costs, prices: $2)
      },
      study.pruned("pruned, paired again", lambda: lambda) {
        paired($0, costs: $1.costs, prices: $2).cover
      },
      study.pruned("pruned, search", lambda: lambda) {
        CoverSearch()($0, costs: $1.costs, prices: $2).cover
      },
    ]
  }
}

extension [StudyStep] {
  /// With the ratios to the first, the natural order.
  fileprivate var overFirst: [StudyStep] {
    guard let natural = first else { return [] }
    return map { step in
      var step = step
      step.timeOverNatural = step.time / natural.time
      if let cost = step.cost, let naturalCost = natural.cost {
        step.costOverNatural = cost / naturalCost
      }
      return step
    }
  }
}
