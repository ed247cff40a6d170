/// The version of the kernels, by which measured costs know whether they are of these.
package enum KernelVersion {
  /// A checksum of the kernels' sources; a test compares it with them.
  package static let current = "97c129bf66141638"
}
