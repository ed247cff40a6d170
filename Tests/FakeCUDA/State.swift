internal import Synchronization

/// What a test makes the driver say and do.
struct Behavior {
  var version: Int32 = 12_080
  var deviceCount: Int32 = 1
  /// By the number of `CUdevice_attribute`.
  var attributes: [Int32: Int32] = [
    5: .max, 6: 65_535, 7: 65_535, 16: 132, 36: 2_619_000, 37: 5120, 38: 50 << 20, 75: 9, 76: 0,
    81: 228 << 10, 82: 65_536, 97: 227 << 10,
  ]
  /// Which calls fail: symbol → (calls that still succeed, failures after them, error).
  var failures: [String: (remaining: Int32, times: Int32, error: Int32)] = [:]
  var memoryByteLimit = 1 << 30
}

/// What a handle stands for.
enum Thing {
  case context
  case module(FakeModule)
  case function(FakeFunction)
  case memory(UnsafeMutableRawBufferPointer)
  case hostMemory(UnsafeMutableRawPointer)
  case stream(FakeStream)
  case event(seconds: Double?)
  case link(FakeLink)
  case graph([Work])
  case executable([Work])

  /// Whether somebody must give it back.
  var isOwned: Bool {
    if case .function = self { false } else { true }
  }

  var kind: String {
    switch self {
    case .context: "context"
    case .module: "module"
    case .function: "function"
    case .memory: "memory"
    case .hostMemory: "host memory"
    case .stream: "stream"
    case .event: "event"
    case .link: "link"
    case .graph: "graph"
    case .executable: "executable"
    }
  }
}

struct FakeModule {
  /// Kernels and the size of their parameters.
  var kernels: [String: Int]
}

struct FakeFunction {
  var name: String
  var module: UInt
  var parameterByteCount: Int
  var dynamicSharedLimit: Int32 = 48 << 10
}

struct FakeStream {
  /// The work collected since a capture began.
  var captured: [Work]?
  var isInvalidated = false
}

struct FakeLink {
  var text = ""
  var cubin: UnsafeMutableRawBufferPointer?
  var options: LogBuffers
}

/// Something that streams do.
enum Work {
  case copy(to: UInt64, from: UInt64, byteCount: Int)
  case fill(UInt64, bytes: [UInt8], count: Int)
  case launch(function: UInt, arguments: [UInt8], description: String)
}

/// All of the driver. Handles are keys, never addresses, so that a stale one is found.
struct State: ~Copyable {
  var behavior = Behavior()
  var isInitialized = false
  var things: [UInt: Thing] = [:]
  var lastHandle: UInt = 0x1000
  var contextHandle: UInt?
  var contextCount = 0
  /// The contexts current in the thread; tests use one thread at a time.
  var current: [UInt] = []
  var calls: [String] = []
  var launches: [String] = []
  /// Errors that the driver would not have reported, such as use after release.
  var faults: [String] = []
  /// The clock of all streams: launches take a millisecond.
  var seconds = 0.0

  mutating func add(_ thing: Thing) -> UInt {
    lastHandle += 0x10
    things[lastHandle] = thing
    return lastHandle
  }

  var memoryByteCount: Int {
    things.values.reduce(0) { sum, thing in
      if case .memory(let bytes) = thing { sum + bytes.count } else { sum }
    }
  }
}

let state = Mutex(State())

/// Runs a call of the driver: notes it, and fails where a test wants it to.
func call(
  _ name: String, needsContext: Bool = true, _ body: (inout State) -> Int32
) -> Int32 {
  state.withLock { state in
    state.calls.append(name)
    if let failure = state.behavior.failures[name] {
      if failure.remaining > 0 {
        state.behavior.failures[name]?.remaining -= 1
      } else if failure.times > 0 {
        state.behavior.failures[name]?.times -= 1
        // A capture ends in any case.
        if name == "cuStreamEndCapture" { state.endCaptures() }
        return failure.error
      }
    }
    if !state.isInitialized, !["cuInit", "cuDriverGetVersion"].contains(name) { return 3 }
    if needsContext, state.current.isEmpty { return 201 }
    return body(&state)
  }
}

func handle(_ pointer: OpaquePointer?) -> UInt { UInt(bitPattern: pointer) }
func pointer(_ handle: UInt) -> OpaquePointer? { OpaquePointer(bitPattern: handle) }
