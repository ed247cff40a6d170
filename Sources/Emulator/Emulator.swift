internal import KernelIR
internal import Tensors
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs kernels.
package enum Emulator {
  /// Shared memory that a block may have: what addresses of matrix descriptors can say.
  package static let sharedByteLimit = (1 << 18) - Decoder.sharedBase

  /// Runs all blocks of a launch, and returns when they are through.
  ///
  /// Blocks, or clusters of them, are taken by the threads in order, as `z`, `y`, `x` count up. What
  /// they report does not depend on the number of threads: the fault is that of the first block or
  /// cluster that has one. Only the order of atomic operations of different ones does. The blocks of a
  /// cluster run in turn.
  ///
  /// - Throws: ``EmulatorFault`` where the kernel does wrong, `HewnError` where it cannot be
  ///   started.
  package static func run(
    _ program: EmulatedProgram, _ launch: Launch, memory: GlobalMemory,
    options: EmulatorOptions = EmulatorOptions()
  ) throws -> LaunchReport {
    try check(launch, program.program)
    let (grid, limit) = (launch.grid, Int(Int32.max))
    guard grid.x > 0, grid.y > 0, grid.z > 0, grid.x <= limit, grid.y <= 65535, grid.z <= 65535
    else {
      throw HewnError(
        .invalidArgument, "kernel \(program.program.name): a grid of \(grid.x)×\(grid.y)×\(grid.z)")
    }
    let clusterSize = program.program.clusterSize
    guard grid.x.isMultiple(of: clusterSize) else {
      throw HewnError(
        .invalidArgument,
        "kernel \(program.program.name): \(grid.x) blocks are not whole clusters of \(clusterSize)")
    }
    let clusterCount = grid.x / clusterSize * grid.y * grid.z
    let threadCount = max(1, min(options.threadCount, clusterCount))
    let allocations = UnsafeMutableBufferPointer<Allocation>.allocate(
      capacity: memory.allocations.count)
    _ = allocations.initialize(from: memory.allocations)
    defer { allocations.deallocate() }
    var clusters: [Cluster] = []
    for _ in 0..<threadCount {
      let cluster = Cluster(size: clusterSize) { rank in
        Machine(
          program, launch, allocations: UnsafeBufferPointer(allocations),
          tracksGlobal: memory.tracksInitialization, rank: rank, options: options)
      }
      guard let cluster else {
        throw HewnError(.outOfMemory, "no memory for a block of kernel \(program.program.name)")
      }
      clusters.append(cluster)
    }
    let queue = ClusterQueue(count: clusterCount, columnCount: grid.x / clusterSize, grid.y)
    WorkerThreads.run(clusters) { cluster in queue.work(cluster) }
    if let fault = queue.firstFault { throw fault }
    return report(clusters.flatMap(\.machines), program)
  }

  private static func check(_ launch: Launch, _ program: Program) throws(HewnError) {
    guard launch.arguments.count == program.parameterByteCount else {
      throw HewnError(
        .invalidArgument,
        "kernel \(program.name) has \(program.parameterByteCount) bytes of parameters, not "
          + "\(launch.arguments.count)")
    }
    guard (0...sharedByteLimit).contains(launch.sharedByteCount) else {
      throw HewnError(
        .invalidArgument,
        "kernel \(program.name): \(launch.sharedByteCount) bytes of shared memory; there are "
          + "\(sharedByteLimit)")
    }
  }

  private static func report(_ machines: [Machine], _ program: EmulatedProgram) -> LaunchReport {
    var counters = [LaunchReport.Counters](
      repeating: .init(), count: program.program.instructions.count)
    for pc in 0..<program.codeCount {
      let decoded = program.code[pc]
      // What stands for a part of an instruction, or for none.
      guard decoded.opcode != .join, decoded.opcode != .moreLanes, pc + 1 < program.codeCount else {
        continue
      }
      for machine in machines { counters[Int(decoded.index)] += machine.counters[pc] }
    }
    return LaunchReport(counters, of: program.program)
  }
}

/// The clusters of a launch, for threads to take.
private final class ClusterQueue: Sendable {
  private let count: Int
  /// Clusters along x, and blocks along y.
  private let columnCount: Int
  private let rowCount: Int
  private let next = Atomic(0)
  /// The first cluster known to have a fault; `count` without one.
  private let faulty: Atomic<Int>
  private let faults = Mutex<[Int: EmulatorFault]>([:])

  init(count: Int, columnCount: Int, _ rowCount: Int) {
    self.count = count
    self.columnCount = columnCount
    self.rowCount = rowCount
    faulty = Atomic(count)
  }

  /// Runs clusters until there are none, or none that come before one with a fault.
  func work(_ cluster: Cluster) {
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count, index < faulty.load(ordering: .relaxed) else { return }
      do throws(EmulatorFault) {
        try cluster.run(
          x: index % columnCount * cluster.machines.count, y: index / columnCount % rowCount,
          z: index / (columnCount * rowCount))
      } catch {
        faults.withLock { $0[index] = error }
        faulty.min(index, ordering: .relaxed)
        return
      }
    }
  }

  var firstFault: EmulatorFault? {
    faults.withLock { faults in faults.keys.min().flatMap { faults[$0] } }
  }
}
