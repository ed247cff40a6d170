/// Blocks that run together, in turn by one thread of the system; one block where the kernel has no clusters.
final class Cluster {
  let machines: [Machine]
  private let arena = Arena()
  /// Phases of the cluster's barrier that are over.
  private var phase = 0
  /// What the arrivals of the current phase have done, and what happened before the end of the last one.
  private let arrivals: UnsafeMutablePointer<UInt32>
  private let completion: UnsafeMutablePointer<UInt32>
  private let clockLength: Int

  /// Rounds without progress, in which all warps that can run test a barrier in vain, after which
  /// they never will.
  private static let idleRoundLimit = 1000

  /// Nil where the system has no memory.
  init?(size: Int, _ make: (_ rank: Int) -> Machine?) {
    let machines = (0..<size).compactMap(make)
    self.machines = machines
    clockLength = machines.first?.clocks.length ?? 0
    arrivals = arena.allocate(UInt32.self, count: clockLength)
    completion = arena.allocate(UInt32.self, count: clockLength)
    guard machines.count == size, !arena.isExhausted else { return nil }
    for machine in machines { machine.cluster = self }
  }

  /// Runs the cluster whose first block is given.
  func run(x: Int, y: Int, z: Int) throws(EmulatorFault) {
    for machine in machines { machine.reset(x: x + machine.rank, y: y, z: z) }
    phase = 0
    arrivals.update(repeating: 0, count: clockLength)
    var idleRounds = 0
    while machines.contains(where: { $0.block.pointee.liveCount > 0 }) {
      let completions = completionCount
      var progress = Machine.Progress.none
      for machine in machines where machine.block.pointee.liveCount > 0 {
        switch try machine.runWarps() {
        case .none: break
        case .polling: if progress == .none { progress = .polling }
        case .some: progress = .some
        }
      }
      idleRounds = progress == .polling && completions == completionCount ? idleRounds + 1 : 0
      if progress == .none || idleRounds > Self.idleRoundLimit { try failIfAlive() }
    }
  }

  /// Completed phases of all barriers in shared memory.
  private var completionCount: Int { machines.reduce(0) { $0 + $1.block.pointee.completions } }

  private func failIfAlive() throws(EmulatorFault) {
    let waiting = machines.filter { $0.block.pointee.liveCount > 0 }
    guard let first = waiting.first else { return }
    let places = machines.map { machine in
      machines.count == 1
        ? machine.waitingPlaces : "block \(machine.rank) of the cluster: \(machine.waitingPlaces)"
    }
    throw first.deadlock(places.joined(separator: "; "))
  }

  // MARK: The barrier

  /// Counts a warp's arrival.
  func arrive(_ warp: WarpPointer, of machine: Machine) {
    warp.pointee.clusterPhase = phase
    if machine.findsRaces { machine.races.release(warp, to: arrivals) }
    completePhase()
  }

  /// Whether the phase at which a warp has arrived is over, so that it goes on.
  func isOver(_ arrival: Int, for warp: WarpPointer, of machine: Machine) -> Bool {
    guard arrival < phase else { return false }
    goOn(warp, machine)
    return true
  }

  private func goOn(_ warp: WarpPointer, _ machine: Machine) {
    warp.pointee.clusterPhase = nil
    if machine.findsRaces { machine.races.join(warp.pointee.clock, completion) }
  }

  /// Ends the phase where all warps that have not returned have arrived.
  private func completePhase() {
    for machine in machines {
      for index in 0..<machine.warpCount {
        let warp = machine.warps[index]
        guard warp.state == .finished || warp.clusterPhase == phase else { return }
      }
    }
    phase += 1
    completion.update(from: arrivals, count: clockLength)
    arrivals.update(repeating: 0, count: clockLength)
    for machine in machines {
      for index in 0..<machine.warpCount {
        let warp = machine.warps + index
        guard warp.pointee.state == .waitingForCluster else { continue }
        warp.pointee.state = .ready
        goOn(warp, machine)
      }
    }
  }

  // MARK: Ends

  /// Notes that a warp has returned, and checks that its block does not return before others'
  /// accesses to its memory are over, where it is the last.
  func hasReturned(_ warp: WarpPointer, of machine: Machine) throws(EmulatorFault) {
    guard machines.count > 1 else { return }
    if machine.block.pointee.liveCount == 0, machine.findsRaces {
      try machine.checkRemoteAccesses(warp)
    }
    completePhase()
  }
}
