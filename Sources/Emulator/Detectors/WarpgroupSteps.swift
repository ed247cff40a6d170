/// What the warps of each warpgroup have executed of the instructions that they must all execute,
/// in the same order and with the same descriptors.
///
/// Source: PTX ISA, `.aligned` of `wgmma` and `setmaxnreg`.
final class WarpgroupSteps {
  struct Step: Equatable {
    /// The index of the decoded code.
    var pc: Int
    /// Descriptors of A and B, zero without, and whether the product adds.
    var a: UInt64 = 0
    var b: UInt64 = 0
    var adds = false
  }

  private struct Group {
    /// Those that not all warps have executed, and some that all have.
    var steps: [Step] = []
    /// Where `steps` begins.
    var dropped = 0
    /// How many each warp has executed.
    var counts: InlineArray<4, Int> = [0, 0, 0, 0]
    /// The warp that came first to the last step.
    var leader = 0
  }

  private var groups: [Group]

  init(warpCount: Int) { groups = Array(repeating: Group(), count: (warpCount + 3) / 4) }

  func reset() {
    for group in groups.indices { groups[group] = Group() }
  }

  /// Notes a warp's next step.
  ///
  /// - Returns: the step of a warp that was here before, where it is another; `nil` where they
  ///   agree.
  func take(_ step: Step, warp: Int) -> (step: Step, warp: Int)? {
    let (group, member) = (warp / 4, warp % 4)
    let place = groups[group].counts[member] - groups[group].dropped
    groups[group].counts[member] += 1
    guard place < groups[group].steps.count else {
      groups[group].steps.append(step)
      groups[group].leader = warp
      return nil
    }
    let first = groups[group].steps[place]
    if first != step { return (first, groups[group].leader) }
    if place >= 4096 { drop(group) }
    return nil
  }

  private func drop(_ group: Int) {
    let counts = groups[group].counts
    let done = counts.indices.reduce(Int.max) { min($0, counts[$1]) } - groups[group].dropped
    groups[group].steps.removeFirst(done)
    groups[group].dropped += done
  }

  /// A step that some warps of a group have executed and a warp that will execute no more has not.
  func missing(ofWarp warp: Int) -> (step: Step, warp: Int)? {
    let (group, place) = (warp / 4, groups[warp / 4].counts[warp % 4] - groups[warp / 4].dropped)
    return place < groups[group].steps.count
      ? (groups[group].steps[place], groups[group].leader) : nil
  }
}
