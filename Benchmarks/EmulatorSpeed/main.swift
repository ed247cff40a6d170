// How many warp instructions the emulator executes in a second, on one thread.
//
//   swift run -c release EmulatorSpeed [kernel …]
//
// Each kernel is a loop of 8 warps; a line tells its instructions a second of processor time with
// neither detectors nor memory counters, and with all of them: the best of three runs.

import Emulator
import KernelIR

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Seconds of processor time that the process has taken.
func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// A loop of which `body` is repeated.
struct LoopKernel {
  var name: String
  var before: [Instruction]
  var body: [Instruction]
  var sharedByteCount = 0

  /// The counter is %r0, compared in %p0.
  func program(iterationCount: Int) -> Program {
    let (counter, going) = (Register(.b32, 0), Register(.predicate, 0))
    let instructions =
      [Instruction(.move(.u32), results: [counter], sources: [.immediate(0)])] + before
      + [Instruction(.label(0))] + body
      + [
        Instruction(
          .binary(.add, .u32), results: [counter], sources: [.register(counter), .immediate(1)]),
        Instruction(
          .compare(.less, .u32), results: [going],
          sources: [.register(counter), .immediate(UInt64(iterationCount))]),
        Instruction(.branch(to: 0, isUniform: true), guard: Guard(going)),
        Instruction(.return),
      ]
    return Program(
      name: name, parameterByteCount: 0, threadCount: 256, instructions: instructions)
  }
}

func b32(_ index: Int) -> Register { Register(.b32, index) }
func f32(_ index: Int) -> Register { Register(.f32, index) }

/// Integers and floats in equal parts.
let scalar = LoopKernel(
  name: "scalar",
  before: [
    Instruction(.special(.threadX), results: [b32(1)]),
    Instruction(.convert(.f32FromU32), results: [f32(0)], sources: [.register(b32(1))]),
    Instruction(.convert(.f32FromU32), results: [f32(1)], sources: [.register(b32(1))]),
  ],
  body: (0..<4).flatMap { _ in
    [
      Instruction(
        .ternary(.multiplyAdd, .u32), results: [b32(1)],
        sources: [.register(b32(1)), .immediate(1_664_525), .immediate(1_013_904_223)]),
      Instruction(
        .binary(.xor, .u32), results: [b32(2)], sources: [.register(b32(1)), .register(b32(0))]),
      Instruction(
        .binary(.shiftRight, .u32), results: [b32(3)], sources: [.register(b32(2)), .immediate(3)]),
      Instruction(
        .ternary(.fma, .f32), results: [f32(0)],
        sources: [.register(f32(0)), .immediate(0x3f00_0000), .register(f32(1))]),
      Instruction(
        .binary(.add, .f32), results: [f32(2)], sources: [.register(f32(0)), .register(f32(1))]),
      Instruction(
        .binary(.max, .f32), results: [f32(3)], sources: [.register(f32(2)), .register(f32(0))]),
    ]
  })

/// One instruction in three loads from or stores to shared memory, without conflicts.
let shared = LoopKernel(
  name: "shared",
  before: [
    Instruction(.special(.threadX), results: [b32(1)]),
    Instruction(.sharedAddress, results: [b32(2)]),
    Instruction(
      .ternary(.multiplyAdd, .u32), results: [b32(2)],
      sources: [.register(b32(1)), .immediate(4), .register(b32(2))]),
    Instruction(
      .store(Access(.shared, .u32)),
      sources: [.memory(.register(b32(2)), offset: 0), .register(b32(1))]),
  ],
  body: (0..<4).flatMap { _ in
    [
      Instruction(
        .load(Access(.shared, .u32)), results: [b32(3)],
        sources: [.memory(.register(b32(2)), offset: 0)]),
      Instruction(
        .binary(.add, .u32), results: [b32(3)], sources: [.register(b32(3)), .register(b32(0))]),
      Instruction(
        .binary(.xor, .u32), results: [b32(4)], sources: [.register(b32(3)), .register(b32(0))]),
      Instruction(
        .store(Access(.shared, .u32)),
        sources: [.memory(.register(b32(2)), offset: 0), .register(b32(4))]),
      Instruction(
        .binary(.and, .u32), results: [b32(4)], sources: [.register(b32(3)), .register(b32(1))]),
      Instruction(
        .binary(.subtract, .u32), results: [b32(4)],
        sources: [.register(b32(4)), .register(b32(1))]),
    ]
  }, sharedByteCount: 1024)

