/// A kernel with structured control flow, as a ``KernelBuilder`` makes it.
package struct Kernel: Sendable {
  package var name: String
  /// The oldest GPUs that it runs on.
  package var target: Target
  /// Threads of a block, all along x; a multiple of 32.
  package var threadCount: Int
  /// Blocks of a cluster, neighbours along x, which run at the same time; 1 without clusters. A
  /// power of two up to 8 (sm_90).
  package var clusterSize: Int
  /// Shared memory of a block in bytes, given at the launch.
  package var sharedByteCount: Int
  /// The most registers that a thread may use.
  package var registerBudget: Int
  /// The size of the parameter struct in bytes.
  package var parameterByteCount: Int
  package var parameterAlignment: Int
  /// The kernel's constant memory.
  package var constants: [UInt8]
  package var body: [Statement]
  /// What the builder calls registers that have a name, for the printed text.
  package var registerNames: [Register: String]
}

/// A step of a kernel.
package enum Statement: Sendable {
  case instruction(Instruction)
  case conditional(Conditional)
  case loop(Loop)
  /// Leaves the innermost loop where the condition holds.
  case leave(Condition, origin: SourceLine?)
  /// A line of explanation in printed text.
  case comment(String)
}

/// A predicate that control flow depends on.
package struct Condition: Hashable, Sendable {
  package var `guard`: Guard
  /// Whether all threads of a warp are known to agree.
  package var isUniform: Bool

  package init(_ guard: Guard, uniform isUniform: Bool) {
    self.guard = `guard`
    self.isUniform = isUniform
  }

  package var inverted: Condition { Condition(`guard`.inverted, uniform: isUniform) }
}

package struct Conditional: Sendable {
  package var condition: Condition
  package var then: [Statement]
  package var otherwise: [Statement]
  package var origin: SourceLine?
}

/// Repeats its body as long as `condition` holds after it, or until a `leave` within it.
package struct Loop: Sendable {
  package var body: [Statement]
  /// `nil` repeats always.
  package var condition: Condition?
  package var origin: SourceLine?
}
