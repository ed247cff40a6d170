internal import Tensors

/// A function of the driver, and its symbol for messages. `Sendable`, as C functions are: the driver's
/// may be called from any thread.
struct DriverFunction<Call>: @unchecked Sendable {
  let name: String
  let call: Call
}

/// The functions of `libcuda.so.1` that Hewn calls, with the types of NVIDIA's `cuda.h`.
///
/// Fields are named as CUDA names the functions, without `cu`; the symbols carry the version that
/// the header's macros choose. Handles are opaque pointers, `CUdevice` and `CUresult` 32-bit, and
/// `CUdeviceptr` 64-bit integers.
final class DriverFunctions: Sendable {
  typealias Result = Int32
  typealias Handle = OpaquePointer
  typealias HandleOut = UnsafeMutablePointer<OpaquePointer?>
  typealias IntegerOut = UnsafeMutablePointer<Int32>
  typealias SizeOut = UnsafeMutablePointer<Int>
  typealias AddressOut = UnsafeMutablePointer<UInt64>
  typealias Text = UnsafePointer<CChar>
  typealias TextOut = UnsafeMutablePointer<UnsafePointer<CChar>?>
  typealias Pointers = UnsafeMutablePointer<UnsafeMutableRawPointer?>
  typealias JITOptions = UnsafeMutablePointer<Int32>
  typealias Create = @convention(c) (HandleOut?, UInt32) -> Result
  typealias Destroy = @convention(c) (Handle?) -> Result

  // Errors and the driver itself.
  let getErrorName: DriverFunction<@convention(c) (Result, TextOut?) -> Result>
  let getErrorString: DriverFunction<@convention(c) (Result, TextOut?) -> Result>
  let initialize: DriverFunction<@convention(c) (UInt32) -> Result>

