import Runtime
import Tensors
import Testing

@Suite struct MemoryPlanTests {
  @Test func nothing() throws {
    let plan = try MemoryPlan([])
    #expect(plan.floatCount == 0 && plan.offsets.isEmpty)
  }

  /// Requests that live at the same time do not share a float; the total is at most the sum, and
  /// at least what the fullest step holds.
  @Test(arguments: 0..<50 as Range<UInt64>)
  func random(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }
    let requests = (0..<below(60)).map { _ in
      let first = below(20) - 1
      return MemoryPlan.Request(
        floatCount: below(4) == 0 ? 0 : below(1000), firstStep: first,
        lastStep: first + below(8))
    }
    let plan = try MemoryPlan(requests)
    let sizes = requests.map { $0.floatCount.roundedUp(to: MemoryPlan.alignment) }
    for (index, request) in requests.enumerated() {
      #expect(plan.offsets[index] % MemoryPlan.alignment == 0, "seed \(seed), request \(index)")
      #expect(plan.offsets[index] >= 0, "seed \(seed), request \(index)")
      #expect(
        plan.offsets[index] + request.floatCount <= plan.floatCount,
        "seed \(seed), request \(index) ends beyond \(plan.floatCount)")
      for other in 0..<index
      where Self.meet(request, requests[other]) && sizes[index] > 0 && sizes[other] > 0 {
        let (a, b) = (plan.offsets[index], plan.offsets[other])
        #expect(
          a + sizes[index] <= b || b + sizes[other] <= a,
          "seed \(seed): request \(index) at \(a) and \(other) at \(b) overlap")
      }
    }
    #expect(plan.floatCount <= sizes.reduce(0, +), "seed \(seed)")
    for step in -1..<30 {
      let live = requests.indices.filter {
        requests[$0].firstStep <= step && step <= requests[$0].lastStep
      }
      #expect(plan.floatCount >= live.reduce(0) { $0 + sizes[$1] }, "seed \(seed), step \(step)")
    }
  }

  @Test func chainTakesTwoLargestNeighbours() throws {
    let plan = try MemoryPlan(
      (0..<10).map { MemoryPlan.Request(floatCount: 160, firstStep: $0, lastStep: $0 + 1) })
    #expect(plan.floatCount == 320)
  }

  @Test func longChain() throws {
    let plan = try MemoryPlan(
      (0..<20_000).map { MemoryPlan.Request(floatCount: 160, firstStep: $0, lastStep: $0 + 1) })
    #expect(plan.floatCount == 320)
  }

  @Test func tooMuch() {
    for (count, size) in [(3, 1 << 43), (1, .max), (1 << 12, 1 << 41)] {
      let requests = [MemoryPlan.Request](
        repeating: MemoryPlan.Request(floatCount: size, firstStep: 0, lastStep: 1), count: count)
      let error = #expect(throws: HewnError.self, "\(count) × \(size)") {
        try MemoryPlan(requests)
      }
      #expect(error?.code == .outOfMemory, "\(count) × \(size)")
    }
  }

  private static func meet(_ a: MemoryPlan.Request, _ b: MemoryPlan.Request) -> Bool {
    a.firstStep <= b.lastStep && b.firstStep <= a.lastStep
  }
}
