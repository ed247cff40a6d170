import Emulator
import GPUKernels
import KernelIR
import PTX
import Tensors
import Testing

/// An emulated device that runs kernels as they are printed and read back, with all detectors on.
///
/// Buffers are exactly as large as their arrays with inaccessible memory behind, and outputs count as not written
/// until a kernel writes them; ``output(_:count:from:)`` checks that it wrote all.
struct EmulatedDevice {
  let memory = GlobalMemory()

  func buffer<Element: BitwiseCopyable>(_ elements: [Element]) throws -> UInt64 {
    try memory.allocate(elements)
  }

  /// Numbers as elements of a type; f16 rounds to nearest even.
  func buffer(_ numbers: [Float], as element: KernelElement) throws -> UInt64 {
    switch element {
    case .f32: try buffer(numbers)
    case .f16: try buffer(numbers.map(Half.bits))
    }
  }

  /// Memory for `count` elements, poisoned.
  func output(_ element: KernelElement, count: Int) throws -> UInt64 {
    try memory.allocate(byteCount: count * element.byteCount)
  }

  func read(_ element: KernelElement, count: Int, from address: UInt64) throws -> [Float] {
    switch element {
    case .f32: try memory.read(Float.self, count: count, from: address)
    case .f16: try memory.read(UInt16.self, count: count, from: address).map(Half.value)
    }
  }

  @discardableResult
  func run<K: ProblemKernel>(_ kernel: K, _ arguments: K.Arguments) throws -> LaunchReport {
    try run(kernel.build(), grid: kernel.grid, arguments)
  }

  @discardableResult
  func run<Arguments: BitwiseCopyable>(
    _ kernel: Kernel, grid: LaunchGrid, _ arguments: Arguments
  ) throws -> LaunchReport {
    try Emulator.run(
      Self.program(kernel),
      Launch(
        grid: (grid.x, grid.y, grid.z), sharedByteCount: kernel.sharedByteCount, struct: arguments),
      memory: memory, options: EmulatorOptions(instructionLimit: 1 << 26))
  }

  /// What the reader makes of the printed kernel.
  static func program(_ kernel: Kernel) throws -> EmulatedProgram {
    let module = try PTXReader.read(PTXPrinter.text(of: kernel, for: kernel.target))
    return try EmulatedProgram(try #require(module.programs.first))
  }
}

/// How far a result may be from the reference.
struct Tolerance {
  /// In units of the last place of the element type.
  var ulp: Double
  /// Or in all.
  var absolute: Double = 0

  static let exact = Tolerance(ulp: 0.5)
}

extension KernelElement {
  /// The distance of a result from the value in double precision, in units of the last place of this type.
  func ulp(_ got: Float, _ want: Double) -> Double {
    if want.isNaN { return got.isNaN ? 0 : .infinity }
    let rounded = round(want)
    if rounded.isInfinite || got.isInfinite { return got == rounded ? 0 : .infinity }
    if got.isNaN { return .infinity }
    let (digits, least) = self == .f32 ? (23, -126) : (10, -14)
    let exponent = want == 0 ? least : max(Int(want.exponent), least)
    let unit = Double(sign: .plus, exponent: exponent - digits, significand: 1)
    return (Double(got) - want).magnitude / unit
  }

  /// A float as this type can hold it.
  func rounded(_ value: Float) -> Float {
    self == .f32 ? value : Half.value(of: Half.bits(of: value))
  }

  /// The nearest number of this type.
  func round(_ value: Double) -> Float {
    // Rounding first to odd would be needed to be exact; ties after ties do not occur in these tests.
    self == .f32 ? Float(value) : Half.value(of: Half.bits(of: Float(value)))
  }
}

/// Expects each result to be near its reference; reports the worst.
func expectNear(
  _ got: [Float], _ want: [Double], _ element: KernelElement, _ tolerance: Tolerance,
  _ what: @autoclosure () -> String, sourceLocation: SourceLocation = #_sourceLocation
) {
  guard got.count == want.count else {
    Issue.record(
      "\(what()): \(got.count) results, not \(want.count)", sourceLocation: sourceLocation)
    return
  }
  var worst = (ulp: 0.0, index: 0)
  for index in got.indices {
    let ulp = element.ulp(got[index], want[index])
    let isNear = (Double(got[index]) - want[index]).magnitude <= tolerance.absolute
    if ulp > worst.ulp, !isNear { worst = (ulp, index) }
  }
  if worst.ulp > tolerance.ulp {
    Issue.record(
      "\(what()), element \(worst.index): got \(got[worst.index]), want \(want[worst.index]), \(worst.ulp) ulp",
      sourceLocation: sourceLocation)
  }
}

extension SplitMix64 {
  /// Numbers in −range..<range.
  mutating func floats(_ count: Int, range: Float = 1) -> [Float] {
    (0..<count).map { _ in uniform() * range }
  }
}
