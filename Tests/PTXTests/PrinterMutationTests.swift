import GPUCatalogue
import KernelIR
import PTX
import Testing

/// Errors that a printer could make, made in its text: reading finds each of them.
@Suite struct PrinterMutationTests {
  /// What is changed in a line, where it can be; `nil` where the line has nothing of the kind.
  typealias Mutation = (name: String, change: @Sendable (String) -> String?)

  static let mutations: [Mutation] = [
    ("two operands swapped", { swapped($0, first: 1) }),
    ("result and operand swapped", { swapped($0, first: 0) }),
    ("another offset", { replaced($0, "\\+(\\d+)\\]") { "+\($0 + 8)]" } }),
    ("another register", { replaced($0, "%r(\\d+)(?=[;,}\\]])") { "%r\($0 + 1)" } }),
    ("another constant", { replaced($0, ", (\\d+)(?=[;,])") { ", \($0 + 1)" } }),
    ("the guard inverted", { $0.contains("@!") ? $0.replacing("@!", with: "@") : nil }),
    ("the rounding lost", { $0.contains(".rn") ? $0.replacing(".rn", with: "") : nil }),
    (
      "signs forgotten",
      { line in
        // Sums, the low half of products and selections are the same bits.
        let matters = ["shr", "min", "max", "div", "rem", "hi", "wide", "lt", "gt", "cvt"]
        return line.contains(".s32") && matters.contains(where: line.contains)
          ? line.replacing(".s32", with: ".u32") : nil
      }
    ),
    ("less or equal", { $0.contains(".lt") ? $0.replacing(".lt", with: ".le") : nil }),
    (
      "not transposed", { $0.contains(".trans") ? $0.replacing(".trans", with: "") : nil }
    ),
    ("a line lost", { $0.hasPrefix("  ") && $0.contains("%") ? "" : nil }),
    ("another label", { replaced($0, "\\$L(\\d+);") { "$L\($0 + 1);" } }),
  ]

  @Test(arguments: mutations.indices)
  func `a mutated text is refused, or reads as another program`(index: Int) throws {
    let mutation = Self.mutations[index]
    var changedCount = 0
    let kernels = try [SampleKernels.sum()] + InstructionCase.all().map(\.kernel)
    for kernel in kernels {
      let text = PTXPrinter.text(of: kernel, for: kernel.target)
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      let body = try #require(lines.firstIndex(of: "{"))
      for place in lines.indices.dropFirst(body) where !lines[place].contains(".reg") {
        let line = lines[place]
        guard let changed = mutation.change(line), changed != line else { continue }
        lines[place] = changed
        defer { lines[place] = line }
        changedCount += 1
        guard let module = try? PTXReader.read(lines.joined(separator: "\n")) else { continue }
        if module.programs.first?.difference(from: kernel.program) == nil {
          Issue.record("\(mutation.name) is not found in \(kernel.name): \(changed)")
        }
      }
    }
    #expect(changedCount > 0)
  }

  /// The line with an operand and the next one exchanged, where both are registers that differ.
  private static func swapped(_ line: String, first: Int) -> String? {
    guard let match = line.firstMatch(of: /^(\s+\S+ )([^;]*);/) else { return nil }
    var operands = match.2.split(separator: ", ").map(String.init)
    guard operands.count > first + 1, operands[first].hasPrefix("%"),
      operands[first + 1].hasPrefix("%"), operands[first] != operands[first + 1]
    else { return nil }
    operands.swapAt(first, first + 1)
    return match.1 + operands.joined(separator: ", ") + ";"
  }

  /// The line with the number of a pattern's first match replaced.
  private static func replaced(
    _ line: String, _ pattern: String, _ replacement: (Int) -> String
  ) -> String? {
    guard let expression = try? Regex(pattern), let match = line.firstMatch(of: expression),
      let number = match.output[1].substring.flatMap({ Int($0) })
    else { return nil }
    return line.replacingCharacters(in: match.range, with: replacement(number))
  }
}

extension String {
  fileprivate func replacingCharacters(
    in range: Range<String.Index>, with replacement: String
  ) -> String {
    self[..<range.lowerBound] + replacement + self[range.upperBound...]
  }
}
