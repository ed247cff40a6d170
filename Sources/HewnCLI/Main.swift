#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@main
enum Main {
  static func main() {
    // A reader that closes our output early, such as `head`, ends the process without a word.
    signal(SIGPIPE, SIG_DFL)
    exit(CommandLineTool.run(Array(CommandLine.arguments.dropFirst()), console: .system))
  }
}