  // Devices and contexts.
  let deviceGetCount: DriverFunction<@convention(c) (IntegerOut?) -> Result>
  let deviceGet: DriverFunction<@convention(c) (IntegerOut?, Int32) -> Result>
  let deviceGetName:
    DriverFunction<@convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32) -> Result>
  let deviceTotalMem: DriverFunction<@convention(c) (SizeOut?, Int32) -> Result>
  let deviceGetAttribute: DriverFunction<@convention(c) (IntegerOut?, Int32, Int32) -> Result>
  let devicePrimaryCtxRetain: DriverFunction<@convention(c) (HandleOut?, Int32) -> Result>
  let devicePrimaryCtxRelease: DriverFunction<@convention(c) (Int32) -> Result>
  let ctxPushCurrent: DriverFunction<Destroy>
  let ctxPopCurrent: DriverFunction<@convention(c) (HandleOut?) -> Result>

  // Compiling and loading.
  let moduleLoadDataEx:
    DriverFunction<
      @convention(c) (HandleOut?, UnsafeRawPointer?, UInt32, JITOptions?, Pointers?) -> Result
    >
  let moduleUnload: DriverFunction<Destroy>
  let moduleGetFunction: DriverFunction<@convention(c) (HandleOut?, Handle?, Text?) -> Result>
  let linkCreate:
    DriverFunction<@convention(c) (UInt32, JITOptions?, Pointers?, HandleOut?) -> Result>
  let linkAddData:
    DriverFunction<
      @convention(c) (
        Handle?, Int32, UnsafeMutableRawPointer?, Int, Text?, UInt32, JITOptions?, Pointers?
      ) -> Result
    >
  let linkComplete: DriverFunction<@convention(c) (Handle?, Pointers?, SizeOut?) -> Result>
  let linkDestroy: DriverFunction<Destroy>
  let funcGetAttribute: DriverFunction<@convention(c) (IntegerOut?, Int32, Handle?) -> Result>
  let funcSetAttribute: DriverFunction<@convention(c) (Handle?, Int32, Int32) -> Result>
  let funcGetParamInfo: DriverFunction<@convention(c) (Handle?, Int, SizeOut?, SizeOut?) -> Result>
  let occupancyMaxActiveBlocksPerMultiprocessor:
    DriverFunction<@convention(c) (IntegerOut?, Handle?, Int32, Int) -> Result>

  // Memory.
  let memGetInfo: DriverFunction<@convention(c) (SizeOut?, SizeOut?) -> Result>
  let memAlloc: DriverFunction<@convention(c) (AddressOut?, Int) -> Result>
  let memFree: DriverFunction<@convention(c) (UInt64) -> Result>
  let memHostAlloc: DriverFunction<@convention(c) (Pointers?, Int, UInt32) -> Result>
  let memFreeHost: DriverFunction<@convention(c) (UnsafeMutableRawPointer?) -> Result>
  let memcpyHtoDAsync:
    DriverFunction<@convention(c) (UInt64, UnsafeRawPointer?, Int, Handle?) -> Result>
  let memcpyDtoHAsync:
    DriverFunction<@convention(c) (UnsafeMutableRawPointer?, UInt64, Int, Handle?) -> Result>
  let memcpyDtoDAsync: DriverFunction<@convention(c) (UInt64, UInt64, Int, Handle?) -> Result>
  let memsetD8Async: DriverFunction<@convention(c) (UInt64, UInt8, Int, Handle?) -> Result>
  let memsetD32Async: DriverFunction<@convention(c) (UInt64, UInt32, Int, Handle?) -> Result>

  // Streams, events, launches and graphs.
  let streamCreate: DriverFunction<Create>
  let streamDestroy: DriverFunction<Destroy>
  let streamSynchronize: DriverFunction<Destroy>
  let streamWaitEvent: DriverFunction<@convention(c) (Handle?, Handle?, UInt32) -> Result>
  let streamBeginCapture: DriverFunction<@convention(c) (Handle?, Int32) -> Result>
  let streamEndCapture: DriverFunction<@convention(c) (Handle?, HandleOut?) -> Result>
  let eventCreate: DriverFunction<Create>
  let eventDestroy: DriverFunction<Destroy>
  let eventRecord: DriverFunction<@convention(c) (Handle?, Handle?) -> Result>
  let eventSynchronize: DriverFunction<Destroy>
  let eventElapsedTime:
    DriverFunction<@convention(c) (UnsafeMutablePointer<Float>?, Handle?, Handle?) -> Result>
  let launchKernel:
    DriverFunction<
      @convention(c) (
        Handle?, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, Handle?, Pointers?,
        Pointers?
      ) -> Result
    >
  let graphInstantiate: DriverFunction<@convention(c) (HandleOut?, Handle?, UInt64) -> Result>
  let graphLaunch: DriverFunction<@convention(c) (Handle?, Handle?) -> Result>
  let graphExecDestroy: DriverFunction<Destroy>
  let graphDestroy: DriverFunction<Destroy>

  /// Absent from drivers without TMA.
  let tensorMapEncodeTiled:
    DriverFunction<
      @convention(c) (
        UnsafeMutableRawPointer?, Int32, UInt32, UnsafeMutableRawPointer?, UnsafePointer<UInt64>?,
        UnsafePointer<UInt64>?, UnsafePointer<UInt32>?, UnsafePointer<UInt32>?, Int32, Int32, Int32,
        Int32
      ) -> Result
    >?

  /// The functions of a library.
  ///
  /// - Throws: `unsupported`, naming the first symbol that the library lacks.
  init(in library: DriverLibrary) throws(HewnError) {
    getErrorName = try library.function("cuGetErrorName")
    getErrorString = try library.function("cuGetErrorString")
    initialize = try library.function("cuInit")
    deviceGetCount = try library.function("cuDeviceGetCount")
    deviceGet = try library.function("cuDeviceGet")
    deviceGetName = try library.function("cuDeviceGetName")
    deviceTotalMem = try library.function("cuDeviceTotalMem_v2")
    deviceGetAttribute = try library.function("cuDeviceGetAttribute")
    devicePrimaryCtxRetain = try library.function("cuDevicePrimaryCtxRetain")
    devicePrimaryCtxRelease = try library.function("cuDevicePrimaryCtxRelease_v2")
    ctxPushCurrent = try library.function("cuCtxPushCurrent_v2")
    ctxPopCurrent = try library.function("cuCtxPopCurrent_v2")
    moduleLoadDataEx = try library.function("cuModuleLoadDataEx")
    moduleUnload = try library.function("cuModuleUnload")
    moduleGetFunction = try library.function("cuModuleGetFunction")
    linkCreate = try library.function("cuLinkCreate_v2")
    linkAddData = try library.function("cuLinkAddData_v2")
    linkComplete = try library.function("cuLinkComplete")
    linkDestroy = try library.function("cuLinkDestroy")
    funcGetAttribute = try library.function("cuFuncGetAttribute")
    funcSetAttribute = try library.function("cuFuncSetAttribute")
    funcGetParamInfo = try library.function("cuFuncGetParamInfo")
    occupancyMaxActiveBlocksPerMultiprocessor = try library.function(
      "cuOccupancyMaxActiveBlocksPerMultiprocessor")
    memGetInfo = try library.function("cuMemGetInfo_v2")
    memAlloc = try library.function("cuMemAlloc_v2")
    memFree = try library.function("cuMemFree_v2")
    memHostAlloc = try library.function("cuMemHostAlloc")
    memFreeHost = try library.function("cuMemFreeHost")
    memcpyHtoDAsync = try library.function("cuMemcpyHtoDAsync_v2")
    memcpyDtoHAsync = try library.function("cuMemcpyDtoHAsync_v2")
    memcpyDtoDAsync = try library.function("cuMemcpyDtoDAsync_v2")
    memsetD8Async = try library.function("cuMemsetD8Async")
    memsetD32Async = try library.function("cuMemsetD32Async")
    streamCreate = try library.function("cuStreamCreate")
    streamDestroy = try library.function("cuStreamDestroy_v2")
    streamSynchronize = try library.function("cuStreamSynchronize")
    streamWaitEvent = try library.function("cuStreamWaitEvent")
    streamBeginCapture = try library.function("cuStreamBeginCapture_v2")
    streamEndCapture = try library.function("cuStreamEndCapture")
    eventCreate = try library.function("cuEventCreate")
    eventDestroy = try library.function("cuEventDestroy_v2")
    eventRecord = try library.function("cuEventRecord")
    eventSynchronize = try library.function("cuEventSynchronize")
    eventElapsedTime = try library.function("cuEventElapsedTime")
    launchKernel = try library.function("cuLaunchKernel")
    graphInstantiate = try library.function("cuGraphInstantiateWithFlags")
    graphLaunch = try library.function("cuGraphLaunch")
    graphExecDestroy = try library.function("cuGraphExecDestroy")
    graphDestroy = try library.function("cuGraphDestroy")
    tensorMapEncodeTiled = library.optionalFunction("cuTensorMapEncodeTiled")
  }
}
