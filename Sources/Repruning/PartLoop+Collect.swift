/// Collects what `body` returns for each part, by part.
///
/// - Throws: the error of the first part that failed, whichever failed first.
package func collect<Value, Failure: Error>(
  _ partCount: Int, _ parts: PartLoop, _ body: @escaping (_ part: Int) throws(Failure) -> Value
) throws(Failure) -> [Value] {
  var results = [Result<Value, Failure>?](repeating: nil, count: partCount)
  results.withUnsafeMutableBufferPointer { buffer in
    guard let results = buffer.baseAddress else { return }
    parts(partCount) { part in
      do throws(Failure) {
        results[part] = .success(try body(part))
      } catch {
        results[part] = .failure(error)
      }
    }
  }
  var values: [Value] = []
  values.reserveCapacity(partCount)
  for result in results {
    guard let result else { preconditionFailure("a part that was not called") }
    values.append(try result.get())
  }
  return values
}
