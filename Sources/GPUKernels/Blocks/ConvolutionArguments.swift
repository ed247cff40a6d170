package import KernelIR

/// The parameter struct of a convolution, with the addresses that it begins with.
package protocol ConvolutionArguments: BitwiseCopyable, Sendable {
  /// What tensors are read as.
  associatedtype Element: KernelType
  var input: DeviceAddress<Element> { get set }
  var output: DeviceAddress<Element> { get set }
  var residual: DeviceAddress<Element> { get set }
  var work: DeviceAddress<U32> { get set }
  var chunks: DeviceAddress<U32> { get set }
  var channels: DeviceAddress<U32> { get set }
  var packets: DeviceAddress<U32> { get set }
  var rows: DeviceAddress<U32> { get set }
  var bias: DeviceAddress<F32> { get set }
}

extension ConvolutionArguments {
  /// The same with other addresses.
  package func at(
    _ tables: BlockTables, input: UInt64, output: UInt64, residual: UInt64? = nil
  ) -> Self {
    var arguments = self
    arguments.input = DeviceAddress(input)
    arguments.output = DeviceAddress(output)
    arguments.residual = DeviceAddress(residual ?? 0)
    arguments.work = DeviceAddress(tables.work)
    arguments.chunks = DeviceAddress(tables.chunks)
    arguments.channels = DeviceAddress(tables.channels)
    arguments.packets = DeviceAddress(tables.packets)
    arguments.rows = DeviceAddress(tables.rows)
    arguments.bias = DeviceAddress(tables.bias)
    return arguments
  }
}

/// A convolution's tables on the host, as ``BlockLayer`` and ``LeafLayer`` each define them.
package protocol PackedConvolution {
  var work: [UInt32] { get }
  var chunks: [UInt32] { get }
  var channels: [UInt32] { get }
  var packets: [UInt32] { get }
  var rows: [UInt32] { get }
  var bias: [Float] { get }
}
