internal import HTTP

extension RepositoryClient {
    /// A place at the registry for a blob that is being uploaded.
    struct Upload: Sendable {
        /// Where the next bytes go.
        var location: URLParts
        /// How many bytes are there.
        var offset = 0
    }

    /// What came of asking for a blob of another repository.
    enum Mount: Sendable {
        /// It is there now.
        case mounted
        /// It must be uploaded.
        case upload(Upload)
    }

    /// Begins an upload.
    func beginUpload() async throws(RegistryError) -> Upload {
        var request = HTTPRequest(.post, try session.url("blobs/uploads/"))
        // An upload that nobody goes on with does no harm.
        request.isRepeatable = true
        let response = try await session.send(request)
        return try upload(response, of: request)
    }

    /// Asks for the blob of another repository of the same registry, without moving a byte.
    ///
    /// - Returns: Where to upload it, where the registry does not do that or does not let this client.
    func mount(_ digest: Digest, from source: RepositoryName) async throws(RegistryError) -> Mount {
        let uploads = try session.url("blobs/uploads/")
        guard let url = uploads.appending(query: [("mount", digest.text), ("from", source.text)]) else {
            return .upload(try await beginUpload())
        }
        var request = HTTPRequest(.post, url)
        request.isRepeatable = true
        let response: HTTPResponse
        do {
            response = try await session.send(request, extra: AuthScope(source, [.pull]))
        } catch  where error.kind == .denied {
            return .upload(try await beginUpload())
        }
        switch response.status {
        case 201: return .mounted
        case 202: return .upload(try upload(response, of: request))
        // Who may not read the other repository by these credentials can still be given the bytes.
        case 400, 401, 403, 404, 405: return .upload(try await beginUpload())
        default: throw RegistryError(response, "cannot upload to \(repository)", session)
        }
    }

    private func upload(_ response: HTTPResponse, of request: HTTPRequest) throws(RegistryError) -> Upload {
        guard response.status == 202 else {
            throw RegistryError(response, "cannot upload to \(repository)", session)
        }
        return Upload(location: try location(response, at: request.url))
    }

    private func location(_ response: HTTPResponse, at url: URLParts) throws(RegistryError) -> URLParts {
        guard let text = response.first("Location") else {
            throw RegistryError(
                .protocolViolation, "cannot upload to \(repository): the registry names no place for it")
        }
        return try session.target(text, at: url, mayLeave: true)
    }

    /// Sends a part of a blob that is not the last.
    func append(_ part: HTTPUpload, to upload: inout Upload) async throws(RegistryError) {
        let headers = [
            HTTPHeader("Content-Type", "application/octet-stream"),
            HTTPHeader("Content-Range", "\(upload.offset)-\(upload.offset + part.length - 1)"),
        ]
        let request = HTTPRequest(
            .patch, upload.location, headers: headers, body: .stream(part), idleTimeout: Self.commitTime)
        let response = try await session.send(request)
        guard response.status == 202 else {
            throw RegistryError(response, "cannot upload to \(repository)", session)
        }
        upload = Upload(location: try location(response, at: upload.location), offset: upload.offset + part.length)
    }

    /// Ends an upload with its last part.
    ///
    /// The registry compares all of it with `digest`.
    func finish(_ upload: Upload, with part: HTTPRequest.Body, as digest: Digest) async throws(RegistryError) {
        guard let url = upload.location.appending(query: [("digest", digest.text)]) else {
            throw RegistryError(.protocolViolation, "cannot upload to \(repository): the place for it is too long")
        }
        let type = HTTPHeader("Content-Type", "application/octet-stream")
        let request = HTTPRequest(.put, url, headers: [type], body: part, idleTimeout: Self.commitTime)
        let response = try await session.send(request)
        guard response.status == 201 || response.status == 204 else {
            throw RegistryError(response, "cannot upload \(repository)@\(digest)", session)
        }
    }

    /// Asks how much of an upload the registry has; `nil` where it has forgotten it.
    func resume(_ upload: Upload) async throws(RegistryError) -> Upload? {
        let response = try await session.send(HTTPRequest(.get, upload.location))
        guard response.status == 204 || response.status == 202 || response.status == 200 else { return nil }
        let location = response.first("Location") == nil ? upload.location : try location(response, at: upload.location)
        guard let range = response.first("Range") else { return nil }
        // "0-0" is said both for one byte and for none.
        let last = range.split(separator: "-").last.flatMap { Int($0) } ?? 0
        return last > 0 ? Upload(location: location, offset: last + 1) : nil
    }

    /// Has the registry forget an upload, where it lets this client: also where nobody waits for this task any more.
    func abandon(_ upload: Upload) async {
        let request = HTTPRequest(.delete, upload.location, timeout: Self.cancelTime)
        await Task { _ = try? await session.send(request) }.value
    }

    /// Makes sure that the registry takes uploads from this client, by going on with one that cannot be there.
    ///
    /// To begin one says more, and leaves it there where this client may not cancel it.
    ///
    /// - Throws: `RegistryError`: `unsupported` where nothing can be uploaded, `denied` where it is not allowed.
    func requireUploads() async throws(RegistryError) {
        let name = "berth-\(UInt64.random(in: 0 ... .max))"
        let response = try await session.send(HTTPRequest(.patch, try session.url("blobs/uploads/\(name)")))
        guard ![400, 404].contains(response.status) else { return }
        throw RegistryError(response, "cannot upload to \(repository)", session)
    }

    /// Uploads a small blob that is made here.
    func put(blob bytes: [UInt8]) async throws(RegistryError) -> Descriptor {
        let digest = Digest(of: bytes)
        var tried = 0
        while try await !hasBlob(digest) {
            tried += 1
            let upload = try await beginUpload()
            do throws(RegistryError) {
                try await finish(upload, with: .bytes(bytes), as: digest)
                break
            } catch {
                await abandon(upload)
                guard error.kind == .tryLater, tried < Self.tries else { throw error }
                try await session.pause(tried: tried)
            }
        }
        return Descriptor(mediaType: "application/octet-stream", digest: digest, size: bytes.count)
    }

    private static let tries = 3

    /// How long it may take to tidy up: who has interrupted a copy waits for it.
    private static let cancelTime: Duration = .seconds(5)

    /// How long a registry may be silent after the last byte: it may have to move gigabytes.
    private static let commitTime: Duration = .seconds(300)
}
