internal import HTTP
internal import Registry

/// What the registry answers, and does.
extension FakeRegistry {
    /// A request's path, taken apart.
    private struct Route {
        let repository: String
        let kind: String
        let rest: String

        init?(_ path: Substring) {
            for kind in ["manifests", "blobs/uploads", "blobs", "tags", "referrers"] {
                let parts = "/\(path)".split(separator: "/\(kind)/", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { continue }
                repository = String(parts[0].dropFirst())
                self.kind = kind
                rest = String(parts[1])
                return
            }
            return nil
        }
    }

    func answer(_ request: HTTPRequest, _ body: [UInt8], isWhole: Bool, _ state: inout State) -> Reply {
        if request.url.host == "auth.example" { return token(request, &state) }
        guard request.url.host == host else { return Reply(404) }
        let path = request.url.pathAndQuery.prefix { $0 != "?" }.dropFirst(4)
        if path.isEmpty { return refusal(of: request, needing: [], &state) ?? Reply(200) }
        guard let route = Route(path) else { return Reply(404) }
        let isUpload = route.kind == "blobs/uploads"
        let action =
            switch request.method {
            case .get, .head: isUpload ? "push" : "pull"
            case .post, .put, .patch: "push"
            case .delete: isUpload ? "push" : "delete"
            }
        var needed = ["repository:\(route.repository):\(action)"]
        let source = request.query("from")
        if let source { needed.append("repository:\(source):pull") }
        // A mount that is not allowed is an upload.
        if let refusal = refusal(of: request, needing: [needed[0]], &state) { return refusal }
        let mayMount = source == nil || refusal(of: request, needing: needed, &state) == nil
        switch route.kind {
        case "manifests": return manifest(request, body, route.repository, route.rest, &state)
        case "blobs": return blob(request, route.repository, route.rest, state)
        case "tags": return tags(request, route.repository, state)
        case "referrers": return referrers(route.repository, route.rest, state)
        default: return upload(request, body, route.repository, route.rest, (isWhole, mayMount), &state)
        }
    }

    // MARK: who may

