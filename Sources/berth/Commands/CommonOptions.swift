internal import ArgumentParser
internal import CIEnv

/// The options of all commands.
struct CommonOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Tell more about what is done. [BERTH_VERBOSE]")
    var verbose = false

    @Flag(name: .shortAndLong, help: "Say nothing but errors.")
    var quiet = false

    @Option(help: ArgumentHelp("Colour: auto, always or never. Never where NO_COLOR is set.", valueName: "when"))
    var color: Reporter.Color = .auto

    /// What speaks to people as these options say.
    func reporter(_ environment: Environment) -> Reporter {
        Reporter(environment, isVerbose: verbose, isQuiet: quiet, color: color)
    }
}

extension Reporter.Color: ExpressibleByArgument {}
