/// One instruction of a kernel.
package struct Instruction: Sendable {
  package var operation: Operation
  package var results: [Register]
  /// In the order that ``Operation`` says.
  package var sources: [Operand]
  package var `guard`: Guard?
  /// Where the builder was called, or the line of the PTX text.
  package var origin: SourceLine?

  package init(
    _ operation: Operation, results: [Register] = [], sources: [Operand] = [],
    guard: Guard? = nil, origin: SourceLine? = nil
  ) {
    self.operation = operation
    self.results = results
    self.sources = sources
    self.guard = `guard`
    self.origin = origin
  }
}

/// Equal where they do the same; origins do not count.
extension Instruction: Equatable {
  package static func == (left: Instruction, right: Instruction) -> Bool {
    left.operation == right.operation && left.results == right.results
      && left.sources == right.sources && left.guard == right.guard
  }
}

/// A line of a source file.
package struct SourceLine: Hashable, Sendable, CustomStringConvertible {
  package var file: String
  package var line: Int

  package init(file: String, line: Int) {
    self.file = file
    self.line = line
  }

  package var description: String { "\(file):\(line)" }
}