    private func refusal(of request: HTTPRequest, needing scopes: [String], _ state: inout State) -> Reply? {
        let denied = scopes.contains { scope in state.behaviour.denied.contains { scope.hasSuffix(":\($0)") } }
        guard state.behaviour.tokenLife != nil else { return denied ? .error(403, "DENIED") : nil }
        let shown = Self.authorization(of: request)?.dropFirst("Bearer ".count)
        if let shown, let token = state.tokens[String(shown)], clock.pacing().elapsed() < token.end,
            scopes.allSatisfy({ Self.allows(token.scope, $0) })
        {
            return nil
        }
        let scope = scopes.isEmpty ? "" : #",scope="\#(scopes.joined(separator: " "))""#
        return Reply(
            401, ["WWW-Authenticate": #"Bearer realm="https://auth.example/token",service="\#(host)"\#(scope)"#])
    }

    private static func allows(_ granted: String, _ needed: String) -> Bool {
        granted.split(separator: " ").contains { scope in
            guard let colon = scope.lastIndex(of: ":"), let end = needed.lastIndex(of: ":"),
                scope[..<colon] == needed[..<end]
            else { return false }
            return scope[scope.index(after: colon)...].split(separator: ",").contains(
                needed[needed.index(after: end)...])
        }
    }

    /// A token service that leaves out, without a word, what nobody may do.
    private func token(_ request: HTTPRequest, _ state: inout State) -> Reply {
        guard let life = state.behaviour.tokenLife else { return Reply(404) }
        state.tokenCount += 1
        let name = "T\(state.tokenCount)"
        let scopes = request.queryValues("scope").map { scope in
            let colon = scope.lastIndex(of: ":") ?? scope.startIndex
            let actions = scope[colon...].dropFirst().split(separator: ",").filter {
                !state.behaviour.denied.contains(String($0))
            }
            return "\(scope[..<colon]):\(actions.joined(separator: ","))"
        }
        state.tokens[name] = (scopes.joined(separator: " "), clock.pacing().elapsed() + life)
        let body = #"{"token":"\#(name)","expires_in":\#(life.components.seconds)}"#
        return Reply(200, [:], Array(body.utf8))
    }

    // MARK: manifests

    private func manifest(
        _ request: HTTPRequest, _ body: [UInt8], _ name: String, _ text: String, _ state: inout State
    ) -> Reply {
        switch request.method {
        case .head where !state.behaviour.knowsHead: return Reply(405)
        case .get, .head: return read(request, name, text, state)
        case .put: return write(request, body, name, text, &state)
        case .delete: return delete(name, text, &state)
        default: return .error(405, "UNSUPPORTED")
        }
    }

    private func read(_ request: HTTPRequest, _ name: String, _ text: String, _ state: State) -> Reply {
        guard let digest = Digest(text) ?? state.repositories[name]?.tags[text],
            let manifest = state.repositories[name]?.manifests[digest],
            // Who does not say that it knows the type gets another manifest, or none.
            request.header("Accept").contains(manifest.type) || state.behaviour.hasOldManifests
        else { return .error(404, "MANIFEST_UNKNOWN") }
        var headers = ["Content-Type": manifest.type]
        if state.behaviour.namesDigests { headers["Docker-Content-Digest"] = digest.text }
        return Reply(200, headers, manifest.bytes)
    }

    private func write(
        _ request: HTTPRequest, _ body: [UInt8], _ name: String, _ text: String, _ state: inout State
    ) -> Reply {
        let type = request.header("Content-Type")
        guard let manifest = try? Manifest(parsing: body, contentType: type) else {
            return .error(400, "MANIFEST_INVALID")
        }
        let repository = state.repositories[name, default: Content()]
        switch manifest.content {
        case .image(let config, let layers):
            let needed = [config] + layers.filter { !$0.isForeign }
            guard needed.allSatisfy({ repository.blobs[$0.digest] != nil }) else {
                return .error(404, "MANIFEST_BLOB_UNKNOWN")
            }
        case .index(let entries):
            guard
                entries.allSatisfy({
                    repository.manifests[$0.digest] != nil || repository.blobs[$0.digest] != nil
                })
            else { return .error(400, "MANIFEST_BLOB_UNKNOWN") }
        }
        let digest = Digest(of: body)
        if let named = Digest(text), named != digest { return .error(400, "DIGEST_INVALID") }
        state.repositories[name, default: Content()].manifests[digest] = StoredManifest(bytes: body, type: type)
        if Digest(text) == nil { state.repositories[name]?.tags[text] = digest }
        var headers = ["Docker-Content-Digest": digest.text]
        if let subject = manifest.subject, state.behaviour.keepsReferrers {
            headers["OCI-Subject"] = subject.digest.text
        }
        return Reply(201, headers)
    }

    private func delete(_ name: String, _ text: String, _ state: inout State) -> Reply {
        guard state.behaviour.deletes else { return .error(405, "UNSUPPORTED") }
        guard let digest = Digest(text) else {
            guard state.behaviour.untags else { return .error(state.behaviour.untagRefusal, "DIGEST_INVALID") }
            let removed = state.repositories[name]?.tags.removeValue(forKey: text)
            return removed == nil ? .error(404, "MANIFEST_UNKNOWN") : Reply(202)
        }
        guard state.repositories[name]?.manifests.removeValue(forKey: digest) != nil else {
            return .error(404, "MANIFEST_UNKNOWN")
        }
        // All tags of it go along, without a word.
        let others = state.repositories[name]?.tags.filter { $0.value != digest }
        state.repositories[name]?.tags = others ?? [:]
        return Reply(202)
    }

    // MARK: lists

    private func tags(_ request: HTTPRequest, _ name: String, _ state: State) -> Reply {
        guard let repository = state.repositories[name] else { return .error(404, "NAME_UNKNOWN") }
        if repository.tags.isEmpty, state.behaviour.hidesEmptyLists { return .error(404, "NAME_UNKNOWN") }
        let last = request.query("last") ?? ""
        let rest = repository.tags.keys.sorted().filter { $0 > last }
        let page = rest.prefix(state.behaviour.pageSize ?? .max)
        let list = page.isEmpty ? "null" : "[\(page.map { "\"\($0)\"" }.joined(separator: ","))]"
        var headers = ["Content-Type": "application/json"]
        if page.count < rest.count, let end = page.last {
            headers["Link"] = "<\(state.behaviour.linkPrefix)/v2/\(name)/tags/list?last=\(end)>; rel=\"next\""
        }
        return Reply(200, headers, Array(#"{"name":"\#(name)","tags":\#(list)}"#.utf8))
    }

    private func referrers(_ name: String, _ text: String, _ state: State) -> Reply {
        guard state.behaviour.keepsReferrers else { return Reply(404) }
        var entries: [String] = []
        for (digest, manifest) in state.repositories[name]?.manifests ?? [:] {
            let read = try? Manifest(parsing: manifest.bytes)
            guard read?.subject?.digest.text == text else { continue }
            entries.append(
                #"{"mediaType":"\#(manifest.type)","digest":"\#(digest)","size":\#(manifest.bytes.count)}"#)
        }
        let index =
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[\#(entries.joined(separator: ","))]}"#
        return Reply(200, ["Content-Type": MediaType.ociIndex.text], Array(index.utf8))
    }
}

extension HTTPRequest {
    /// The value of a header.
    func header(_ name: String) -> String {
        for header in headers where header.name == name {
            if case .plain(let text) = header.value { return text }
        }
        return ""
    }

    /// The values of a query's parameter, decoded.
    func queryValues(_ name: String) -> [String] {
        let query = url.text.drop { $0 != "?" }.dropFirst()
        return query.split(separator: "&").compactMap { parameter in
            let parts = parameter.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0] == name else { return nil }
            var bytes: [UInt8] = []
            var rest = Array(parts[1].utf8)[...]
            while let byte = rest.popFirst() {
                let code =
                    byte == UInt8(ascii: "%") ? UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) : nil
                bytes.append(code ?? byte)
                if code != nil { rest = rest.dropFirst(2) }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// The first value of a query's parameter, decoded.
    func query(_ name: String) -> String? { queryValues(name).first }
}
