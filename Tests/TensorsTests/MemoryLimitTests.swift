import Tensors
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct MemoryLimitTests {
  @Test func refusesMoreThanThereIs() throws {
    for byteCount in [1 << 50, .max] {
      let error = #expect(throws: HewnError.self) {
        try MemoryLimit.check(byteCount, for: "activations")
      }
      #expect(error?.code == .outOfMemory)
      #expect(error?.message.hasPrefix("activations would take") == true, "\(error?.message ?? "")")
    }
    try MemoryLimit.check(0, for: "nothing")
    try MemoryLimit.check(1 << 20, for: "little")
  }

  @Test func refusesTensorsBeforeAllocating() throws {
    let error = #expect(throws: HewnError.self) {
      _ = try Tensor(type: TensorType(.float32, [1 << 20, 1 << 20])) { _ in }
    }
    #expect(error?.code == .outOfMemory)
    #expect(error?.message.contains("float32[1048576×1048576]") == true, "\(error?.message ?? "")")
  }

  #if canImport(Glibc)
    /// Small requests count as well, as they add up.
    @Test func respectsLimitsOfTheProcess() async {
      await #expect(processExitsWith: .success) {
        let limit = rlim_t(2 << 30)
        var limits = rlimit(rlim_cur: limit, rlim_max: limit)
        let status = setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits)
        #expect(status == 0)
        var tensors: [Tensor] = []
        let error = #expect(throws: HewnError.self) {
          for _ in 0..<(3 << 30) / (10 << 20) {
            tensors.append(try Tensor(type: TensorType(.uint8, [10 << 20])) { _ in })
          }
        }
        #expect(error?.code == .outOfMemory)
        #expect(tensors.count > 1)
      }
    }
  #endif
}
