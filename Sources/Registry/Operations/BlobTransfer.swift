internal import HTTP
internal import POSIX

/// Moves one blob from a repository to another, through this machine.
struct BlobTransfer: Sendable {
    let source: RepositoryClient
    let destination: RepositoryClient
    let blob: Descriptor
    /// How much is sent in one request: what lies in front of registries may limit it.
    var partLength = 64 << 20
    /// Told how many bytes more have come; fewer than none where some have to come again.
    let progress: @Sendable (Int) -> Void

    /// How often in a row it may break off without getting on.
    private static let tries = 5

    /// Sends the blob to `place`.
    ///
    /// Where it breaks off it goes on from what the registry has, or begins anew where that has forgotten it. What does
    /// not come to its end is not left lying about.
    func run(to place: RepositoryClient.Upload?) async throws(RegistryError) {
        var upload: RepositoryClient.Upload
        if let place { upload = place } else { upload = try await destination.beginUpload() }
        do throws(RegistryError) {
            try await sendAll(to: &upload)
        } catch {
            // Where nothing answers, nothing can be tidied up.
            if ![.tryLater, .unreachable].contains(error.kind) { await destination.abandon(upload) }
            throw error
        }
    }

    private func sendAll(to upload: inout RepositoryClient.Upload) async throws(RegistryError) {
        let counter = Locked(0)
        var failures = 0
        var furthest = 0
        while true {
            do throws(RegistryError) {
                return try await send(to: &upload, counter)
            } catch {
                failures += 1
                // A refused token has been renewed by now.
                let mayHelp = error.kind == .tryLater || error.kind == .denied && failures == 1
                guard mayHelp, failures < Self.tries else { throw error }
                try await destination.session.pause(tried: failures)
                if let resumed = try? await destination.resume(upload) {
                    upload = resumed
                } else {
                    await destination.abandon(upload)
                    upload = try await destination.beginUpload()
                }
                let offset = upload.offset
                // What gets on in between is no failure, however often: the blob may be long.
                if offset > furthest { (furthest, failures) = (offset, 0) }
                let difference = counter.withLock { counter in
                    defer { counter = offset }
                    return offset - counter
                }
                progress(difference)
            }
        }
    }

    private func send(to upload: inout RepositoryClient.Upload, _ counter: Locked<Int>) async throws(RegistryError) {
        let parts = Parts(of: try await source.openBlob(blob, from: upload.offset)) { count in
            counter.withLock { $0 += count }
            progress(count)
        }
        while blob.size - upload.offset > partLength {
            try await destination.append(parts.next(partLength), to: &upload)
        }
        let rest = parts.next(blob.size - upload.offset, isLast: true)
        try await destination.finish(upload, with: .stream(rest), as: blob.digest)
    }
}

/// A stream of bytes that is sent in several requests.
private final class Parts: Sendable {
    private let source: HTTPStream.Source
    private let counted: @Sendable (Int) -> Void
    /// What was read and belongs to the next request.
    private let rest = Locked<[UInt8]>([])

    init(of source: @escaping HTTPStream.Source, counted: @escaping @Sendable (Int) -> Void) {
        self.source = source
        self.counted = counted
    }

    /// The next `length` bytes as a body; the last one reads on to the end, as only there it is known to be right.
    func next(_ length: Int, isLast: Bool = false) -> HTTPUpload {
        let left = Locked(length)
        return HTTPUpload(length: length) { () async throws(HTTPError) in
            let wanted = left.withLock { $0 }
            if wanted == 0, !isLast { return nil }
            var part = self.rest.withLock { rest in
                defer { rest = [] }
                return rest
            }
            if part.isEmpty {
                guard let read = try await self.source() else { return nil }
                part = read
            }
            if part.count > wanted, !isLast {
                let surplus = Array(part[wanted...])
                self.rest.withLock { $0 = surplus }
                part.removeSubrange(wanted...)
            }
            let count = part.count
            left.withLock { $0 -= min($0, count) }
            self.counted(count)
            return part
        }
    }
}