/// Products of m16n8k16 with f16.
func products(_ type: MatrixType, k: Int) -> LoopKernel {
  let shape = MatrixShape(k: k, type: type)
  return LoopKernel(
    name: "mma \(type) k\(k)",
    before: (1..<8).map {
      Instruction(.move(.u32), results: [b32($0)], sources: [.immediate(0x3c00_3c00)])
    }
      + (0..<16).map {
        Instruction(.move(.f32), results: [f32($0)], sources: [.immediate(0)])
      },
    body: (0..<4).map { product in
      let sums = (0..<4).map { f32(product * 4 + $0) }
      let factors = (1...shape.aRegisterCount + shape.bRegisterCount).map(b32)
      return Instruction(
        .multiplyMatrices(shape), results: sums,
        sources: (factors + sums).map(Operand.register))
    })
}

/// Loads of four matrices for four products, as in the inner loop of a matrix product.
let matrixLoads = LoopKernel(
  name: "ldmatrix",
  before: [
    Instruction(.special(.threadX), results: [b32(1)]),
    Instruction(.sharedAddress, results: [b32(2)]),
    Instruction(
      .ternary(.multiplyAdd, .u32), results: [b32(2)],
      sources: [.register(b32(1)), .immediate(16), .register(b32(2))]),
    Instruction(
      .store(Access(.shared, .u32, count: 4)),
      sources: [.memory(.register(b32(2)), offset: 0)]
        + Array(repeating: .register(b32(1)), count: 4)),
    Instruction(.barrier(id: 0, threadCount: nil)),
  ],
  body: (0..<4).map { _ in
    Instruction(
      .loadMatrix(count: 4, transposed: false), results: (4..<8).map(b32),
      sources: [.memory(.register(b32(2)), offset: 0)])
  }, sharedByteCount: 4096)

/// Copies of 16 bytes a lane within global memory, with one addition each.
func copies(at address: UInt64) -> LoopKernel {
  let (base, values) = (Register(.b64, 0), (4..<8).map(b32))
  let access = Access(.global, .u32, count: 4)
  return LoopKernel(
    name: "global",
    before: [
      Instruction(.special(.threadX), results: [b32(1)]),
      Instruction(
        .multiplyAddWide(.u32), results: [base],
        sources: [.register(b32(1)), .immediate(16), .immediate(address)]),
    ],
    body: (0..<4).flatMap { _ in
      [
        Instruction(
          .load(access), results: values, sources: [.memory(.register(base), offset: 0)]),
        Instruction(
          .binary(.add, .u32), results: [values[0]],
          sources: [.register(values[0]), .register(b32(1))]),
        Instruction(
          .store(access),
          sources: [.memory(.register(base), offset: 4096)] + values.map(Operand.register)),
      ]
    })
}

let memory = GlobalMemory()
let buffer = try memory.allocate([UInt32](repeating: 1, count: 2048))
let kernels = [
  scalar, shared, copies(at: buffer), products(.f16, k: 16), products(.tf32, k: 8), matrixLoads,
]
let names = CommandLine.arguments.dropFirst()

for kernel in kernels where names.isEmpty || names.contains(kernel.name) {
  var line = kernel.name
  for (mode, options) in [("fast", EmulatorOptions.fast), ("all detectors", EmulatorOptions())] {
    let iterationCount = 20_000
    let program = try EmulatedProgram(kernel.program(iterationCount: iterationCount))
    var report: LaunchReport?
    var best = Double.infinity
    for _ in 0..<3 {
      let start = processorTime()
      report = try Emulator.run(
        program, Launch(sharedByteCount: kernel.sharedByteCount), memory: memory,
        options: options)
      best = min(best, processorTime() - start)
    }
    let count = Double(report?.total.executions ?? 0)
    let speed = (count / best / 1e5).rounded() / 10
    line += "   \(mode): \(speed) M/s"
  }
  print(line)
}
