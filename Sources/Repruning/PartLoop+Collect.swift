internal import Tensors

/// Collects what `body` returns for each part, by part.
///
/// - Throws: the error of the first part that failed, whichever failed first.
func collect<Value>(
  _ partCount: Int, _ parts: PartLoop, _ body: @escaping (_ part: Int) throws(HewnError) -> Value
) throws(HewnError) -> [Value] {
  var results = [Result<Value, HewnError>?](repeating: nil, count: partCount)
  results.withUnsafeMutableBufferPointer { buffer in
    guard let results = buffer.baseAddress else { return }
    parts(partCount) { part in
      do throws(HewnError) {
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
