import Hewn

extension ConsoleCommand {
  /// Compiles with progress, and prints what the plan has to note.
  ///
  /// - Throws: `invalidArgument` for a plan file of another engine than the one asked for; what
  ///   compiling throws.
  package func compile(
    _ model: Model, _ options: CompileOptions, _ console: Console
  ) throws -> Plan {
    if let compiledFor = model.compiledOptions, let compiled = compiledFor.engine,
      let asked = options.engine, asked != compiled,
      options.device.map({ $0 == compiledFor.device }) ?? true
    {
      throw HewnError(
        .invalidArgument,
        "\(model.summary.planFile ?? "the plan") was compiled with --engine \(compiled.rawValue);"
          + " compile the model again with --engine \(asked.rawValue)")
    }
    let plan = try Progress(console).during("compiling \(model.summary.file)") {
      try model.compile(options)
    }
    for note in plan.notes { console.note(note) }
    return plan
  }
}
