import CUDA
import Tensors
import Testing

/// Why there is no GPU to test with; `nil` where there is one.
private let obstacle: String? = {
  do throws(HewnError) {
    _ = try Device(of: Driver())
    return nil
  } catch {
    return error.description
  }
}()

/// The bindings with NVIDIA's driver and a GPU.
@Suite(
  .enabled(
    if: obstacle == nil, "NOT TESTED ON A GPU: \(obstacle ?? "")"))
struct HardwareTests {
  /// Adds 1 to the word of each thread.
  private static let ptx = """
    .version 8.5
    .target sm_80
    .address_size 64
    .visible .entry add_one(.param .align 8 .b8 arguments[8])
    .reqntid 32, 1, 1
    {
      .reg .b32 %r<3>;
      .reg .b64 %rd<4>;
      ld.param.u64 %rd0, [arguments];
      cvta.to.global.u64 %rd1, %rd0;
      mov.u32 %r0, %tid.x;
      mul.wide.u32 %rd2, %r0, 4;
      add.u64 %rd1, %rd1, %rd2;
      ld.global.u32 %r1, [%rd1];
      add.u32 %r1, %r1, 1;
      st.global.u32 [%rd1], %r1;
      ret;
    }

    """

  @Test func computes() throws {
    let context = try Context(Device(of: Driver()))
    let module = try Module.compile(Self.ptx, cache: CubinCache(folder: nil), in: context)
    #expect(module.origin == .compiler, "\(module.warnings)")
    let function = try module.function("add_one")
    let properties = try function.properties()
    #expect(properties.parameterByteCount == 8)
    #expect(properties.localByteCount == 0)
    var stream = try Stream(in: context)
    let buffer = try Buffer(byteCount: 128, in: context)
    try stream.fill(buffer, withWord: 41)
    let address = buffer.address
    try stream.launch(function, grid: (1, 1, 1), threadCount: 32, argument: address)
    #expect(try stream.words(of: buffer) == [UInt32](repeating: 42, count: 32))
    let graph = try stream.capture { (stream) throws(HewnError) in
      try stream.launch(function, grid: (1, 1, 1), threadCount: 32, argument: address)
    }
    for _ in 0..<3 { try stream.launch(graph) }
    #expect(try stream.words(of: buffer) == [UInt32](repeating: 45, count: 32))
  }

  @Test func compilersLog() throws {
    let context = try Context(Device(of: Driver()))
    let error = #expect(throws: HewnError.self) {
      try Module.compile(
        Self.ptx.replacing("add.u32", with: "add.nonsense"), cache: CubinCache(folder: nil),
        in: context)
    }
    #expect(error?.code == .internal)
    #expect(error?.message.contains("ptxas") == true, "\(error?.message ?? "")")
  }
}
