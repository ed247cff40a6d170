import ArgumentParser
import Hewn

extension Device: ExpressibleByArgument {}
extension Engine: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}

/// An input's shape as given on the command line.
package struct NamedShape: Equatable {
  package var name: String
  package var shape: [Int]

  /// Reads `NAME=1x3x224x224`; names may hold `=` themselves.
  package init(parsing text: String) throws {
    guard let separator = text.lastIndex(of: "="), separator != text.startIndex else {
      throw ValidationError("'\(text)' is no shape; write it as NAME=1x3x224x224.")
    }
    let extents = text[text.index(after: separator)...]
      .split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    let shape = extents.compactMap { $0 }
    guard shape.count == extents.count, shape.allSatisfy({ $0 > 0 }) else {
      throw ValidationError(
        "'\(text)' is no shape; the extents must be positive integers, as in NAME=1x3x224x224.")
    }
    name = String(text[..<separator])
    self.shape = shape
  }
}

/// What decides how a model is compiled.
package struct PlanOptions: ParsableArguments {
  @Option(
    name: .long,
    help: """
      Where to run (default: cpu, or what a plan file was compiled for): cuda is an NVIDIA GPU; the \
      emulator of one and the reference are slow.
      """)
  package var device: Device?

  @Option(
    name: .long,
    help: """
      What GPUs compute in (default: f32, or what a plan file was compiled for); Docs/gpu.md says what \
      each rounds.
      """)
  package var precision: Precision?

  @Flag(
    name: .long,
    help: "Let the processor compute what has no GPU kernel, slowly, instead of refusing it.")
  package var cpuFallback = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Items per run, the first extent of every input (default: that of the model or the given"
        + " inputs).", valueName: "n"))
  package var batch: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The shape of an input; may be repeated, and wins over --batch.",
      valueName: "name=1x3x224x224"),
    transform: NamedShape.init(parsing:))
  package var shape: [NamedShape] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Threads to run with (default: every core).", valueName: "n"))
  package var threads: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The costs of kernels: built-in, or a file of hewn tune (default: those that hewn tune has"
        + " kept for this processor, else built-in).", valueName: "file"))
  package var costs: String?

  package init() {}

  package func validate() throws {
    if let batch, batch < 1 { throw ValidationError("--batch must be at least 1.") }
    if let threads, !(1...Machine.maximumThreadCount).contains(threads) {
      throw ValidationError("--threads must lie in 1...\(Machine.maximumThreadCount).")
    }
    if let device, let precision, let reason = device.obstacle(to: precision) {
      throw ValidationError("--precision: \(reason).")
    }
    if costs?.isEmpty == true { throw ValidationError("--costs names no file.") }
    let names = shape.map(\.name)
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw ValidationError("--shape is given twice for \"\(twice)\".")
    }
  }

  /// What `--costs` means.
  package var kernelCosts: Costs { costs.map(Costs.init) ?? .automatic }

  /// The options of a compilation.
  ///
  /// - Parameter inputShapes: shapes of given inputs; shapes of `--shape` win over them.
  package func compileOptions(
    engine: Engine? = nil, inputShapes: [String: [Int]] = [:]
  ) -> CompileOptions {
    var shapes = inputShapes
    for named in shape { shapes[named.name] = named.shape }
    return CompileOptions(
      device: device, engine: engine, batch: batch, shapes: shapes, threads: threads,
      costs: kernelCosts, precision: precision, fallsBackToCPU: cpuFallback)
  }
}
