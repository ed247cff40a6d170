import CUDA
import FakeCUDASupport
import Tensors
import Testing

@Suite struct ModuleTests {
  @Test func compiles() throws {
    try Fixture.withContext { fixture in
      let module = try fixture.module()
      #expect(module.origin == .compiler)
      #expect(module.log == "Used 10 registers, options 12=1")
      #expect(module.warnings.isEmpty)
      let properties = try module.function("idle").properties()
      #expect(properties.registerCount == 10)
      #expect(properties.localByteCount == 0)
      #expect(properties.sharedByteCount == 16)
      #expect(properties.threadLimit == 1024)
      #expect(properties.parameterByteCount == 24)
      #expect(try module.function("bare").properties().parameterByteCount == 0)
    }
  }

  /// By the numbers of `CUjit_option`, linked and loaded.
  @Test(arguments: ["", "setmaxnreg"])
  func options(text: String) throws {
    try Fixture.withContext { fixture in
      let module = try Module.compile(
        Fixture.ptx + text, options: JITOptions(optimizationLevel: 2, generatesLineInfo: true),
        cache: fixture.noCache, in: fixture.context)
      #expect(module.log == "Used 10 registers, options 12=1 7=2 13=1")
    }
  }

  @Test func functionsKeepTheirModule() throws {
    try Fixture.withContext { fixture in
      func function() throws -> Function { try fixture.module().function("idle") }
      let function = try function()
      #expect(try function.properties().registerCount == 10)
      #expect(fixture.fake.remains == ["context", "module"])
    }
  }

  @Test func unknownFunction() throws {
    try Fixture.withContext { fixture in
      let module = try fixture.module()
      let error = #expect(throws: HewnError.self) { try module.function("other") }
      #expect(error?.code == .internal)
      #expect(
        error?.message.contains("cuModuleGetFunction failed with CUDA_ERROR_NOT_FOUND (500)")
          == true)
    }
  }

  /// Wrong text, and what the error says.
  @Test(arguments: [
    (
      ".version 8.5\nerror here\n", HewnError.Code.internal,
      [
        "cuModuleLoadDataEx failed with CUDA_ERROR_INVALID_PTX (218): a PTX JIT compilation failed",
        "\nptxas application ptx input, line 2; error : error here",
      ]
    ),
    (".version 9.9\n", .unsupported, ["install NVIDIA's driver 555 or newer"]),
    ("", .internal, ["cuModuleLoadDataEx failed with an error without a name (200)"]),
  ])
  func wrongText(ptx: String, code: HewnError.Code, parts: [String]) throws {
    try Fixture.withContext { fixture in
      let error = #expect(throws: HewnError.self) {
        try Module.compile(ptx, cache: fixture.noCache, in: fixture.context)
      }
      #expect(error?.code == code)
      for part in parts {
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
      }
    }
  }

  /// The driver compiles the text itself where its linker fails.
  @Test(arguments: ["cuLinkCreate_v2", "cuLinkAddData_v2", "cuLinkComplete"])
  func linkingFails(symbol: String) throws {
    try Fixture.withContext { fixture in
      fixture.fake.fail(symbol, with: 1)
      let module = try fixture.module()
      #expect(module.origin == .driver)
      #expect(module.warnings.count == 1)
      #expect(module.warnings.first?.message.hasPrefix("\(symbol) failed") == true)
      #expect(try module.function("idle").name == "idle")
    }
  }

  /// Relocatable code would lose it.
  @Test func changesOfRegistersAreNotLinked() throws {
    try Fixture.withContext { fixture in
      let cache = CubinCache(folder: "\(fixture.fake.folder)/cache")
      let ptx = Fixture.ptx + "setmaxnreg.inc.sync.aligned.u32 232;\n"
      for _ in 0..<2 {
        let module = try Module.compile(ptx, cache: cache, in: fixture.context)
        #expect(module.origin == .driver)
        #expect(module.warnings.isEmpty)
      }
      #expect(!fixture.fake.calls.contains("cuLinkCreate_v2"))
    }
  }
}
