package import KernelIR

/// A kernel with the problem that it was made for: all that a launch needs, short of addresses.
///
/// Kernels of equal names are equal, so that a name can be looked up instead of building one.
package protocol ProblemKernel: Sendable {
  /// The parameter struct.
  associatedtype Arguments: BitwiseCopyable
  var name: String { get }
  var grid: Grid { get }
  func build() throws(KernelError) -> Kernel
}
