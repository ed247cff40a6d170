/// The values of `CUresult` that Hewn treats specially.
enum DriverResult {
  static let success: Int32 = 0
  static let invalidValue: Int32 = 1
  static let outOfMemory: Int32 = 2
  static let stubLibrary: Int32 = 34
  static let deviceUnavailable: Int32 = 46
  static let noDevice: Int32 = 100
  static let invalidDevice: Int32 = 101
  static let invalidImage: Int32 = 200
  static let noBinaryForGPU: Int32 = 209
  static let invalidPTX: Int32 = 218
  static let jitCompilerNotFound: Int32 = 221
  static let unsupportedPTXVersion: Int32 = 222
  static let jitCompilationDisabled: Int32 = 223
  static let notFound: Int32 = 500
  static let illegalAddress: Int32 = 700
  static let launchTimeout: Int32 = 702
  static let hardwareStackError: Int32 = 714
  static let launchFailed: Int32 = 719
  static let notSupported: Int32 = 801
  static let systemNotReady: Int32 = 802
  static let systemDriverMismatch: Int32 = 803
  static let compatNotSupportedOnDevice: Int32 = 804

  /// Faults of a kernel, which only a new process gets rid of.
  static let kernelFaults: Set<Int32> = [
    illegalAddress, launchTimeout, hardwareStackError, 715, 716, 717, 718, launchFailed,
  ]
}

/// `CUjit_option`
enum JITOption {
  static let infoLogBuffer: Int32 = 3
  static let infoLogByteCount: Int32 = 4
  static let errorLogBuffer: Int32 = 5
  static let errorLogByteCount: Int32 = 6
  static let optimizationLevel: Int32 = 7
  static let logVerbose: Int32 = 12
  static let generateLineInfo: Int32 = 13
}

/// `CU_JIT_INPUT_PTX` of `CUjitInputType`
let jitInputPTX: Int32 = 1

/// `CUdevice_attribute`
enum DeviceAttribute {
  static let maxGridX: Int32 = 5
  static let maxGridY: Int32 = 6
  static let maxGridZ: Int32 = 7
  static let multiprocessorCount: Int32 = 16
  static let memoryClockKilohertz: Int32 = 36
  static let memoryBusBits: Int32 = 37
  static let l2ByteCount: Int32 = 38
  static let computeCapabilityMajor: Int32 = 75
  static let computeCapabilityMinor: Int32 = 76
  static let sharedBytesPerMultiprocessor: Int32 = 81
  static let registersPerMultiprocessor: Int32 = 82
  static let sharedBytesPerBlockOptIn: Int32 = 97
}

/// `CUfunction_attribute`
enum FunctionAttribute {
  static let maxThreadCount: Int32 = 0
  static let sharedByteCount: Int32 = 1
  static let localByteCount: Int32 = 3
  static let registerCount: Int32 = 4
  static let maxDynamicSharedByteCount: Int32 = 8
}

/// `CU_STREAM_NON_BLOCKING`
let streamNonBlocking: UInt32 = 1
/// `CU_EVENT_DEFAULT`
let eventDefault: UInt32 = 0
/// `CU_STREAM_CAPTURE_MODE_THREAD_LOCAL`
let streamCaptureThreadLocal: Int32 = 1
