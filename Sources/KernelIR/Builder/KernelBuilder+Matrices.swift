extension Pointer where Memory == Shared {
  /// Loads `count` (1, 2, 4) matrices of 8 × 8 16-bit values. Lane l gives the address of row l mod 8
  /// of matrix ⌊l / 8⌋, 16 bytes that are aligned; each lane gets values 2 · (l mod 4) and the next of row
  /// ⌊l / 4⌋ of each matrix, or of its transpose.
  package func loadMatrices(
    _ count: Int, transposed: Bool = false, file: String = #fileID, line: Int = #line
  ) -> [Value<U32>] {
    builder.at(file, line)
    let registers = (0..<count).map { _ in builder.newRegister(.u32) }
    builder.emit(
      .loadMatrix(count: count, transposed: transposed), results: registers, sources: [operand])
    return registers.map { Value(.register($0), builder) }
  }

  /// The same into variables, one for each matrix: what a loop loads a turn ahead.
  package func loadMatrices(
    into variables: [Variable<U32>], transposed: Bool = false, file: String = #fileID,
    line: Int = #line
  ) {
    builder.at(file, line)
    builder.emit(
      .loadMatrix(count: variables.count, transposed: transposed),
      results: variables.map(\.register), sources: [operand])
  }

  /// Stores matrices as ``loadMatrices(_:transposed:file:line:)`` loads them (sm_90).
  package func storeMatrices(
    _ values: [Value<U32>], transposed: Bool = false, file: String = #fileID, line: Int = #line
  ) {
    builder.at(file, line)
    builder.emit(
      .storeMatrix(count: values.count, transposed: transposed),
      sources: [operand] + values.map(\.operand))
  }
}

extension KernelBuilder {
  /// sums += A · B for 16 × k and k × 8 matrices, held by the 32 lanes together as
  /// ``FragmentLayout`` says.
  package func multiplyAdd(
    _ sums: [Variable<F32>], _ a: [Value<U32>], _ b: [Value<U32>], _ shape: MatrixShape,
    file: String = #fileID, line: Int = #line
  ) {
    at(file, line)
    let registers = sums.map(\.register)
    emit(
      .multiplyMatrices(shape), results: registers,
      sources: a.map(\.operand) + b.map(\.operand) + registers.map(Operand.register))
  }

  /// The same with an A of which `metadata` names the columns that are not zero: two of each four, one of two
  /// with tf32. `selector` says which lanes' metadata count.
  package func multiplyAddSparse(
    _ sums: [Variable<F32>], _ a: [Value<U32>], _ b: [Value<U32>], metadata: Value<U32>,
    selector: Int = 0, _ shape: MatrixShape, file: String = #fileID, line: Int = #line
  ) {
    at(file, line)
    let registers = sums.map(\.register)
    emit(
      .multiplySparseMatrices(shape, selector: selector), results: registers,
      sources: a.map(\.operand) + b.map(\.operand) + registers.map(Operand.register)
        + [metadata.operand])
  }

  /// Starts sums (+)= A · B of a warpgroup, with A and B described by descriptors of shared memory.
  package func multiplyWarpgroup(
    _ sums: [Variable<F32>], a: Value<U64>, b: Value<U64>, accumulating: Value<Predicate>,
    _ shape: WarpgroupShape, file: String = #fileID, line: Int = #line
  ) {
    at(file, line)
    multiplyWarpgroup(sums, [a.operand], b, accumulating, shape)
  }

  /// The same with A in four registers.
  package func multiplyWarpgroup(
    _ sums: [Variable<F32>], aRegisters: [Value<U32>], b: Value<U64>,
    accumulating: Value<Predicate>, _ shape: WarpgroupShape, file: String = #fileID,
    line: Int = #line
  ) {
    at(file, line)
    multiplyWarpgroup(sums, aRegisters.map(\.operand), b, accumulating, shape)
  }

  private func multiplyWarpgroup(
    _ sums: [Variable<F32>], _ a: [Operand], _ b: Value<U64>, _ accumulating: Value<Predicate>,
    _ shape: WarpgroupShape
  ) {
    let registers = sums.map(\.register)
    emit(
      .multiplyWarpgroup(shape), results: registers,
      sources: a + [b.operand, accumulating.operand] + registers.map(Operand.register))
  }

  /// Orders accesses to the registers of warpgroup products before the products that follow.
  package func warpgroupFence() { emit(.warpgroupFence) }
  /// Ends a group of warpgroup products.
  package func commitWarpgroup() { emit(.warpgroupCommit) }
  /// Waits until at most `pending` groups of products are unfinished.
  package func waitForWarpgroup(
    pending: Int = 0, file: String = #fileID, line: Int = #line
  ) {
    at(file, line)
    emit(.warpgroupWait(pending))
  }
}

/// A barrier in shared memory: phases, each over when so many arrivals and bytes have come.
package struct SharedBarrier {
  let pointer: SharedPointer<U64>

  package init(_ pointer: SharedPointer<U64>) { self.pointer = pointer }

  var builder: KernelBuilder { pointer.builder }
  var source: Operand { pointer.operand }

  /// Called by one thread, before a fence and a block barrier.
  package func initialize(
    arrivals: Int, file: String = #fileID, line: Int = #line
  ) {
    builder.at(file, line)
    builder.emit(.barrierInit, sources: [source, .immediate(UInt64(arrivals))])
  }

  package func arrive(file: String = #fileID, line: Int = #line) {
    builder.at(file, line)
    builder.emit(.barrierArriveShared, sources: [source])
  }

  /// Arrives, and makes the phase wait for so many bytes of bulk copies too (sm_90).
  package func arrive(
    expectingBytes count: Value<U32>, file: String = #fileID, line: Int = #line
  ) {
    builder.at(file, line)
    builder.emit(.barrierExpect, sources: [source, count.operand])
  }

  /// Arrives when the thread's copies so far are done.
  package func arriveAfterCopies(file: String = #fileID, line: Int = #line) {
    builder.at(file, line)
    builder.emit(.asyncCopyArrive, sources: [source])
  }

  /// Waits until the phase of a parity (0 for the first) is over (sm_90).
  package func wait(
    parity: Value<U32>, file: String = #fileID, line: Int = #line
  ) {
    wait(.barrierTry, parity: parity, file: file, line: line)
  }

  func wait(_ trying: Operation, parity: Value<U32>, file: String, line: Int) {
    builder.wait(
      until: { builder.result(of: trying, [source, parity.operand]) }, file: file, line: line)
  }

  /// Starts copying a box of a tensor (sm_90); one thread does. The phase of the barrier counts its bytes.
  ///
  /// Before it stand ``KernelBuilder/fence(tensorMap:file:line:)``, and between the barrier's
  /// initialization and a barrier of the block ``KernelBuilder/fenceAsyncProxy()``.
  package func copy<T>(
    box coordinates: [Value<S32>], of map: GlobalPointer<U64>, to destination: SharedPointer<T>,
    file: String = #fileID, line: Int = #line
  ) {
    builder.at(file, line)
    builder.emit(
      .tensorCopy(dimensionCount: coordinates.count),
      sources: [destination.operand, map.withoutOffset.operand, source] + coordinates.map(\.operand)
    )
  }
}

extension KernelBuilder {
  /// Barriers in shared memory.
  package func sharedBarriers(_ count: Int) -> [SharedBarrier] {
    let pointer = shared(U64.self, count: count, alignment: 8)
    return (0..<count).map { SharedBarrier(pointer.advanced(by: $0)) }
  }
}
