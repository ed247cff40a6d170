internal import FuzzTargets
internal import Mutation

/// What libFuzzer calls with every input.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  _ = FuzzTarget.plan.answer(to: Array(UnsafeBufferPointer(start: data, count: size)))
  return 0
}

/// What libFuzzer makes new inputs with.
@c(LLVMFuzzerCustomMutator)
public func mutate(
  _ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ capacity: Int, _ seed: CUnsignedInt
) -> Int {
  replaceInput(data, size, capacity: capacity) {
    var mutator = PlanMutator(seed: seed, capacity: capacity)
    return mutator.mutated($0)
  }
}
