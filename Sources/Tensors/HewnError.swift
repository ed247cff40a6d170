/// What went wrong, in words that say where and how to mend it.
///
/// Everything that a user can cause (a file, a tensor, an operator, memory) ends in this error;
/// traps are for bugs of our own.
package struct HewnError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure; exit statuses and, later, C and HTTP statuses follow from it.
  package struct Code: RawRepresentable, Hashable, Sendable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// A file is not a valid model, image or array.
    package static let invalidFile = Code(rawValue: "invalid-file")
    /// A valid model that Hewn cannot run: an operator, attribute, type or shape.
    package static let unsupported = Code(rawValue: "unsupported")
    /// An argument, option or input tensor does not fit the model.
    package static let invalidArgument = Code(rawValue: "invalid-argument")
    /// A file cannot be opened, read or written.
    package static let io = Code(rawValue: "io")
    /// Memory ran out, or a size is beyond the limits.
    package static let outOfMemory = Code(rawValue: "out-of-memory")
    /// A GPU or its driver failed while it worked.
    package static let device = Code(rawValue: "device")
    /// A comparison or a budget was not met.
    package static let failedCheck = Code(rawValue: "failed-check")
    /// A defect of Hewn itself, found by one of its verifiers.
    package static let `internal` = Code(rawValue: "internal")
  }

  package var code: Code
  package var message: String
  /// The graph node concerned, as `Conv "conv1"`.
  package var node: String?
  /// The model file concerned, where the message does not name it.
  package var file: String?

  package init(_ code: Code, _ message: String, node: String? = nil) {
    self.code = code
    self.message = message
    self.node = node
  }

  package var description: String {
    [file, node, message].compactMap { $0 }.joined(separator: ": ")
  }

  /// The same error of a model file.
  ///
  /// Errors of reading and writing name their own file, and those of memory and arguments are none
  /// of a file's.
  package func of(file: String) -> HewnError {
    guard self.file == nil, [.invalidFile, .unsupported, .internal].contains(code) else {
      return self
    }
    var error = self
    error.file = file
    return error
  }

  /// The same error, naming `node` unless a node is named already.
  package func at(node: String) -> HewnError {
    guard self.node == nil else { return self }
    var error = self
    error.node = node
    return error
  }
}
