internal import POSIX

/// The directories in which a user's ``JobRoot`` may lie, in the order of preference.
public struct JobBases: Equatable, Sendable {
    /// The one that was asked for; then no other is used.
    public let explicit: String?
    /// Where it may be, if nothing was asked for.
    public let candidates: [String]

    /// The bases of a job.
    ///
    /// - Parameters:
    ///   - explicit: What the user named.
    ///   - ownDirectory: What the CI system empties after each job.
    ///   - environment: Where `XDG_RUNTIME_DIR` and `TMPDIR` are asked for.
    public init(explicit: String?, ownDirectory: String?, environment: Environment) {
        self.explicit = explicit
        candidates = [ownDirectory, environment["XDG_RUNTIME_DIR"], environment["TMPDIR"], "/tmp"].compactMap { $0 }
    }

    /// Opens the root in the first base that can be used, and makes it where there is none.
    ///
    /// A base that is missing or that the user may not write, as the `XDG_RUNTIME_DIR` that `su` leaves behind, is
    /// passed over unless it was asked for. A root that may not be used is never passed over: somebody made it.
    ///
    /// - Throws: `CIEnvError`, of the kind `badConfiguration` where there is no base, or the root may not be used.
    public func openRoot(user: UInt32) throws(CIEnvError) -> JobRoot {
        if let explicit { return try JobRoot.make(in: explicit, user: user) }
        for base in candidates where FilePath.isWritableDirectory(base) {
            return try JobRoot.make(in: base, user: user)
        }
        throw CIEnvError(
            .badConfiguration,
            "there is no directory to work in: \(candidates.joined(separator: ", ")) cannot be written",
            hint: "name one with --tmp-dir or BERTH_TMP_DIR")
    }

    /// Removes what ended jobs left, in the base that was asked for, else in all of the bases.
    ///
    /// Other jobs of the user may have been given another base than this one.
    public func collect(by collector: JobCollector, isRehearsal: Bool = false) -> JobCollector.Report {
        var report = JobCollector.Report()
        var seen: [String] = []
        for base in explicit.map({ [$0] }) ?? candidates {
            do {
                guard let root = try JobRoot.find(in: base, user: collector.user), !seen.contains(root.path) else {
                    continue
                }
                seen.append(root.path)
                report += collector.collect(root, isRehearsal: isRehearsal)
            } catch {
                report.problems.append(error.text)
            }
        }
        return report
    }
}
