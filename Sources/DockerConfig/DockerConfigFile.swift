public import JSON
internal import POSIX

/// A docker config (`config.json`), as it was read.
public struct DockerConfigFile: Equatable, Sendable {
    /// What people call it: its path, or the variable that held it.
    public let name: String

    /// All that it says, keys that berth does not know included, in the order of the text.
    ///
    /// Those that berth knows have docker's spelling: docker reads them in any.
    public internal(set) var object: JSONObject

    /// The longest config that is read, in bytes.
    static let limit = 1 << 20

    /// A config that says nothing.
    public static func empty(named name: String) -> DockerConfigFile {
        DockerConfigFile(name: name, object: JSONObject())
    }

    private init(name: String, object: JSONObject) {
        self.name = name
        self.object = object
    }

    /// The credentials as they stand there, by the registries' texts.
    public var auths: JSONObject { object["auths"]?.object ?? JSONObject() }

    /// The programs that have the credentials of single registries, without `docker-credential-`.
    public var credHelpers: [(server: String, program: String)] {
        (object["credHelpers"]?.object ?? JSONObject()).members.compactMap { member in
            member.value.string.map { (member.key, $0) }
        }
    }

    /// The program that has all other credentials, without `docker-credential-`.
    public var credsStore: String? {
        guard let name = object["credsStore"]?.string, !name.isEmpty else { return nil }
        return name
    }
}

extension DockerConfigFile {
    /// Reads a config's text.
    ///
    /// White space alone is an empty config, as it is for docker.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - name: What errors call it.
    /// - Returns: The config.
    /// - Throws: `DockerConfigError` of the kind `badData`.
    public static func parse(_ text: [UInt8], named name: String) throws(DockerConfigError) -> DockerConfigFile {
        func corrupt(_ why: String) -> DockerConfigError {
            DockerConfigError(.badData, "\(name): \(why)", hint: "correct it or move it away")
        }
        if text.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) { return .empty(named: name) }
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { throw corrupt("it begins with a byte order mark") }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: text)
        } catch {
            throw corrupt(error.description)
        }
        guard let object = value.object else { throw corrupt("its top level is not an object") }
        let named = ConfigKey.withDockersSpelling(object)
        if let why = ConfigKey.firstMistake(in: named) { throw corrupt(why) }
        return DockerConfigFile(name: name, object: named)
    }

    /// Reads the config at `path`, following links.
    ///
    /// Where there is none it is empty.
    ///
    /// - Throws: `DockerConfigError`: `badData` for what is no config, `badConfiguration` for what cannot be read.
    public static func load(_ path: String) throws(DockerConfigError) -> DockerConfigFile {
        try read(path, named: path) ?? .empty(named: path)
    }

    /// Reads what `DOCKER_AUTH_CONFIG` holds: a config's text or, as GitLab's documentation has it, a file's path.
    ///
    /// - Parameters:
    ///   - value: The variable's value. No error shows it, as it may be a secret without its braces.
    ///   - name: The variable's name.
    /// - Returns: The config.
    /// - Throws: `DockerConfigError`, as for a file.
    public static func variable(_ value: String, named name: String) throws(DockerConfigError) -> DockerConfigFile {
        let text = value.withoutMargins
        if [nil, "{", "[", "\u{FEFF}"].contains(text.unicodeScalars.first) {
            return try parse(Array(value.utf8), named: name)
        }
        guard let file = try read(text, named: "the file that \(name) names") else {
            throw DockerConfigError(
                .badData, "\(name): it is neither JSON nor the path of a file",
                hint: "give it a docker config's text, or unset it")
        }
        return file
    }

    /// The config at `path`, or `nil` where there is nothing.
    private static func read(_ path: String, named name: String) throws(DockerConfigError) -> DockerConfigFile? {
        let text: [UInt8]
        do throws(SystemError) {
            // Opening a device may do something, so it is looked at before.
            let status = try FileStatus(path: path)
            guard status.kind == .file else { throw SystemError(.invalid, "read", path) }
            text = try FileDescriptor(reading: path).readAll(limit: limit)
        } catch {
            switch error.code {
            case .notFound: return nil
            case .tooLarge: throw DockerConfigError(.badData, "\(name): it is larger than \(limit >> 20) MiB")
            default:
                let why = error.code == .invalid ? "it is not a file" : "\(error.code)"
                throw DockerConfigError(
                    .badConfiguration, "cannot read \(name): \(why)",
                    hint: "make it readable, or name another directory with --docker-config")
            }
        }
        return try parse(text, named: name)
    }
}
