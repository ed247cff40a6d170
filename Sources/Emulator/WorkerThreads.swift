#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Threads that live as long as a launch.
enum WorkerThreads {
  private final class Job {
    let machine: Machine
    let body: (Machine) -> Void

    init(_ machine: Machine, _ body: @escaping (Machine) -> Void) {
      self.machine = machine
      self.body = body
    }
  }

  /// Calls `body` with each machine, all but the first in threads of their own, and waits for all.
  /// Where the system refuses a thread, the machine stays idle.
  static func run(_ machines: [Machine], _ body: @escaping (Machine) -> Void) {
    let threads = machines.dropFirst().compactMap { start(Job($0, body)) }
    if let first = machines.first { body(first) }
    for thread in threads { pthread_join(thread, nil) }
  }

  private static func start(_ job: Job) -> pthread_t? {
    let context = Unmanaged.passRetained(job)
    #if canImport(Darwin)
      var thread: pthread_t?
      let status = pthread_create(
        &thread, nil,
        { raw in
          let job = Unmanaged<Job>.fromOpaque(raw).takeRetainedValue()
          job.body(job.machine)
          return nil
        }, context.toOpaque())
    #else
      var thread = pthread_t()
      let status = pthread_create(
        &thread, nil,
        { raw in
          guard let raw else { return nil }
          let job = Unmanaged<Job>.fromOpaque(raw).takeRetainedValue()
          job.body(job.machine)
          return nil
        }, context.toOpaque())
    #endif
    guard status == 0 else {
      context.release()
      return nil
    }
    return thread
  }
}
