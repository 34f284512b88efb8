internal import POSIX

/// The files of a cleanup that people name: policies, plans, reports.
enum CleanupFile {
    /// The most bytes: a plan has about 200 for each tag that goes.
    private static let limit = 1 << 30

    /// Whether there is a file; one that cannot be looked at is an error, and no reason to do without it.
    static func exists(_ path: String) throws(Failure) -> Bool {
        do throws(SystemError) {
            _ = try FileStatus(ofLinkAt: path)
            return true
        } catch {
            guard error.code == .notFound else { throw Failure(.badConfiguration, error.description) }
            return false
        }
    }

    /// The bytes of a file; `what` it is, for people.
    static func read(_ path: String, _ what: String) throws(Failure) -> [UInt8] {
        do throws(SystemError) {
            return try FileDescriptor(reading: path).readAll(limit: limit)
        } catch {
            throw Failure(.badConfiguration, "cannot read \(what): \(error.description)")
        }
    }

    /// Writes a file, all of it or nothing, with what `make` gives piece by piece.
    static func write(
        _ path: String, _ make: ((String) throws(Failure) -> Void) throws(Failure) -> Void
    ) throws(Failure) {
        var content: [UInt8] = []
        try make { (piece) throws(Failure) in content += piece.utf8 }
        do throws(SystemError) {
            try Delivery.put(content, at: path)
        } catch {
            throw Failure(error)
        }
    }
}
