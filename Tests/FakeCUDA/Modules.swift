/// The buffers for logs among the options of a compilation.
struct LogBuffers {
  var info: UnsafeMutablePointer<CChar>?
  var infoByteCount = 0
  var errors: UnsafeMutablePointer<CChar>?
  var errorByteCount = 0
  /// What else was asked for, as `7=2`.
  var others: [String] = []

  init(
    _ count: UInt32, _ names: UnsafeMutablePointer<Int32>?,
    _ values: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) {
    guard let names, let values else { return }
    for index in 0..<Int(count) {
      let value = values[index]
      switch names[index] {
      case 3: info = value?.assumingMemoryBound(to: CChar.self)
      case 4: infoByteCount = Int(bitPattern: value)
      case 5: errors = value?.assumingMemoryBound(to: CChar.self)
      case 6: errorByteCount = Int(bitPattern: value)
      default: others.append("\(names[index])=\(Int(bitPattern: value))")
      }
    }
  }

  func write(info text: String) { Self.write(text, info, infoByteCount) }
  func write(error text: String) { Self.write(text, errors, errorByteCount) }

  private static func write(_ text: String, _ buffer: UnsafeMutablePointer<CChar>?, _ count: Int) {
    guard let buffer else { return }
    for (index, character) in text.utf8CString.prefix(count).enumerated() {
      buffer[index] = character
    }
  }
}

/// What the fake compiler makes of text: kernels and the sizes of their parameters.
///
/// Right text begins with `.version`, besides comments; `.version 9.9` is too new, and lines with
/// `error` are wrong.
private func compile(_ text: String, _ logs: LogBuffers) -> (kernels: [String: Int], result: Int32)
{
  let lines = text.split(separator: "\n")
  let code = lines.filter { !$0.hasPrefix("//") }
  guard let version = code.first, version.hasPrefix(".version") else {
    logs.write(error: "ptxas fatal   : Ptx assembly aborted due to errors")
    return ([:], 218)
  }
  if version == ".version 9.9" { return ([:], 222) }
  for (number, line) in lines.enumerated() where line.contains("error") {
    logs.write(error: "ptxas application ptx input, line \(number + 1); error : \(line)")
    return ([:], 218)
  }
  var kernels: [String: Int] = [:]
  for entry in code.joined(separator: "\n").split(separator: ".entry ").dropFirst() {
    let name = entry.prefix { $0 != "(" }
    let parameters = entry.dropFirst(name.count).prefix { $0 != ")" }
    let byteCount = parameters.split(separator: "[").last?.prefix { $0 != "]" } ?? ""
    kernels[String(name)] = Int(byteCount) ?? 0
  }
  logs.write(info: "Used 10 registers, options \(logs.others.joined(separator: " "))")
  return (kernels, 0)
}

/// Machine code: PTX after a word.
private let cubinPrefix = "FAKECUBIN\n"

@c package func cuModuleLoadDataEx(
  _ module: UnsafeMutablePointer<OpaquePointer?>?, _ image: UnsafeRawPointer?, _ count: UInt32,
  _ names: UnsafeMutablePointer<Int32>?,
  _ values: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
  call("cuModuleLoadDataEx") { state in
    if state.invalidateCaptures() { return 900 }
    guard let image else { return 1 }
    var text = String(cString: image.assumingMemoryBound(to: CChar.self))
    if text.hasPrefix(cubinPrefix) {
      text.removeFirst(cubinPrefix.count)
    } else if !text.contains(".version") {
      return 200
    }
    let (kernels, result) = compile(text, LogBuffers(count, names, values))
    guard result == 0 else { return result }
    module?.pointee = pointer(state.add(.module(FakeModule(kernels: kernels))))
    return 0
  }
}

@c package func cuModuleUnload(_ module: OpaquePointer?) -> Int32 {
  call("cuModuleUnload") { state in
    guard case .module? = state.things.removeValue(forKey: handle(module)) else { return 400 }
    for (key, thing) in state.things {
      if case .function(let function) = thing, function.module == handle(module) {
        state.things[key] = nil
      }
    }
    return 0
  }
}

@c package func cuModuleGetFunction(
  _ function: UnsafeMutablePointer<OpaquePointer?>?, _ module: OpaquePointer?,
  _ name: UnsafePointer<CChar>?
) -> Int32 {
  call("cuModuleGetFunction") { state in
    guard case .module(let target)? = state.things[handle(module)], let name else { return 400 }
    let text = String(cString: name)
    guard let byteCount = target.kernels[text] else { return 500 }
    let kernel = FakeFunction(name: text, module: handle(module), parameterByteCount: byteCount)
    function?.pointee = pointer(state.add(.function(kernel)))
    return 0
  }
}

@c(cuLinkCreate_v2) package func cuLinkCreate(
  _ count: UInt32, _ names: UnsafeMutablePointer<Int32>?,
  _ values: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  _ link: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  call("cuLinkCreate_v2") { state in
    link?.pointee = pointer(
      state.add(.link(FakeLink(options: LogBuffers(count, names, values)))))
    return 0
  }
}

@c(cuLinkAddData_v2) package func cuLinkAddData(
  _ link: OpaquePointer?, _ type: Int32, _ data: UnsafeMutableRawPointer?, _ byteCount: Int,
  _ name: UnsafePointer<CChar>?, _ count: UInt32, _ names: UnsafeMutablePointer<Int32>?,
  _ values: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
  call("cuLinkAddData_v2") { state in
    guard case .link(var target)? = state.things[handle(link)], let data, type == 1 else {
      return 400
    }
    let bytes = UnsafeRawBufferPointer(start: data, count: byteCount)
    guard bytes.last == 0 else { return 1 }
    target.text = String(decoding: bytes.dropLast(), as: UTF8.self)
    let (_, result) = compile(target.text, target.options)
    state.things[handle(link)] = .link(target)
    return result
  }
}

@c package func cuLinkComplete(
  _ link: OpaquePointer?, _ cubin: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  _ byteCount: UnsafeMutablePointer<Int>?
) -> Int32 {
  call("cuLinkComplete") { state in
    guard case .link(var target)? = state.things[handle(link)] else { return 400 }
    let code = Array((cubinPrefix + target.text).utf8CString)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: code.count, alignment: 16)
    code.withUnsafeBytes { memory.copyMemory(from: $0) }
    target.cubin = memory
    state.things[handle(link)] = .link(target)
    cubin?.pointee = memory.baseAddress
    byteCount?.pointee = memory.count
    return 0
  }
}

@c package func cuLinkDestroy(_ link: OpaquePointer?) -> Int32 {
  call("cuLinkDestroy") { state in
    guard case .link(let target)? = state.things.removeValue(forKey: handle(link)) else {
      return 400
    }
    // The driver may write to the logs until now.
    target.options.write(info: "ptxas info    : done")
    target.cubin?.deallocate()
    return 0
  }
}
