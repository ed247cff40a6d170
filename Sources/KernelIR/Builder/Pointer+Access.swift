extension Pointer {
  /// The element `index` places further. Reading loads it, assigning stores it.
  package subscript(
    index: Int, file: String = #fileID, line: Int = #line
  ) -> Value<T> {
    get {
      builder.at(file, line)
      return advanced(by: index).load()
    }
    nonmutating set {
      builder.at(file, line)
      advanced(by: index).store(newValue)
    }
  }

  /// `count` (2 or 4) elements, in one access of at most 16 bytes, which must be aligned to its size.
  package func loadVector(
    _ count: Int, cache: Access.Cache = .standard, file: String = #fileID, line: Int = #line
  ) -> [Value<T>] {
    builder.at(file, line)
    let registers = (0..<count).map { _ in builder.newRegister(T.type) }
    builder.emit(
      .load(Access(Memory.space, T.type, count: count, cache: cache)), results: registers,
      sources: [operand])
    return registers.map { Value(.register($0), builder) }
  }

  /// Stores 2 or 4 elements in one access.
  package func storeVector(
    _ values: [Value<T>], file: String = #fileID, line: Int = #line
  ) {
    builder.at(file, line)
    builder.emit(
      .store(Access(Memory.space, T.type, count: values.count)),
      sources: [operand] + values.map(\.operand))
  }

  /// The element through the read-only cache: no thread may write it while the kernel runs.
  package func loadReadOnly(file: String = #fileID, line: Int = #line) -> Value<T> {
    builder.at(file, line)
    return builder.result(
      of: .load(Access(Memory.space, T.type, cache: .readOnly)), [operand])
  }

  private func load() -> Value<T> {
    builder.result(of: .load(Access(Memory.space, T.type)), [operand])
  }

  private func store(_ value: Value<T>) {
    builder.emit(.store(Access(Memory.space, T.type)), sources: [operand, value.operand])
  }

  /// Adds to the element, not to be interrupted by other threads; returns what it was.
  package func atomically(
    _ operation: AtomicOperator, _ value: Value<T>, file: String = #fileID, line: Int = #line
  ) -> Value<T> {
    builder.at(file, line)
    return builder.result(
      of: .atomic(operation, Memory.space, T.type), [operand, value.operand])
  }

  /// The same without its result.
  package func reduce(
    _ operation: AtomicOperator, _ value: Value<T>, file: String = #fileID, line: Int = #line
  ) {
    builder.at(file, line)
    builder.emit(
      .reduce(operation, Memory.space, T.type), sources: [operand, value.operand])
  }

  /// Stores `value` where the element is `expected`; returns what it was.
  package func compareExchange(
    _ expected: Value<T>, _ value: Value<T>, file: String = #fileID, line: Int = #line
  ) -> Value<T> {
    builder.at(file, line)
    return builder.result(
      of: .atomic(.compareExchange, Memory.space, T.type),
      [operand, expected.operand, value.operand])
  }
}

extension Pointer where Memory == Global {
  package subscript(
    index: Value<U32>, file: String = #fileID, line: Int = #line
  ) -> Value<T> {
    get {
      builder.at(file, line)
      return advanced(by: index)[0, file, line]
    }
    nonmutating set {
      builder.at(file, line)
      advanced(by: index)[0, file, line] = newValue
    }
  }

  package func prefetch() { builder.emit(.prefetch, sources: [operand]) }
}

extension Pointer where Memory.Address == U32 {
  package subscript(
    index: Value<U32>, file: String = #fileID, line: Int = #line
  ) -> Value<T> {
    get {
      builder.at(file, line)
      return advanced(by: index)[0, file, line]
    }
    nonmutating set {
      builder.at(file, line)
      advanced(by: index)[0, file, line] = newValue
    }
  }

}

extension Pointer where Memory == Shared {
  /// Starts copying `byteCount` (4, 8 or 16) bytes from global memory; where `sourceByteCount` is less,
  /// the rest becomes zero. Done when ``KernelBuilder/waitForCopies(pending:)`` says so.
  package func copy(
    from source: Pointer<T, Global>, byteCount: Int = 16, sourceByteCount: Value<U32>? = nil,
    file: String = #fileID, line: Int = #line
  ) {
    builder.at(file, line)
    builder.emit(
      .asyncCopy(byteCount: byteCount),
      sources: [
        operand, source.operand, (sourceByteCount ?? Value(byteCount)).operand,
      ])
  }
}

extension KernelBuilder {
  /// Ends a group of the thread's copies.
  package func commitCopies() { emit(.asyncCopyCommit) }

  /// Waits until at most `pending` of the thread's groups are unfinished. Other threads' copies need
  /// a barrier too.
  package func waitForCopies(
    pending: Int = 0, file: String = #fileID, line: Int = #line
  ) {
    at(file, line)
    emit(.asyncCopyWait(pending))
  }

  /// Shared memory for `count` elements, for the whole kernel.
  package func shared<T: KernelType>(
    _ type: T.Type, count: Int, alignment: Int = 16
  ) -> SharedPointer<T> {
    let offset = allocateShared(byteCount: count * T.type.byteCount, alignment: alignment)
    return SharedPointer(base: .shared, byteOffset: offset, builder: self)
  }

  /// Constant memory with given elements.
  package func constant(_ values: [Float]) -> ConstantPointer<F32> {
    let bytes = values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    return ConstantPointer(base: .constants, byteOffset: allocateConstants(bytes), builder: self)
  }
}
