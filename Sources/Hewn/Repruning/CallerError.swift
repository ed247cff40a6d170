/// What a closure of the caller threw, which goes back to the caller as it is.
struct CallerError: Error {
  let error: any Error
}

/// Runs a closure of the caller.
///
/// - Throws: ``CallerError``.
func passingOn<Result>(_ body: () throws -> Result) throws(CallerError) -> Result {
  do {
    return try body()
  } catch {
    throw CallerError(error: error)
  }
}

/// Runs `body` as ``rethrowing(of:_:)`` does, but for what closures of the caller throw.
func rethrowingWithCallbacks<Result>(
  of file: String, _ body: () throws -> Result
) throws -> Result {
  let result = try rethrowing(of: file) { () -> Swift.Result<Result, any Error> in
    do {
      return .success(try body())
    } catch let error as CallerError {
      return .failure(error.error)
    }
  }
  return try result.get()
}
