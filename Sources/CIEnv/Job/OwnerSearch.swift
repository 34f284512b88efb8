public import POSIX

/// Which process a job directory is made for.
public enum OwnerSearch {
    /// The most ancestors that are looked at.
    private static let depth = 64

    /// The shell that evaluates what is written to `output`, or `nil` where it cannot be known.
    ///
    /// In `eval "$(berth ci-env || echo exit 1)"` the parent is a short-lived subshell. It has the substitution's pipe
    /// (in ksh93 a socket or a deleted file) for its standard output, as berth has; the first ancestor that has another
    /// is the shell that evaluates. What goes into a file may be read by anybody, at any time. What goes to a terminal or
    /// to `/dev/null` nobody evaluates, and the caller is as good an owner as any.
    ///
    /// - Parameters:
    ///   - parent: The process id to begin with.
    ///   - output: What the output is written to.
    ///   - processes: The machine's processes.
    /// - Returns: The shell.
    public static func evaluatingShell(
        from parent: Int, output: FileStatus?, in processes: ProcessTable
    ) -> ProcessTable.Identity? {
        guard let output else { return nil }
        switch output.kind {
        case .pipe, .socket: break
        case .file where output.linkCount == 0: break
        case .file: return nil
        default: return processes.entry(parent)?.identity
        }
        let reader = firstAncestor(from: parent, in: processes) { entry in
            guard let other = processes.openFile(1, of: entry.identity.pid) else { return nil }
            return other.identity != output.identity
        }
        return reader.map { beyondSubshells($0, in: processes) }
    }

    /// The shell that `process` is a copy of, however often copied.
    ///
    /// In `eval "$(berth ci-env | tee log)"` the one with another standard output is the substitution's subshell, which
    /// ends before the job has begun.
    private static func beyondSubshells(
        _ process: ProcessTable.Identity, in processes: ProcessTable
    ) -> ProcessTable.Identity {
        var process = process
        for _ in 0..<depth {
            guard let entry = processes.entry(process.pid), entry.parent > 0,
                processes.isFork(process.pid, of: entry.parent), let parent = processes.entry(entry.parent)
            else { break }
            process = parent.identity
        }
        return process
    }

    /// The process of GitHub's runner that lives exactly as long as a job, or `nil` in other runners.
    public static func githubWorker(from parent: Int, in processes: ProcessTable) -> ProcessTable.Identity? {
        firstAncestor(from: parent, in: processes) { $0.name == "Runner.Worker" }
    }

    /// The first ancestor that `matches`; `nil` where there is none, or where that answers `nil`: not to be known.
    private static func firstAncestor(
        from parent: Int, in processes: ProcessTable, where matches: (ProcessTable.Entry) -> Bool?
    ) -> ProcessTable.Identity? {
        var pid = parent
        for _ in 0..<depth {
            guard pid > 0, let entry = processes.entry(pid), let isMatch = matches(entry) else { return nil }
            if isMatch { return entry.identity }
            pid = entry.parent
        }
        return nil
    }
}
