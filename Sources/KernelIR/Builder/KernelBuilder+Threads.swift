extension KernelBuilder {
  // MARK: Where a thread is

  /// The thread's number in its block.
  package var threadIndex: Value<U32> { once(.special(.threadX)) }
  /// 0…31
  package var laneIndex: Value<U32> { once(.special(.lane)) }
  /// The block's place in the grid.
  package var blockIndex: (x: Value<U32>, y: Value<U32>, z: Value<U32>) {
    (once(.special(.blockX)), once(.special(.blockY)), once(.special(.blockZ)))
  }
  /// The number of blocks of the grid along x.
  package var blockCount: Value<U32> { once(.special(.blockCountX)) }
  /// The warp's number in its block, known to be the same in all lanes.
  package var warpIndex: Value<U32> {
    let index: Value<U32> = once(.binary(.shiftRight, .u32), [threadIndex.operand, .immediate(5)])
    return once(
      .shuffle(.index, .u32), [index.operand, .immediate(0), .immediate(0x1f)])
  }

  // MARK: Within a warp

  /// The value of the lane whose number differs in the bits of `mask`.
  package func exchange<T: KernelNumber>(_ value: Value<T>, mask: Int) -> Value<T> {
    shuffle(.exclusiveOr, value, Value(bits: UInt64(mask)), clamp: 0x1f)
  }

  /// The value of lane `lane`.
  package func broadcast<T: KernelNumber>(_ value: Value<T>, from lane: Value<U32>) -> Value<T> {
    shuffle(.index, value, lane, clamp: 0x1f)
  }

  /// The value of the lane `distance` below or above; a lane's own where there is none.
  package func shift<T: KernelNumber>(
    _ value: Value<T>, up: Bool, by distance: Value<U32>
  ) -> Value<T> {
    shuffle(up ? .up : .down, value, distance, clamp: up ? 0 : 0x1f)
  }

  private func shuffle<T: KernelNumber>(
    _ mode: ShuffleMode, _ value: Value<T>, _ lane: Value<U32>, clamp: UInt64
  ) -> Value<T> {
    // Moved as bits: the type says only which registers it needs.
    result(
      of: .shuffle(mode, T.type == .f32 ? .f32 : .u32),
      [value.operand, lane.operand, .immediate(clamp)])
  }

  /// `combine` over all lanes, in each of them: a butterfly of five exchanges.
  package func reduceWarp<T: KernelNumber>(
    _ value: Value<T>, _ combine: (Value<T>, Value<T>) -> Value<T>
  ) -> Value<T> {
    [16, 8, 4, 2, 1].reduce(value) { combine($0, exchange($0, mask: $1)) }
  }

  package func any(_ condition: Value<Predicate>) -> Value<Predicate> {
    result(of: .vote(.any), [condition.operand])
  }

  package func all(_ condition: Value<Predicate>) -> Value<Predicate> {
    result(of: .vote(.all), [condition.operand])
  }

  /// A bit for each lane.
  package func ballot(_ condition: Value<Predicate>) -> Value<U32> {
    result(of: .ballot, [condition.operand])
  }

  /// Holds in one lane of the warp.
  package func electOne() -> Value<Predicate> { result(of: .electOne, []) }

  // MARK: Barriers

  /// Waits for all threads of the block, and orders what they did in memory.
  package func barrier(file: String = #fileID, line: Int = #line) {
    at(file, line)
    emit(.barrier(id: 0, threadCount: nil))
  }

  /// Waits at barrier `id` (1…15) for `threadCount` threads, those that only arrive included.
  package func barrier(
    _ id: Int, threadCount: Int, file: String = #fileID, line: Int = #line
  ) {
    at(file, line)
    emit(.barrier(id: id, threadCount: threadCount))
  }

  /// Arrives at barrier `id` without waiting.
  package func arrive(
    at id: Int, threadCount: Int, file: String = #fileID, line: Int = #line
  ) {
    at(file, line)
    emit(.barrierArrive(id: id, threadCount: threadCount))
  }

  package func warpBarrier(file: String = #fileID, line: Int = #line) {
    at(file, line)
    emit(.warpBarrier)
  }

  package func fence(_ scope: FenceScope) { emit(.fence(scope)) }

  /// Makes stores to shared memory visible to `wgmma` and bulk copies.
  package func fenceAsyncProxy() { emit(.fenceAsyncProxy) }

  /// Makes a tensor map that the host wrote visible to the bulk copies that the thread starts, and
  /// to those of the block's threads that a barrier orders behind (sm_90). Each block needs it
  /// before it uses the map.
  package func fence(tensorMap map: GlobalPointer<U64>, file: String = #fileID, line: Int = #line) {
    at(file, line)
    emit(.fenceTensorMap, sources: [map.withoutOffset.operand])
  }

  package func setMaxRegisters(_ count: Int, increases: Bool) {
    emit(.setMaxRegisters(count, increases: increases))
  }

  /// The multiprocessor's clock, for measurements.
  package func clock() -> Value<U64> { result(of: .special(.clock64), []) }
}
