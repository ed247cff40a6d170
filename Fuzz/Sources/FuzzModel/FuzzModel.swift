internal import FuzzTargets
internal import Mutation

/// What libFuzzer calls with every input.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  // One in four is run: which one must depend on the input alone.
  _ = FuzzTarget.model.answer(to: bytes, isRun: size.isMultiple(of: 4))
  return 0
}

/// What libFuzzer makes new inputs with.
@c(LLVMFuzzerCustomMutator)
public func mutate(
  _ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ capacity: Int, _ seed: CUnsignedInt
) -> Int {
  replaceInput(data, size, capacity: capacity) {
    var mutator = ModelMutator(seed: seed, capacity: capacity)
    return mutator.mutated($0)
  }
}

/// What libFuzzer makes an input of two others with.
@c(LLVMFuzzerCustomCrossOver)
public func cross(
  _ first: UnsafePointer<UInt8>, _ firstSize: Int, _ second: UnsafePointer<UInt8>,
  _ secondSize: Int, _ output: UnsafeMutablePointer<UInt8>, _ capacity: Int, _ seed: CUnsignedInt
) -> Int {
  replaceInput(output, 0, capacity: capacity) { _ in
    var mutator = ModelMutator(seed: seed, capacity: capacity)
    return mutator.mutated(
      Array(UnsafeBufferPointer(start: first, count: firstSize)),
      with: Array(UnsafeBufferPointer(start: second, count: secondSize)))
  }
}
