/// Checks what a kernel must obey to be assembled and to mean something.
///
/// The rules are a list; each is a function of the kernel alone, so that a rule is one entry here and
/// one in the tests.
package enum KernelVerifier {
  /// A broken rule.
  package struct Violation: Hashable, Sendable, CustomStringConvertible {
    package var rule: String
    package var message: String
    /// The line of kernel source.
    package var origin: SourceLine?

    package var description: String {
      (origin.map { "\($0): " } ?? "") + "\(message) [\(rule)]"
    }
  }

  package struct Rule: Sendable {
    package let name: String
    let check: @Sendable (Kernel) -> [Finding]
  }

  /// What a rule finds: a message, and the instruction concerned.
  struct Finding {
    var message: String
    var origin: SourceLine?

    init(_ message: String, _ origin: SourceLine? = nil) {
      self.message = message
      self.origin = origin
    }

    init(_ instruction: Instruction, _ message: String) {
      self.init("\(instruction.operation): \(message)", instruction.origin)
    }
  }

  package static let rules: [Rule] = [
    Rule(name: "operands", check: operands),
    Rule(name: "types", check: types),
    Rule(name: "constants", check: constants),
    Rule(name: "assigned", check: assigned),
    Rule(name: "whole-warps", check: wholeWarps),
    Rule(name: "target", check: target),
    Rule(name: "launch", check: launch),
    Rule(name: "windows", check: windows),
    Rule(name: "barriers", check: barriers),
    Rule(name: "warpgroups", check: warpgroups),
    Rule(name: "tensor-maps", check: tensorMaps),
    Rule(name: "clusters", check: clusters),
    Rule(name: "loops", check: loops),
    Rule(name: "polling", check: polling),
    Rule(name: "names", check: names),
  ]

  /// All rules that a kernel breaks; operands first, as the others rely on them.
  package static func violations(of kernel: Kernel) -> [Violation] {
    var violations: [Violation] = []
    for rule in rules {
      violations += rule.check(kernel).map {
        Violation(rule: rule.name, message: $0.message, origin: $0.origin)
      }
      if rule.name == "operands", !violations.isEmpty { break }
    }
    return violations
  }
}
