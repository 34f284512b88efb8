internal import CIEnv
internal import DockerConfig
internal import POSIX

/// How a job's shell gets its script.
struct Delivery {
    private enum Way {
        /// The script itself, on standard output.
        case script
        /// The path of the script in the job's directory, on standard output.
        case path
        /// In a file that is put in the place of another.
        case file(String)
        /// At the end of a file that is there: GitHub's, or a pipe. GitHub has one of its own for the search path.
        case appended(to: String, searchPath: String?)
    }

    private let way: Way
    private let shell: Shell

    /// The way that `output` asks for.
    ///
    /// - Throws: `Failure` where it cannot be gone.
    init(_ output: OutputOptions, environment: Environment) throws(Failure) {
        shell = output.shell
        switch output.destination {
        case .jobDirectory: way = .path
        case .file(let path): way = .file(path)
        case .standardOutput:
            guard shell == .github else {
                way = .script
                return
            }
            guard let path = environment["GITHUB_ENV"] else {
                throw Failure(
                    .badConfiguration, "there is no file for the job's variables: GITHUB_ENV is not set",
                    hint: "outside of a GitHub job, --shell sh or --output-file-path has its uses")
            }
            way = .appended(to: path, searchPath: environment["GITHUB_PATH"].flatMap(Self.appendable))
        }
    }

    /// The path of a file that lines can be added to; `nil` where they cannot.
    private static func appendable(_ path: String) -> String? {
        guard (try? FileStatus(path: path).kind) == .file, (try? FileDescriptor(appendingTo: path)) != nil else {
            return nil
        }
        return path
    }

    /// The file for the search path, and the line that the plan has for it; `nil` where the script sets it.
    private func searchPathLine(_ plan: JobPlan) -> (file: String, line: String)? {
        guard case .appended(_, let file?) = way, let programs = plan.programs, !programs.contains("\n") else {
            return nil
        }
        return (file, "\(programs)\n")
    }

    /// Those of the plan's variables that the script is to set.
    ///
    /// GitHub's runner hands each variable of its file to actions in containers as well, whose images have a search path
    /// of their own: this machine's would hide their programs.
    func exports(of plan: JobPlan) -> [Export] {
        guard searchPathLine(plan) != nil else { return plan.exports }
        return plan.exports.filter { $0.name != JobPlan.searchPathName }
    }

    /// Hands over `script`; all of it, or it throws.
    func write(_ script: String, of plan: JobPlan, secrets: () -> [Secret]) throws(Failure) {
        do throws(SystemError) {
            switch way {
            case .script: try StandardStream.output.write(script)
            case .path:
                try StandardStream.output.write("\(plan.directory.path)/\(JobPlan.scriptName(shell))\n")
            case .file(let path): try Self.put(Array(script.utf8), at: path)
            case .appended(let path, _):
                // Before anything that comes later in the job can print one.
                let masks = secrets().map { $0.withValue(Shell.githubMask) }
                try StandardStream.output.write(masks.joined())
                if let (file, line) = searchPathLine(plan) { try Self.append(line, to: file) }
                try Self.append(script, to: path)
            }
        } catch {
            throw Failure(error)
        }
    }

    /// Puts a file in the place of another; what is no file is written to.
    static func put(_ content: [UInt8], at path: String) throws(SystemError) {
        // A pipe, `/dev/stdout` and the like cannot be replaced, and are not meant to be.
        if isOpenFile(path) || (try? FileStatus(path: path).kind).map({ $0 != .file }) ?? false {
            return try FileDescriptor(appendingTo: path).write(content)
        }
        // A link is replaced too: where it leads, somebody else may have chosen.
        try Directory(path: FilePath.parent(path)).replace(FilePath.lastComponent(path), content)
    }

    /// Whether `path` means what a process has open, whatever that is; in /dev/shm lie files like any others.
    private static func isOpenFile(_ path: String) -> Bool {
        [path, (try? FilePath.linkTarget(path)) ?? ""].contains { path in
            path.hasPrefix("/proc/") || path.hasPrefix("/dev/") && !path.hasPrefix("/dev/shm/")
        }
    }

    /// Adds lines to a file that is there.
    static func append(_ script: String, to path: String) throws(SystemError) {
        // A last line without an end would swallow the first of these.
        let text = try FileDescriptor(reading: path).readAll(limit: 64 << 20)
        let start = text.last.map { $0 == UInt8(ascii: "\n") } ?? true ? "" : "\n"
        try FileDescriptor(appendingTo: path).write(Array((start + script).utf8))
    }
}
