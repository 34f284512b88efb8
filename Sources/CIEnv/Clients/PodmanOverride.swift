internal import POSIX

/// What makes podman's `manifest inspect` use the job's credentials.
///
/// podman up to 4.3 answers that one command without looking at `REGISTRY_AUTH_FILE`: it reads the files that
/// containers-auth.json(5) lists, which all jobs of a user share, before `DOCKER_CONFIG`. But before any file it asks
/// the helpers that containers-registries.conf(5) names, and that file can be the job's own. So where a shared file is
/// in the way, the job gets a copy of the registries.conf in force with `docker-credential-berth` at the head of its
/// `credential-helpers`.
public enum PodmanOverride {
    /// The variable that names the registries.conf of podman, buildah and their library.
    static let variable = "CONTAINERS_REGISTRIES_CONF"

    /// The longest registries.conf that is taken over, in bytes.
    private static let limit = 1 << 20

    /// The text of the job's registries.conf, or `nil` where no shared file is in the way.
    ///
    /// - Throws: `CIEnvError` where the registries.conf in force cannot be read.
    public static func registriesConf(
        environment: Environment, home: String?, user: UInt32
    ) throws(CIEnvError) -> [UInt8]? {
        let config = environment["XDG_CONFIG_HOME"] ?? home.map { "\($0)/.config" }
        let shared = [
            environment["XDG_RUNTIME_DIR"].map { "\($0)/containers/auth.json" },
            "/run/containers/\(user)/auth.json",
            config.map { "\($0)/containers/auth.json" },
        ]
        guard shared.contains(where: { $0.map(FilePath.exists) ?? false }) else { return nil }
        // Unlike for auth.json, the library looks for this one below HOME only.
        let files = [
            environment[variable], home.map { "\($0)/.config/containers/registries.conf" },
            "/etc/containers/registries.conf",
        ]
        guard let inForce = files.compactMap({ $0 }).first(where: FilePath.exists) else { return withHelper([]) }
        return withHelper(
            try attempt { () throws(SystemError) in try FileDescriptor(reading: inForce).readAll(limit: limit) })
    }

    /// `original` with berth's helper before the others that it names.
    static func withHelper(_ original: [UInt8]) -> [UInt8] {
        let helper = #""berth""#, files = #""containers-auth.json""#
        var start = original.startIndex
        while start < original.endIndex {
            let end = original[start...].firstIndex(of: UInt8(ascii: "\n")) ?? original.endIndex
            let line = original[start..<end].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            // A key behind a table's head belongs to that table.
            if line.first == UInt8(ascii: "[") { break }
            if let bracket = listOfHelpers(in: line) {
                let rest = original[(bracket + 1)...]
                // An empty list means the files, as no list does; with a helper in it it would mean them no more.
                let helpers = isEnd(ofList: rest) ? "\(helper), \(files)" : "\(helper), "
                return original[...bracket] + Array(helpers.utf8) + rest
            }
            start = end + 1
        }
        return Array("credential-helpers = [\(helper), \(files)]\n".utf8) + original
    }

    /// Whether a list ends where `rest` begins, with nothing before but blanks, newlines and comments.
    private static func isEnd(ofList rest: ArraySlice<UInt8>) -> Bool {
        var rest = rest
        while let first = rest.first {
            switch first {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): rest.removeFirst()
            case UInt8(ascii: "#"): rest = rest.drop { $0 != UInt8(ascii: "\n") }
            default: return first == UInt8(ascii: "]")
            }
        }
        return false
    }

    /// Where the list begins, if `line` is `credential-helpers = [`.
    private static func listOfHelpers(in line: ArraySlice<UInt8>) -> Int? {
        guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let key = line[..<equals].filter { !#" "'"#.utf8.contains($0) && $0 != UInt8(ascii: "\t") }
        guard key == Array("credential-helpers".utf8) else { return nil }
        return line[equals...].firstIndex(of: UInt8(ascii: "["))
    }
}
