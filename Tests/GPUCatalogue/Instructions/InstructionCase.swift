import KernelIR
import Tensors

/// One instruction in a kernel of its own, with operands for 256 threads: what an emulator, a reader of PTX and
/// a GPU must agree on.
///
/// Thread t reads its operands from cells of 8 bytes, all threads' first operands before all second
/// ones, and writes its results the same way.
package struct InstructionCase: Sendable {
  package let operation: Operation
  package let kernel: Kernel
  /// Cells of all operands.
  package let inputs: [UInt64]
  package let outputCellCount: Int

  package static let threadCount = 32
  package static let blockCount = 8
  /// Of instructions that concern other blocks.
  static let clusterSize = 4
  static var cellCount: Int { threadCount * blockCount }

  package struct Arguments: BitwiseCopyable {
    package var inputs: DeviceAddress<U64>
    package var outputs: DeviceAddress<U64>

    package init(inputs: UInt64, outputs: UInt64) {
      self.inputs = DeviceAddress(inputs)
      self.outputs = DeviceAddress(outputs)
    }
  }

  /// The operation's text without what a file name or PTX name cannot have.
  package var name: String { kernel.name }

  /// With operands that depend on the operation alone, whatever others there are.
  package init(_ operation: Operation) throws {
    self.operation = operation
    let name = Self.name(of: operation)
    var operands = OperandGenerator(operation, seed: Fingerprint.of(name.utf8))
    let signature = operation.signature
    let inputCount = operation.cellTypes.count
    inputs = (0..<inputCount).flatMap { index in
      (0..<Self.cellCount).map { operands.next(index, thread: $0) }
    }
    // stmatrix and stores to other blocks leave 16 bytes for each lane.
    let resultCount =
      operation.isMatrixStore || operation.needsCluster ? 4 : signature.resultCount
    outputCellCount = resultCount * Self.cellCount
    kernel = try Kernel.build(
      name, target: operation.oldestTarget, threads: Self.threadCount,
      cluster: operation.needsCluster ? Self.clusterSize : 1, arguments: Arguments.self
    ) { k, arguments in
      let thread = k.blockIndex.x * UInt32(Self.threadCount).value + k.threadIndex
      let cells = CellAccess(
        k: k, inputs: arguments.inputs.advanced(by: thread),
        outputs: arguments.outputs.advanced(by: thread))
      if operation.movesMatrices {
        cells.moveMatrices(operation)
      } else if operation.needsCluster {
        cells.moveThroughCluster(operation)
      } else {
        cells.apply(operation)
      }
    }
  }

  static func name(of operation: Operation) -> String {
    let characters = operation.description.map { $0.isLetter || $0.isNumber ? $0 : "_" }
    return String(characters)
  }
}

extension UInt32 {
  fileprivate var value: Value<U32> { Value(Int(self)) }
}

/// Reads operands from a thread's cells and writes results to them.
private struct CellAccess {
  var k: KernelBuilder
  var inputs: GlobalPointer<U64>
  var outputs: GlobalPointer<U64>

  func apply(_ operation: Operation) {
    let types = operation.cellTypes
    var sources = types.indices.map { load(types[$0], cell: $0) }
    // The clamp of a shuffle is a constant.
    if case .shuffle(let mode, _) = operation {
      sources.append(.immediate(mode == .up ? 0 : 0x1f))
    }
    let results = operation.signature.results.flatMap { group in
      (0..<group.count).map { _ in
        if case .value(let type) = group.kind {
          (type, k.newRegister(type))
        } else {
          preconditionFailure("results are values")
        }
      }
    }
    k.emit(operation, results: results.map(\.1), sources: sources)
    for (index, (type, register)) in results.enumerated() {
      store(type, register, cell: index)
    }
  }

