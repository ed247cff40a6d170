import KernelIR

/// Every kernel that Hewn has, in the forms that are checked without a GPU.
package enum KernelCatalogue {
  package static func all() throws -> [Kernel] {
    try InstructionCase.all().map(\.kernel)
  }
}
