import KernelIR
import Tensors

/// Random numbers from −1 to 1, repeated as often as a tensor needs. Their count is prime, so that no two rows
/// of a tensor are equal.
struct RandomPool {
  static let count = 1_048_583

  private let floats: [Float]
  private let halves: [UInt16]

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let halves = (0..<Self.count).map { _ in Half.bits(of: random.uniform()) }
    self.halves = halves
    // The same numbers in both types.
    floats = halves.map(Half.value)
  }

  /// Element `index` of the tensor that begins at `start` of the pool.
  func value(_ index: Int, from start: Int) -> Float { floats[(start + index) % Self.count] }

  func floats(_ count: Int, from start: Int) -> [Float] { repeated(floats, count, start) }
  func halves(_ count: Int, from start: Int) -> [UInt16] { repeated(halves, count, start) }

  private func repeated<Element>(_ pool: [Element], _ count: Int, _ start: Int) -> [Element] {
    var elements: [Element] = []
    elements.reserveCapacity(count)
    var place = start % Self.count
    while elements.count < count {
      let end = min(Self.count, place + count - elements.count)
      elements += pool[place..<end]
      place = 0
    }
    return elements
  }
}
