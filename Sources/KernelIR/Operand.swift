/// What an instruction reads.
package enum Operand: Hashable, Sendable {
  case register(Register)
  /// The bits of a constant, in the low bytes of the number; its type is that of the operand.
  case immediate(UInt64)
  /// The memory at a base plus bytes.
  case memory(MemoryBase, offset: Int)

  package var register: Register? {
    switch self {
    case .register(let register): register
    case .memory(.register(let register), _): register
    case .immediate, .memory: nil
    }
  }
}

extension Operand {
  /// The operand with its register, where it has one, replaced.
  func mapRegister(_ change: (Register) -> Register) -> Operand {
    switch self {
    case .register(let register): .register(change(register))
    case .memory(.register(let register), let offset):
      .memory(.register(change(register)), offset: offset)
    case .immediate, .memory: self
    }
  }
}

/// What an address counts from.
package enum MemoryBase: Hashable, Sendable {
  /// A byte address: u64 in global memory, u32 in shared memory, also that of other blocks.
  case register(Register)
  /// The start of the block's shared memory (the symbol `shared`).
  case shared
  /// The start of the kernel's parameter struct (the symbol `arguments`).
  case parameters
  /// The start of the kernel's constant memory (the symbol `constants`).
  case constants
}

/// The memory that an instruction reads or writes.
package enum MemorySpace: String, CaseIterable, Hashable, Sendable {
  case global, shared, constant, parameter
  /// The shared memory of all blocks of the cluster, in which each one's own lies too (sm_90).
  case cluster
}

/// A predicate that an instruction depends on, lane by lane.
package struct Guard: Hashable, Sendable {
  package var register: Register
  package var isNegated: Bool

  package init(_ register: Register, negated isNegated: Bool = false) {
    self.register = register
    self.isNegated = isNegated
  }

  package var inverted: Guard { Guard(register, negated: !isNegated) }
}
