/// Changes plan files so that their lengths and checksums stay right.
public struct PlanMutator {
  private var random: Random
  private let capacity: Int

  /// - Parameter capacity: the greatest size of a file.
  public init(seed: UInt32, capacity: Int) {
    random = Random(seed: seed)
    self.capacity = capacity
  }

  /// A file with a few changes.
  public mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    guard !random.once(in: 32), var parts = PlanParts(bytes) else {
      return bytes.mutated(capacity: capacity)
    }
    for _ in 0...random.below(3) {
      switch random.below(8) {
      case 0: parts.header.mutate(&random)
      case 1...2: parts.data.changeNumber(&random)
      default: parts.plan.mutate(&random)
      }
    }
    let result = parts.bytes()
    return result.count <= capacity ? result : bytes
  }
}
