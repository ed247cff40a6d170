/// A kernel as readable text, for snapshots and for eyes: one line for each instruction, results first,
/// loops and conditions indented.
struct KernelText {
  private(set) var lines: [String] = []
  private let names: [Register: String]
  private var indentation = "  "

  init(_ kernel: Kernel) {
    names = kernel.registerNames
    lines.append(
      "kernel \(kernel.name): \(kernel.target.rawValue), \(kernel.threadCount) threads, "
        + (kernel.clusterSize == 1 ? "" : "clusters of \(kernel.clusterSize), ")
        + "\(kernel.registerBudget) registers, \(kernel.sharedByteCount) B shared, "
        + "\(kernel.parameterByteCount) B arguments"
        + (kernel.constants.isEmpty ? "" : ", \(kernel.constants.count) B constants"))
    append(kernel.body)
  }

  private mutating func append(_ statements: [Statement]) {
    for statement in statements {
      switch statement {
      case .instruction(let instruction): append(instruction.text(naming: name))
      case .conditional(let conditional):
        append("if \(text(of: conditional.condition)) {")
        indented { $0.append(conditional.then) }
        if !conditional.otherwise.isEmpty {
          append("} else {")
          indented { $0.append(conditional.otherwise) }
        }
        append("}")
      case .loop(let loop):
        append("loop {")
        indented { $0.append(loop.body) }
        append(loop.condition.map { "} while \(text(of: $0))" } ?? "}")
      case .leave(let condition, _): append("leave if \(text(of: condition))")
      case .comment(let text): append("// \(text)")
      }
    }
  }

  private mutating func append(_ line: String) { lines.append(indentation + line) }

  private mutating func indented(_ body: (inout KernelText) -> Void) {
    indentation += "  "
    body(&self)
    indentation.removeLast(2)
  }

  private func text(of condition: Condition) -> String {
    (condition.isUniform ? "uniform " : "") + (condition.guard.isNegated ? "!" : "")
      + name(condition.guard.register)
  }

  private func name(_ register: Register) -> String {
    names[register].map { "%\($0)" } ?? register.description
  }
}

extension Kernel: CustomStringConvertible {
  package var description: String {
    KernelText(self).lines.map { $0 + "\n" }.joined()
  }
}
