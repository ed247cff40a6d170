/// Calls `body` once with each part in 0..<partCount, on any threads and in any order, and returns
/// when all have returned.
///
/// What this module computes is the same, bit for bit, for every loop: each number is summed by one
/// part, in a fixed order.
package typealias PartLoop = (_ partCount: Int, _ body: @escaping (_ part: Int) -> Void) -> Void

/// Runs all parts on the calling thread.
package func runInOrder(_ partCount: Int, _ body: @escaping (Int) -> Void) {
  for part in 0..<partCount { body(part) }
}
