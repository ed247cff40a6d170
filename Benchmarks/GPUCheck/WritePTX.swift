import ArgumentParser
import GPUBackend
import GPUCatalogue
import GPUKernels
import KernelIR
import PTX
import Runtime

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Writes the texts that `Scripts/check-ptx` assembles.
struct WritePTX: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ptx",
    abstract: "Write every kernel as PTX, for every target that it runs on.")

  @Argument(help: "The folder to write to.")
  var folder: String

  @Flag(
    help: """
      In place of the kernels that stand for all: those that the convolutions of known networks are \
      planned with on each GPU, each for that GPU alone.
      """)
  var planned = false

  func run() throws {
    if planned { return try writePlanned() }
    let ceilings = try CeilingKernel.all().map(\.kernel) + [CopyKernel.kernel()]
    for kernel in try KernelCatalogue.all() + ceilings {
      for target in Target.allCases where target >= kernel.target {
        try write(kernel, for: target)
      }
    }
  }

  private func writePlanned() throws {
    var written: Set<String> = []
    for figures in GPUFigures.all {
      let layers = try PlannedLayer.all(
        LayerCatalogue.all, Precision.allCases, figures, batch: 32)
      for kernel in try layers.map({ try $0.plan.kernel() })
      where written.insert("\(kernel.name) \(figures.target)").inserted {
        try write(kernel, for: figures.target)
      }
    }
  }

  private func write(_ kernel: Kernel, for target: Target) throws {
    let file = "\(folder)/\(kernel.name).\(target.rawValue).ptx"
    try PTXPrinter.text(of: kernel, for: target)
      .write(toFile: file, atomically: true, encoding: .utf8)
  }
}

extension ConvolutionPlan {
  /// The kernel that multiplies.
  fileprivate func kernel() throws -> Kernel {
    switch self {
    case .blocks(let plan): try BlockKernel(plan.layer).build()
    case .leaves(let plan): try LeafKernel(plan.packed()).build()
    }
  }
}
