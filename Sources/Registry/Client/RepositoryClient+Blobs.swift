internal import Hashing
internal import HTTP
internal import POSIX

extension RepositoryClient {
    /// Whether the repository has a blob.
    func hasBlob(_ digest: Digest) async throws(RegistryError) -> Bool {
        let response = try await session.send(HTTPRequest(.head, try session.url("blobs/\(digest)")))
        switch response.status {
        case 200: return true
        case 404: return false
        default: throw RegistryError(response, "cannot look for \(repository)@\(digest)", session)
        }
    }

    /// Reads a small blob, such as an image's config, of at most `limit` bytes.
    ///
    /// - Throws: `RegistryError` of the kind `badData` where its bytes are not those that `digest` names.
    func blob(_ digest: Digest, limit: Int = 8 << 20) async throws(RegistryError) -> [UInt8] {
        let request = HTTPRequest(.get, try session.url("blobs/\(digest)"), bodyLimit: limit)
        let response = try await session.send(request)
        guard response.status == 200 else {
            throw RegistryError(response, "cannot read \(repository)@\(digest)", session)
        }
        guard Digest(of: response.body, digest.algorithm) == digest else { throw Self.mismatch(repository, digest) }
        return response.body
    }

    /// Opens a blob for reading from its byte `offset` on.
    ///
    /// - Returns: Where the bytes come from; they are compared with the digest where all of them are read, and with the
    ///   size in any case.
    func openBlob(_ blob: Descriptor, from offset: Int) async throws(RegistryError) -> HTTPStream.Source {
        var request = HTTPRequest(.get, try session.url("blobs/\(blob.digest)"))
        if offset > 0 { request.headers.append(HTTPHeader("Range", "bytes=\(offset)-")) }
        let stream = try await session.stream(request)
        switch (stream.head.status, offset) {
        case (200, 0): return checked(stream, blob, request)
        case (206, 1...): return measured(stream, blob.size - offset, request)
        // Ranges need not be known: then it begins at the beginning.
        case (200, _): return skipping(offset, of: checked(stream, blob, request))
        default:
            throw RegistryError(stream.head, "cannot read \(repository)@\(blob.digest)", session)
        }
    }

    /// `stream`, with an error at its end where its bytes are not those of `blob`.
    private func checked(_ stream: HTTPStream, _ blob: Descriptor, _ request: HTTPRequest) -> HTTPStream.Source {
        let hash = BlobHash(blob.digest.algorithm)
        let source = measured(stream, blob.size, request)
        return { () async throws(HTTPError) in
            if let part = try await source() {
                hash.update(part)
                return part
            }
            guard hash.digest == blob.digest else {
                throw HTTPError(.corrupt, of: request, reason: "the registry has other bytes than the digest says")
            }
            return nil
        }
    }

    /// `stream`, with an error as soon as it is known that it is not as long as it should be.
    private func measured(_ stream: HTTPStream, _ length: Int, _ request: HTTPRequest) -> HTTPStream.Source {
        let left = Locked(length)
        return { () async throws(HTTPError) in
            let part = try await stream.next()
            let rest = left.withLock { left in
                left -= part?.count ?? 0
                return left
            }
            guard rest == 0 || rest > 0 && part != nil else {
                throw HTTPError(.corrupt, of: request, reason: "the registry has another size than the manifest says")
            }
            return part
        }
    }

    private func skipping(_ offset: Int, of source: @escaping HTTPStream.Source) -> HTTPStream.Source {
        let left = Locked(offset)
        return { () async throws(HTTPError) in
            while let part = try await source() {
                let skipped = left.withLock { left in
                    let skipped = min(left, part.count)
                    left -= skipped
                    return skipped
                }
                if skipped < part.count { return Array(part[skipped...]) }
            }
            return nil
        }
    }

    static func mismatch(_ repository: Repository, _ digest: Digest) -> RegistryError {
        RegistryError(
            .badData, "\(repository)@\(digest): the registry has other bytes than the digest says",
            hint: "something between here and the registry may change what it transfers, or the registry is damaged")
    }
}

/// The hash of a body while it comes.
private final class BlobHash: Sendable {
    private struct State: ~Copyable {
        var hash: StreamHash?
    }

    private let algorithm: HashAlgorithm
    private let state: Locked<State>

    init(_ algorithm: HashAlgorithm) {
        self.algorithm = algorithm
        state = Locked(State(hash: StreamHash(algorithm)))
    }

    func update(_ part: [UInt8]) {
        state.withLock { $0.hash?.update(part) }
    }

    /// The digest of all parts; nothing can be added any more.
    var digest: Digest? {
        let bytes = state.withLock { state -> [UInt8]? in
            guard let hash = state.hash.take() else { return nil }
            return hash.finish()
        }
        return bytes.flatMap { Digest(algorithm: algorithm, bytes: $0) }
    }
}
