/// A value that was given on the command line or by a variable, and by which.
public struct Setting {
    /// The value.
    public let value: String
    /// The option or the variable.
    public let name: String
    /// How much it counts: 0 for an argument, else the variable's place among those asked for, from 1.
    let rank: Int
    /// Whether it was given on the command line.
    public var isArgument: Bool { rank == 0 }

    /// The first that says something: the argument, then the variables in their order.
    public init?(_ argument: String?, _ option: String, or variables: String..., in environment: Environment) {
        if let argument {
            (value, name, rank) = (argument, option, 0)
            return
        }
        for (index, variable) in variables.enumerated() {
            guard let value = environment[variable] else { continue }
            (self.value, name, rank) = (value, variable, index + 1)
            return
        }
        return nil
    }

    /// Why the value cannot be used.
    ///
    /// The value itself is not repeated: it may be a secret in the wrong place.
    public func error(_ why: String, hint: String? = nil) -> CIEnvError {
        CIEnvError(isArgument ? .usage : .badConfiguration, "\(name): \(why)", hint: hint)
    }

    /// The value as a path.
    ///
    /// An argument may be empty, as `--tmp-dir "$DIR"` is where there is no `DIR`, and that would be the working
    /// directory, or the root.
    public func path() throws(CIEnvError) -> String {
        guard !value.isEmpty else { throw error("no path") }
        return value
    }

    /// The value as yes or no.
    func bool() throws(CIEnvError) -> Bool {
        switch value.lowercased() {
        case "1", "true", "yes", "on": true
        case "0", "false", "no", "off": false
        default: throw error("neither yes nor no", hint: "say true or false")
        }
    }

    /// Whether the argument, or else one of the variables, says yes.
    public static func flag(
        _ argument: Bool?, or variables: (String, String), default standard: Bool, in environment: Environment
    ) throws(CIEnvError) -> Bool {
        if let argument { return argument }
        return try Setting(nil, "", or: variables.0, variables.1, in: environment)?.bool() ?? standard
    }
}
