internal import Tensors

/// What went wrong, in words that say where and how to mend it.
///
/// Everything that a caller, a file or the machine can cause ends in this error.
public struct HewnError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure. New kinds may be added; treat unknown ones like ``internal``.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// A stable name, such as `invalid-file`.
    public let rawValue: String

    /// Makes a code of a name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A comparison or a budget was not met.
    public static let failedCheck = Code(rawValue: "failed-check")
    /// An argument, option or input tensor does not fit the model.
    public static let invalidArgument = Code(rawValue: "invalid-argument")
    /// A file is not a valid model, image or array.
    public static let invalidFile = Code(rawValue: "invalid-file")
    /// A valid model that Hewn cannot run: an operator, attribute, type or shape; a missing GPU.
    public static let unsupported = Code(rawValue: "unsupported")
    /// A file cannot be opened, read or written.
    public static let io = Code(rawValue: "io")
    /// Memory ran out, or a size is beyond the limits.
    public static let outOfMemory = Code(rawValue: "out-of-memory")
    /// A GPU or its driver failed while it worked.
    public static let device = Code(rawValue: "device")
    /// A defect of Hewn itself.
    public static let `internal` = Code(rawValue: "internal")
  }

  /// What kind of failure it is.
  public let code: Code
  /// What is wrong and how to mend it, without file and node.
  public let message: String
  /// The graph node concerned, as `Conv "conv1"`.
  public let node: String?
  /// The model file concerned, where the message does not name it.
  public let file: String?

  /// Makes an error.
  public init(_ code: Code, _ message: String, node: String? = nil, file: String? = nil) {
    self.code = code
    self.message = message
    self.node = node
    self.file = file
  }

  /// The file and the node, where they are concerned, and the message.
  public var description: String {
    [file, node, message].compactMap { $0 }.joined(separator: ": ")
  }

  /// Wraps an error of any module; one that Hewn did not foresee is ``Code/internal``.
  package init(wrapping error: any Error) {
    switch error {
    case let error as HewnError:
      self = error
    case let error as Tensors.HewnError:
      self.init(
        Code(rawValue: error.code.rawValue), error.message, node: error.node,
        file: error.file)
    default:
      self.init(.internal, String(describing: error))
    }
  }
}

/// How a process ends: the one table from error code to exit status.
public enum ExitStatus {
  /// The status of a process that did what it should.
  public static let success: Int32 = 0

  /// Every code with its status, in the order of the documentation.
  public static let table: [(code: HewnError.Code, status: Int32)] = [
    (.failedCheck, 1),
    (.invalidArgument, 2),
    (.invalidFile, 3),
    (.unsupported, 4),
    (.io, 5),
    (.outOfMemory, 6),
    (.device, 7),
    (.internal, 70),
  ]

  /// The status of a code; unknown codes count as ``HewnError/Code/internal``.
  public static func status(of code: HewnError.Code) -> Int32 {
    table.first { $0.code == code }?.status ?? 70
  }
}

/// Runs `body` and turns errors of the modules below into public ones, those of the model with its
/// file's name.
func rethrowing<Result>(of file: String, _ body: () throws -> Result) throws(HewnError) -> Result {
  try rethrowing {
    do {
      return try body()
    } catch let error as Tensors.HewnError {
      throw error.of(file: file)
    }
  }
}

/// Runs `body` and turns errors of the modules below into public ones.
func rethrowing<Result>(_ body: () throws -> Result) throws(HewnError) -> Result {
  do {
    return try body()
  } catch {
    throw HewnError(wrapping: error)
  }
}
