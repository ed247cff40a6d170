import Hewn

extension ConsoleCommand {
  /// Compiles with progress, and prints what the plan has to note.
  ///
  /// - Throws: `invalidArgument` for a plan file of another engine than the one asked for; what
  ///   compiling throws.
  package func compile(
    _ model: Model, _ options: CompileOptions, _ console: Console
  ) throws -> Plan {
    if options.device == .cpu, let asked = options.engine,
      let compiled = model.compiledOptions?.engine, asked != compiled
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
