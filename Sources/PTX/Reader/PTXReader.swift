import KernelIR

/// Reads PTX text, as far as the instructions of ``KernelIR`` can say what it means.
///
/// Written from NVIDIA's "Parallel Thread Execution ISA" and in no way from the printer, whose errors it
/// is there to find. What a text says and no ``Operation`` does is an error, never skipped; only `.pragma`,
/// `.loc` and `.file`, which change no result, are passed over. Where the ISA lets the assembler choose, as
/// in `add.f32` without `.rn`, which may be fused with a product, it is an error too.
package enum PTXReader {
  /// Reads a module.
  ///
  /// - Parameters:
  ///   - text: PTX of version 7.0 to 9.x for a ``Target``. Kernels have at most one parameter, an array of
  ///     bytes, `.reqntid` with threads along x alone, and use at most one array of `.const` and one window
  ///     of `.extern .shared` memory, of any names. Its last instruction falls into a return.
  ///   - name: what errors and the origins of instructions call the text.
  /// - Throws: the first error, with its place.
  /// - Complexity: O(bytes of the text).
  package static func read(
    _ text: String, name: String = "kernel.ptx"
  ) throws(PTXError) -> PTXModule {
    var reader = try ModuleReader(text, file: name)
    return try reader.read()
  }
}
