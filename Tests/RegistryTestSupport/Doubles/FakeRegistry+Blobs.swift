internal import HTTP
internal import Registry

/// Blobs, and how they come.
extension FakeRegistry {
    func blob(_ request: HTTPRequest, _ name: String, _ text: String, _ state: State) -> Reply {
        guard let digest = Digest(text), let bytes = state.repositories[name]?.blobs[digest] else {
            return .error(404, "BLOB_UNKNOWN")
        }
        let range = request.header("Range")
        guard !range.isEmpty, state.behaviour.knowsRanges, let start = Int(range.dropFirst(6).dropLast()),
            start < bytes.count
        else { return Reply(200, [:], bytes) }
        return Reply(206, ["Content-Range": "bytes \(start)-\(bytes.count - 1)/\(bytes.count)"], Array(bytes[start...]))
    }

    func upload(
        _ request: HTTPRequest, _ body: [UInt8], _ name: String, _ id: String,
        _ allowed: (isWhole: Bool, mayMount: Bool),
        _ state: inout State
    ) -> Reply {
        if request.method == .post { return beginUpload(request, name, allowed.mayMount, &state) }
        guard var upload = state.uploads[id], upload.repository == name else {
            return .error(404, "BLOB_UPLOAD_UNKNOWN")
        }
        switch request.method {
        case .get: return place(name, id, 204, state)
        case .delete:
            state.uploads[id] = nil
            return Reply(204)
        case .patch:
            let start = request.header("Content-Range").split(separator: "-").first.flatMap { Int($0) }
            guard start == upload.bytes.count else { return .error(416, "BLOB_UPLOAD_INVALID") }
            upload.bytes += body
            state.uploads[id] = upload
            return place(name, id, 202, state)
        case .put:
            upload.bytes += body
            state.uploads[id] = allowed.isWhole ? nil : upload
            guard allowed.isWhole else { return Reply(500) }
            guard let digest = Digest(request.query("digest") ?? ""), Digest(of: upload.bytes) == digest else {
                return .error(400, "DIGEST_INVALID")
            }
            state.repositories[name, default: Content()].blobs[digest] = upload.bytes
            return Reply(201)
        default: return .error(405, "UNSUPPORTED")
        }
    }

    private func beginUpload(_ request: HTTPRequest, _ name: String, _ mayMount: Bool, _ state: inout State) -> Reply {
        if let digest = Digest(request.query("mount") ?? ""), state.behaviour.mounts, mayMount,
            let bytes = state.repositories[request.query("from") ?? ""]?.blobs[digest]
        {
            state.repositories[name, default: Content()].blobs[digest] = bytes
            return Reply(201)
        }
        state.uploadCount += 1
        let id = "\(state.uploadCount)"
        state.uploads[id] = Upload(repository: name)
        return place(name, id, 202, state)
    }

    /// Where the next bytes go, and how many there are; the place has a query of its own and changes with each part.
    private func place(_ name: String, _ id: String, _ status: Int, _ state: State) -> Reply {
        let count = state.uploads[id]?.bytes.count ?? 0
        return Reply(
            status,
            [
                "Location": "\(state.behaviour.uploadPrefix)/v2/\(name)/blobs/uploads/\(id)?state=\(count)",
                "Range": "0-\(max(0, count - 1))",
            ])
    }
}
