internal import CIEnv
internal import Logging
internal import POSIX

/// What is said to a person, on standard error.
struct Reporter {
    /// When text is coloured.
    enum Color: String, CaseIterable {
        case auto, always, never
    }

    /// Whether what ``debug(_:)`` is given is shown.
    let isVerbose: Bool
    private let log: Logger
    private let isQuiet: Bool
    private let isColored: Bool

    /// What speaks as the options of a command line say, where there are any, and `environment`.
    init(_ environment: Environment, isVerbose: Bool = false, isQuiet: Bool = false, color: Color = .auto) {
        let isVerbose = isVerbose || environment.isTrue("BERTH_VERBOSE")
        self.isVerbose = isVerbose
        self.isQuiet = isQuiet
        isColored =
            switch color {
            case .always: true
            case .never: false
            case .auto: environment["NO_COLOR"] == nil && StandardStream.error.isTerminal
            }
        log = Logger(label: "berth") { _ in
            if isVerbose { StandardErrorLog() } else { SwiftLogNoOpLogHandler() }
        }
    }

    /// What the developers of a pipeline want to see with `--verbose`.
    func debug(_ text: @autoclosure () -> String) {
        log.debug("\(text())")
    }

    /// Something went wrong, but not what was asked for.
    func warn(_ text: String) {
        if !isQuiet { say("berth: \(colored("warning", code: 33)): ", text) }
    }

    /// Something that is good to know.
    func note(_ text: String) {
        if !isQuiet { say("berth: ", text) }
    }

    /// Why the command fails.
    func report(_ failure: Failure) {
        say("\(colored("berth", code: 31)): ", failure.text)
        if let hint = failure.hint { say("hint: ", hint) }
    }

    /// Writes lines as they are.
    func print(_ lines: String) {
        try? StandardStream.error.write(lines)
    }

    /// One line, whatever `text` holds: job names, paths and servers' words may hold newlines and worse.
    private func say(_ prefix: String, _ text: String) {
        print("\(prefix)\(Self.printable(text))\n")
    }

    /// `text` with everything escaped that a terminal would obey or that would end the line.
    static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.reduce(into: "") { $0 += isControl($1) ? $1.escaped(asASCII: true) : String($1) }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    private func colored(_ text: String, code: Int) -> String {
        isColored ? "\u{1B}[1;\(code)m\(text)\u{1B}[0m" : text
    }
}

/// Log lines on standard error, without a time: the CI system's own log has one.
private struct StandardErrorLog: LogHandler {
    var logLevel = Logger.Level.debug
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        try? StandardStream.error.write("berth: \(event.level): \(Reporter.printable("\(event.message)"))\n")
    }
}
