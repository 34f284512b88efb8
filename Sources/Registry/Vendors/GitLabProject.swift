internal import DockerConfig
internal import HTTP
internal import JSON
internal import POSIX

/// A repository as GitLab's own API has it (`/projects/:id/registry/repositories`): the last way to remove a tag, for
/// registries that cannot do it themselves and logins that may not.
final class GitLabProject: Sendable {
    private let context: VendorContext
    private let client: VendorClient
    private let path = Locked<String?>(nil)
    private let flights = SingleFlight<Bool, String>()

    /// The variable that says where the API of the registry's GitLab is.
    private static let named = "BERTH_GITLAB_API_URL"
    /// The variable of a job that says where the API of the job's GitLab is.
    private static let ownName = "CI_API_V4_URL"
    private static let permission = "the role Developer, and the scope api"

    /// The API of the registry that answered `answer`; `nil` where there is nothing to log in to it with.
    ///
    /// A job's token goes to the job's own GitLab only; a token that was given, to the address that was given with it, or
    /// to where the registry's logins go too, and not to a job's GitLab that is another.
    init?(_ context: VendorContext, _ answer: RegistryPing.Answer) throws(RegistryError) {
        let realm = answer.challenges.lazy.compactMap { $0.parameters["realm"] }.first.flatMap { URLParts($0) }
        let policy = RealmPolicy(
            registry: context.repository.host, registryURL: answer.root,
            allowsPlainHTTP: context.settings.allowsPlainHTTP)
        let standard = realm.flatMap { policy.refusal(of: $0) == nil ? "\($0.scheme)://\($0.authority)/api/v4" : nil }
        let isNamed = context.variable(Self.named) != nil
        let own = context.variable(Self.ownName).flatMap { URLParts($0) }
        let base: URLParts, authentication: VendorAuthentication
        if let token = context.secret(.gitlabToken) {
            guard isNamed || standard != nil else { return nil }
            // The job's GitLab may be the registry's, and know best where its API is.
            base =
                if standard != nil, own?.host == realm?.host {
                    try context.endpoint(Self.named, Self.ownName, standard: standard ?? "")
                } else {
                    try context.endpoint(Self.named, standard: standard ?? "")
                }
            authentication = .field("PRIVATE-TOKEN", token)
        } else if let token = context.variable("CI_JOB_TOKEN") {
            guard isNamed || own != nil || standard != nil else { return nil }
            base = try context.endpoint(Self.named, Self.ownName, standard: standard ?? "")
            guard base.origin == own?.origin || base.host == context.variable("CI_SERVER_HOST") else { return nil }
            authentication = .field("JOB-TOKEN", Secret(token))
        } else {
            return nil
        }
        self.context = context
        client = VendorClient("GitLab", at: base, authentication, context.settings)
    }

    /// Removes a tag; `registry` tells whether it is there.
    func untag(_ tag: Tag, at registry: GitLabVendor) async throws(RegistryError) -> Removal {
        let what = "cannot delete \(context.name(.tag(tag)))"
        let path: String
        do {
            path = try await tagsPath()
        } catch {
            // This GitLab may not be the registry's: there are other ways.
            guard error.kind == .notFound || error.kind == .denied else { throw error }
            return .refused(error)
        }
        let response: HTTPResponse
        do {
            response = try await client.send(.delete, try client.url("\(path)/\(tag)"))
        } catch  where error.kind == .tryLater {
            return .unknown(error)
        }
        let error = client.error(response, what, permission: Self.permission)
        // The same status as for who may not delete anything.
        if response.status == 403, VendorWords(response.body).text?.lowercased().contains("protected") == true {
            return .failed(RegistryError(.protected, error.text, hint: "a rule of the project's protects it"))
        }
        let removal = try client.removal(response, what, permission: Self.permission)
        guard removal == .absent, try await registry.look(at: tag) != nil else { return removal }
        return .failed(error)
    }

    /// Makes sure that the repository can be reached.
    func requireAccess() async throws(RegistryError) {
        _ = try await tagsPath()
    }

    /// The path of the repository's tags, by the numbers that GitLab gives projects and repositories.
    private func tagsPath() async throws(RegistryError) -> String {
        if let path = path.withLock({ $0 }) { return path }
        return try await flights.value(for: true) { () async throws(RegistryError) in
            if let path = path.withLock({ $0 }) { return path }
            let found = try await find()
            path.withLock { $0 = found }
            return found
        }
    }

    /// Looks for the repository in every project whose path its name begins with, the longest first.
    private func find() async throws(RegistryError) -> String {
        let parts = context.repository.name.text.split(separator: "/")
        let what = "cannot find the project of \(context.repository)"
        for count in stride(from: parts.count, through: min(2, parts.count), by: -1) {
            let project = PercentEncoding.component(parts.prefix(count).joined(separator: "/"))
            let path = "/projects/\(project)/registry/repositories"
            var number: Int?
            do {
                let url = try client.url(path, query: [("per_page", "100")])
                try await client.eachPage(from: url, what, permission: Self.permission) { page in
                    page.json.forEachElement { repository in
                        // Another GitLab may have a project of the same name.
                        guard repository.text("location") == context.repository.description else { return }
                        number = repository.member("id")?.integer
                    }
                    return nil
                }
            } catch {
                guard error.kind == .notFound else { throw error }
            }
            if let number { return "\(path)/\(number)/tags" }
        }
        throw RegistryError(
            .notFound, "\(what): \(client.base) has none with this repository",
            hint: "CI_API_V4_URL or BERTH_GITLAB_API_URL has to name the registry's own GitLab")
    }
}
