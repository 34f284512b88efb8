internal import TestSupport

/// What people read: README.md and everything in `docs`.
enum Documents {
    /// The project.
    static let root = Berth.packageRoot
}
