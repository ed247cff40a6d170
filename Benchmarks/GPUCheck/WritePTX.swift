import ArgumentParser
import GPUCatalogue
import KernelIR
import PTX

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

  func run() throws {
    let ceilings = try CeilingKernel.all().map(\.kernel) + [CopyKernel.kernel()]
    for kernel in try KernelCatalogue.all() + ceilings {
      for target in Target.allCases where target >= kernel.target {
        let file = "\(folder)/\(kernel.name).\(target.rawValue).ptx"
        try PTXPrinter.text(of: kernel, for: target)
          .write(toFile: file, atomically: true, encoding: .utf8)
      }
    }
  }
}
