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
    let cluster: Cluster
    let body: (Cluster) -> Void

    init(_ cluster: Cluster, _ body: @escaping (Cluster) -> Void) {
      self.cluster = cluster
      self.body = body
    }
  }

  /// Calls `body` with each cluster, all but the first in threads of their own, and waits for all.
  /// Where the system refuses a thread, the cluster stays idle.
  static func run(_ clusters: [Cluster], _ body: @escaping (Cluster) -> Void) {
    let threads = clusters.dropFirst().compactMap { start(Job($0, body)) }
    if let first = clusters.first { body(first) }
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
          job.body(job.cluster)
          return nil
        }, context.toOpaque())
    #else
      var thread = pthread_t()
      let status = pthread_create(
        &thread, nil,
        { raw in
          guard let raw else { return nil }
          let job = Unmanaged<Job>.fromOpaque(raw).takeRetainedValue()
          job.body(job.cluster)
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
