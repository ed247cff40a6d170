internal import Dispatch
internal import Repruning
internal import Synchronization

/// Runs parts on some threads, the calling one among them.
func runOnThreads(_ threadCount: Int) -> PartLoop {
  guard threadCount > 1 else { return runInOrder }
  return { partCount, body in
    let next = Atomic(0)
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: min(threadCount, partCount)) { _ in
        while true {
          let part = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard part < partCount else { return }
          body(part)
        }
      }
    }
  }
}
