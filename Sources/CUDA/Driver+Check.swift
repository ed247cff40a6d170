internal import Tensors

extension Driver {
  /// Calls a function of the driver.
  ///
  /// - Throws: an error with the function, and the driver's name and text of what went wrong.
  func check<Call>(
    _ function: DriverFunction<Call>, detail: @autoclosure () -> String? = nil,
    _ call: (Call) -> DriverFunctions.Result
  ) throws(HewnError) {
    let result = call(function.call)
    guard result == DriverResult.success else {
      throw error(result, in: function.name, detail: detail())
    }
  }

  /// The error of a call: which, the driver's name, number and text of it, and what to do.
  func error(
    _ result: DriverFunctions.Result, in call: String, detail: String? = nil
  ) -> HewnError {
    let name = text(functions.getErrorName, of: result) ?? "an error without a name"
    let description = text(functions.getErrorString, of: result).map { ": \($0)" } ?? ""
    let (code, advice) = Self.remedy(of: result)
    var message = "\(call) failed with \(name) (\(result))\(description)"
    if let advice { message += "; \(advice)" }
    if let detail { message += "\n\(detail)" }
    return HewnError(code, message)
  }

  private func text(
    _ function: DriverFunction<
      @convention(c) (DriverFunctions.Result, DriverFunctions.TextOut?) -> DriverFunctions.Result
    >, of result: DriverFunctions.Result
  ) -> String? {
    var text: UnsafePointer<CChar>?
    guard function.call(result, &text) == DriverResult.success else { return nil }
    return text.map { String(cString: $0) }
  }

  private static func remedy(
    of result: DriverFunctions.Result
  ) -> (code: HewnError.Code, advice: String?) {
    switch result {
    case DriverResult.outOfMemory:
      (.outOfMemory, "use a smaller batch, or end other processes that hold memory of the GPU")
    case DriverResult.noDevice, DriverResult.invalidDevice:
      (
        .unsupported,
        "there is no such NVIDIA GPU: see what nvidia-smi lists, and check CUDA_VISIBLE_DEVICES"
      )
    case DriverResult.stubLibrary:
      (.unsupported, "the library is a stub to link against: use the driver's own libcuda.so.1")
    case DriverResult.jitCompilerNotFound:
      (.unsupported, "install the driver's package with libnvidia-ptxjitcompiler.so")
    case DriverResult.jitCompilationDisabled:
      (.unsupported, "unset CUDA_DISABLE_PTX_JIT")
    case DriverResult.unsupportedPTXVersion:
      (.unsupported, "install NVIDIA's driver \(oldestRelease) or newer")
    case DriverResult.systemDriverMismatch, DriverResult.compatNotSupportedOnDevice:
      (.unsupported, "the library and the kernel module of the driver differ: restart the machine")
    case DriverResult.systemNotReady:
      (.device, "start NVIDIA's services, such as nvidia-fabricmanager")
    case DriverResult.deviceUnavailable:
      (.device, "another process uses the GPU alone: end it, or choose another GPU")
    case DriverResult.noBinaryForGPU, DriverResult.notSupported:
      (.unsupported, nil)
    case DriverResult.invalidPTX, DriverResult.invalidImage, DriverResult.notFound:
      (.internal, nil)
    case _ where DriverResult.kernelFaults.contains(result):
      (.device, "a kernel launched before this call is at fault, and the process must start anew")
    default: (.device, nil)
    }
  }
}
