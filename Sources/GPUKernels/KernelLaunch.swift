package import KernelIR

/// Blocks of a launch in each direction.
package struct LaunchGrid: Hashable, Sendable {
  package var x: Int
  package var y: Int
  package var z: Int

  package init(_ x: Int, _ y: Int = 1, _ z: Int = 1) {
    self.x = x
    self.y = y
    self.z = z
  }
}

/// A kernel with the problem that it was made for: all that a launch needs, short of addresses.
///
/// Kernels of equal names are equal, so that a name can be looked up instead of building one.
package protocol ProblemKernel: Sendable {
  /// The parameter struct.
  associatedtype Arguments: BitwiseCopyable
  var name: String { get }
  var grid: LaunchGrid { get }
  func build() throws(KernelError) -> Kernel
}
