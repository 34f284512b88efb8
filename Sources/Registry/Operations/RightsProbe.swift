/// Finds out what a client may do, by requests that leave nothing behind.
struct RightsProbe {
    private let api: any VendorAPI

    init(_ api: any VendorAPI) {
        self.api = api
    }

    func run() async throws(RegistryError) -> AccessRights {
        let context = api.context, repository = context.repository
        var rights = AccessRights()
        var missing: [AuthScope.Action: String] = [:]
        var denied: Set<AuthScope.Action> = []
        /// Each right is asked for by itself: who asks for too much at once may get nothing.
        func probe(
            _ action: AuthScope.Action, _ work: () async throws(RegistryError) -> Bool
        ) async throws(RegistryError) -> Bool? {
            do {
                return try await work() ? true : nil
            } catch {
                switch error.kind {
                case .denied:
                    missing[action] = error.permission ?? AuthScope(repository.name, [action]).text
                    denied.insert(action)
                case .unsupported: missing[action] = "\(action.rawValue) (switched off at the registry)"
                // Writing makes a repository, where the registry lets it.
                case .notFound where action == .push: missing[action] = "\(repository) (no such repository)"
                // That there is no such repository is said to those alone who may know.
                case .notFound: return true
                case .protocolViolation: return nil
                case .unreachable, .tryLater, .badName, .badData, .held, .protected, .cancelled: throw error
                }
                return false
            }
        }
        rights.list = try await probe(.pull) { () throws(RegistryError) in
            var tags = try await context.client([.pull]).tags.makeAsyncIterator()
            _ = try await tags.next()
            return true
        }
        rights.pull = try await probe(.pull) { () throws(RegistryError) in
            _ = try await context.client([.pull]).manifest(.digest(.ofNothing()))
            return true
        }
        rights.delete = try await probe(.delete) { () throws(RegistryError) in try await api.mayDelete() }
        // docker-registry wants the right to delete of who cancels an upload.
        let mayCancel = !denied.contains(.delete)
        rights.push = try await probe(.push) { () throws(RegistryError) in
            let client = try await context.client([.pull, .push])
            if mayCancel {
                await client.abandon(try await client.beginUpload())
            } else {
                try await client.requireUploads()
            }
            return true
        }
        rights.missing = [.pull, .push, .delete].compactMap { missing[$0] }
        return rights
    }
}

extension RepositoryClient {
    /// Makes sure that the registry deletes manifests for this client: by asking for one that cannot be there.
    ///
    /// - Throws: `RegistryError`: `unsupported` where deleting is switched off, `denied` where it is not allowed.
    func requireDeletion() async throws(RegistryError) {
        switch try await delete(.digest(.ofNothing()), isProbe: true) {
        case .done, .absent: return
        case .unknown(let error), .failed(let error): throw error
        case .moved: return
        case .refused(let error):
            throw RegistryError(
                .unsupported, "\(repository.host) does not delete manifests (\(error.text))",
                hint: "docker-registry needs storage.delete.enabled, or REGISTRY_STORAGE_DELETE_ENABLED=true")
        }
    }
}

extension Digest {
    /// A digest that no content will ever have.
    static func ofNothing() -> Digest {
        Digest(of: (0..<32).map { _ in UInt8.random(in: .min ... .max) })
    }
}
