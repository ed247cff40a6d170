package import Tensors

/// A point in the work of a stream, destroyed with the value. `Sendable`, as it has one owner.
package struct Event: ~Copyable, @unchecked Sendable {
  let handle: OpaquePointer
  private let context: Context

  package init(in context: Context) throws(HewnError) {
    handle = try context.handle(from: context.functions.eventCreate) { $0($1, eventDefault) }
    self.context = context
  }

  deinit { context.release { context.functions.eventDestroy.call(handle) } }

  /// Waits until the stream has come to this point. It returns at once when nothing was recorded.
  package func synchronize() throws(HewnError) {
    try context.check(context.functions.eventSynchronize) { $0(handle) }
  }

  /// The seconds between two points that streams have passed, to about half a microsecond.
  ///
  /// - Throws: `device` when one of them was not recorded or not yet passed.
  package func seconds(since start: borrowing Event) throws(HewnError) -> Double {
    var milliseconds: Float = 0
    let begin = start.handle
    try context.check(context.functions.eventElapsedTime) { $0(&milliseconds, begin, handle) }
    return Double(milliseconds) / 1000
  }
}