  /// Through 16 bytes of shared memory for each lane.
  func moveMatrices(_ operation: Operation) {
    let shared = k.shared(U32.self, count: 128)
    let own = shared.advanced(by: k.threadIndex * 4)
    let words = (0..<4).map { Value<U32>(truncating: inputs.advanced(by: $0 * cells)[0]) }
    if operation.isMatrixStore {
      own.storeVector(Array(repeating: 0, count: 4))
      k.warpBarrier()
      if case .storeMatrix(let count, let transposed) = operation {
        own.storeMatrices(Array(words.prefix(count)), transposed: transposed)
      }
      k.warpBarrier()
      for (index, word) in own.loadVector(4).enumerated() { store(word, cell: index) }
    } else {
      own.storeVector(words)
      k.warpBarrier()
      if case .loadMatrix(let count, let transposed) = operation {
        for (index, word) in own.loadMatrices(count, transposed: transposed).enumerated() {
          store(word, cell: index)
        }
      }
    }
  }

  /// Words of a block of the cluster, which the operation fetches or brings: four for each lane, of
  /// the block whose number the first word of the thread gives.
  func moveThroughCluster(_ operation: Operation) {
    let own = k.shared(U32.self, count: 128).advanced(by: k.threadIndex * 4)
    let words = (0..<4).map { Value<U32>(truncating: inputs.advanced(by: $0 * cells)[0]) }
    let size = Value<U32>(InstructionCase.clusterSize)
    if case .store(let access) = operation {
      own.storeVector(Array(repeating: 0, count: 4))
      k.clusterBarrier()
      // To each block's next one, so that no two bring words to one place.
      let other = own.inBlock((k.blockRank + 1) % size)
      for index in stride(from: 0, to: 4, by: access.count) {
        let part = Array(words[index..<index + access.count])
        if access.count == 1 {
          other[index] = part[0]
        } else {
          other.advanced(by: index).storeVector(part)
        }
      }
      k.clusterBarrier()
      for (index, word) in own.loadVector(4).enumerated() { store(word, cell: index) }
    } else {
      own.storeVector(words)
      k.clusterBarrier()
      let other = own.inBlock(words[0] % size)
      var count = 1
      if case .load(let access) = operation { count = access.count }
      for index in stride(from: 0, to: 4, by: count) {
        let place = other.advanced(by: index)
        let part = count == 1 ? [place[0]] : place.loadVector(count)
        for (lane, word) in part.enumerated() { store(word, cell: index + lane) }
      }
      k.clusterBarrier()
    }
  }

  private var cells: Int { InstructionCase.cellCount }

  private func load(_ type: ValueType, cell: Int) -> Operand {
    let pointer = inputs.advanced(by: cell * cells)
    if type == .predicate {
      return (pointer.cast(to: U32.self)[0] != 0).operand
    }
    let register = k.newRegister(type)
    k.emit(.load(Access(.global, type)), results: [register], sources: [pointer.operand])
    return .register(register)
  }

  private func store(_ word: Value<U32>, cell: Int) {
    outputs.advanced(by: cell * cells).cast(to: U32.self)[0] = word
  }

  private func store(_ type: ValueType, _ register: Register, cell: Int) {
    let pointer = outputs.advanced(by: cell * cells)
    if type == .predicate {
      let word: Value<U32> = k.result(
        of: .select(.u32), [.immediate(1), .immediate(0), .register(register)])
      store(word, cell: cell)
    } else {
      k.emit(
        .store(Access(.global, type)), sources: [pointer.operand, .register(register)])
    }
  }
}

extension Operation {
  /// The types of the operands that cells hold.
  fileprivate var cellTypes: [ValueType] {
    if movesMatrices || needsCluster { return Array(repeating: .u32, count: 4) }
    let types = signature.sources.flatMap { group -> [ValueType] in
      switch group.kind {
      case .value(let type): Array(repeating: type, count: group.count)
      case .bits: [moved]
      case .memory: []
      }
    }
    if case .shuffle = self { return Array(types.prefix(2)) }
    return types
  }

  private var moved: ValueType {
    if case .move(let type) = self { type } else { .u32 }
  }

  fileprivate var movesMatrices: Bool {
    if case .loadMatrix = self { true } else { isMatrixStore }
  }

  fileprivate var isMatrixStore: Bool {
    if case .storeMatrix = self { true } else { false }
  }
}
