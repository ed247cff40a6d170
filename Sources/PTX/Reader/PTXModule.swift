import KernelIR

/// A PTX text as the kernels that it holds.
package struct PTXModule: Sendable {
  package var version: PTXVersion
  package var target: Target
  /// The alignment of the window of shared memory, in bytes; `nil` where none is declared.
  package var sharedAlignment: Int?
  /// The kernels in the order of the text. Registers of a class are numbered in the order in which they
  /// are declared, labels in the order in which they are first named.
  package var programs: [Program]

  package init(
    version: PTXVersion, target: Target, sharedAlignment: Int? = nil, programs: [Program]
  ) {
    self.version = version
    self.target = target
    self.sharedAlignment = sharedAlignment
    self.programs = programs
  }
}

/// A version of the PTX ISA.
package struct PTXVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
  package var major: Int
  package var minor: Int

  package init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  package var description: String { "\(major).\(minor)" }

  package static func < (left: PTXVersion, right: PTXVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}
