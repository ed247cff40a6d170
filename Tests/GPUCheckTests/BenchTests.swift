import GPUCheck
import GPUDevices
import Testing

@Suite struct BenchTests {
  /// What is measured on GPUs is right at small sizes, with all detectors.
  @Test func kernelsAreRight() throws {
    #expect(try Bench.faults(on: EmulatorDevice()) == [])
  }

  /// Kernels that a device does not run are not measured there.
  @Test func older() throws {
    #expect(try Bench.faults(on: EmulatorDevice(target: .sm80)) == [])
  }

  @Test(
    arguments: [
      (0, 0, "0"), (0, 2, "0.00"), (1.25, 0, "1"), (-1.5, 1, "-1.5"), (0.0625, 3, "0.063"),
      (9.9996, 3, "10.000"), (1234.5, 2, "1234.50"), (.infinity, 1, "inf"), (.nan, 1, "nan"),
      (1e300, 1, "1e+300"),
    ] as [(Double, Int, String)])
  func numbers(value: Double, digits: Int, want: String) {
    #expect(value.text(digits: digits) == want)
  }
}

@Suite struct LayersTests {
  /// Shrunken layers of every kernel size, in every precision, with all detectors.
  @Test func layersAreRight() throws {
    let filter = ["vgg16/conv4_1", "layer2/first/project", "mobilenetv1/32to64", "alexnet/conv2"]
    #expect(try Layers.faults(on: EmulatorDevice(), filter: filter) == [])
  }
}
