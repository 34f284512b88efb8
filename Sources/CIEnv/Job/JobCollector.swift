internal import POSIX

/// Removes what ended jobs left.
public struct JobCollector: Sendable {
    private let observer: Host

    /// The user whose directories it removes.
    public var user: UInt32 { observer.user }

    /// A collector that sees leases from `observer`.
    public init(observer: Host) {
        self.observer = observer
    }

    /// What was found in a root.
    public struct Report: Equatable, Sendable {
        /// The paths of the directories that were removed, or would be.
        public var removed: [String] = []
        /// How many jobs go on.
        public var alive = 0
        /// What could not be removed, and why.
        public var problems: [String] = []

        /// An empty report.
        public init() {}

        /// Adds what another root holds.
        public static func += (sum: inout Report, other: Report) {
            sum.removed += other.removed
            sum.alive += other.alive
            sum.problems += other.problems
        }
    }

    private enum State {
        case alive, ended, foreign
    }

    /// How long a directory without a readable lease is left alone, in seconds: a disk error must not end a job.
    private static let grace = 24 * 3600

    /// Removes from `root` every job directory whose lease has ended, and nothing that berth did not make.
    ///
    /// - Parameters:
    ///   - root: Where to look.
    ///   - isRehearsal: Whether only to say what would go.
    /// - Returns: What was found. What cannot be removed is reported and does not stop the others.
    public func collect(_ root: borrowing JobRoot, isRehearsal: Bool = false) -> Report {
        var report = Report()
        do {
            for name in try root.directory.names() {
                do {
                    if name.hasPrefix(JobDirectory.unfinishedPrefix) {
                        if try removeUnfinished(name, from: root, isRehearsal) {
                            report.removed.append("\(root.path)/\(name)")
                        }
                        continue
                    }
                    switch state(of: name, in: root.directory) {
                    case .alive: report.alive += 1
                    case .foreign: break
                    case .ended:
                        if isRehearsal ? true : try remove(name, from: root) {
                            report.removed.append("\(root.path)/\(name)")
                        }
                    }
                } catch {
                    report.problems.append("\(error)")
                }
            }
        } catch {
            report.problems.append("\(error)")
        }
        return report
    }

    private func remove(_ name: String, from root: borrowing JobRoot) throws(CIEnvError) -> Bool {
        guard name.hasPrefix(JobDirectory.trashPrefix) else { return try JobDirectory.remove(name, in: root) }
        do {
            try root.directory.removeTree(name)
        } catch {
            throw CIEnvError(error)
        }
        return true
    }

    /// Removes what a killed berth was filling.
    ///
    /// One that lives holds the directory's lock.
    private func removeUnfinished(
        _ name: String, from root: borrowing JobRoot, _ isRehearsal: Bool
    ) throws(CIEnvError) -> Bool {
        guard let directory = try? root.directory.subdirectory(name), (try? directory.tryLock()) == true else {
            return false
        }
        // The lock is kept until it is gone: who makes a directory and comes for its lock only now must not find it.
        defer { withExtendedLifetime(directory) {} }
        return isRehearsal ? true : try JobDirectory.remove(name, in: root)
    }

    private func state(of name: String, in root: borrowing Directory) -> State {
        guard let directory = try? root.subdirectory(name) else { return unopened(name, in: root) }
        if name.hasPrefix(JobDirectory.trashPrefix) { return .ended }
        guard let text = try? directory.read(Lease.fileName, limit: 65_536) else {
            return withoutLease(directory)
        }
        guard let lease = Lease(text) else { return isStale(directory) ? .ended : .alive }
        return lease.hasEnded(seenFrom: observer) ? .ended : .alive
    }

    /// A trashed directory may be one that a killed removal left without its permissions.
    private func unopened(_ name: String, in root: borrowing Directory) -> State {
        guard name.hasPrefix(JobDirectory.trashPrefix), (try? root.status(of: name).kind) == .directory else {
            return .foreign
        }
        return .ended
    }

    /// A directory that is no job's, or a job's that has lost its lease.
    private func withoutLease(_ directory: borrowing Directory) -> State {
        guard (try? directory.status(of: "docker").kind) == .directory else { return .foreign }
        return isStale(directory) ? .ended : .alive
    }

    private func isStale(_ directory: borrowing Directory) -> Bool {
        guard let modified = try? directory.status().modified else { return false }
        return observer.now.wall - modified > Self.grace
    }
}
