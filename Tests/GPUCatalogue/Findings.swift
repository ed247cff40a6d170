import Tensors

/// What checks found wrong: outside of a test runner too, as on a GPU machine that has only a carried
/// binary.
package struct Findings {
  package private(set) var failures: [String] = []

  package init() {}

  package mutating func expect(
    _ holds: Bool, _ message: @autoclosure () -> String = "", file: String = #fileID,
    line: Int = #line
  ) {
    if !holds { fail(message(), file: file, line: line) }
  }

  /// The error that `body` throws, of which there must be one.
  @discardableResult package mutating func expectError(
    _ message: String = "", file: String = #fileID, line: Int = #line, _ body: () throws -> Void
  ) -> (any Error)? {
    do {
      try body()
      fail("no error: \(message)", file: file, line: line)
      return nil
    } catch {
      return error
    }
  }

  package mutating func fail(_ message: String, file: String = #fileID, line: Int = #line) {
    failures.append("\(file):\(line): \(message.isEmpty ? "the expectation failed" : message)")
  }
}
