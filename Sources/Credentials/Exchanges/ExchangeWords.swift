internal import CIEnv
internal import HTTP
internal import Registry

/// What a request says, read by the exchange that it is for.
struct ExchangeWords {
    /// The request.
    let request: IdentityRequest
    /// The registry.
    let host: RegistryHost
    private let context: CloudContext

    /// Keys that may be said of every exchange.
    private static let everywhere: [IdentityRequest.Key] = [.audience, .tokenFile, .tokenVariable]

    /// Reads `request` for `exchange`.
    ///
    /// - Throws: `RegistryError` of the kind `badName` where the registry is none, or a key is not for this exchange.
    init(
        _ request: IdentityRequest, for exchange: any KeyedExchange.Type, _ context: CloudContext
    ) throws(RegistryError) {
        self.request = request
        self.context = context
        host = try RegistryHost(serverAddress: request.registry)
        let known = Self.everywhere + exchange.ownKeys + exchange.sharedKeys
        guard let foreign = IdentityRequest.Key.allCases.first(where: { request[$0] != nil && !known.contains($0) })
        else { return }
        let place = "\(request.source): \(request.registry)"
        guard let own = exchange.ownKeys.first(where: { request[$0] != nil }) else {
            throw RegistryError(
                .badName, "\(place): the key \(foreign.rawValue) is not used at a registry of \(exchange.title)'s",
                hint: "leave it out, or name another exchange by a key of its own")
        }
        let owner = ExchangeTable.owner(of: foreign).map { ", \(foreign.rawValue) one of \($0.title)'s" }
        throw RegistryError(
            .badName, "\(place): the keys \(own.rawValue) and \(foreign.rawValue) do not go together",
            hint: "\(own.rawValue) is a key of \(exchange.title)'s\(owner ?? "")")
    }

    /// What was said of `key`, else the first of `variables` that is set.
    func optional(_ key: IdentityRequest.Key, or variables: String...) -> String? {
        value(key, variables)
    }

    /// The same where it must be there.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - variables: The variables that may have it instead.
    ///   - example: A value.
    /// - Returns: The value.
    /// - Throws: `RegistryError` of the kind `badName` where there is none.
    func required(
        _ key: IdentityRequest.Key, or variables: String..., example: String
    ) throws(RegistryError) -> String {
        if let value = value(key, variables) { return value }
        let others = variables.isEmpty ? "" : ", and \(variables.joined(separator: ", ")) not set"
        let instead = variables.first.map { "; or set \($0)" } ?? ""
        throw RegistryError(
            .badName, "\(request.source): \(request.registry): the key \(key.rawValue) is missing\(others)",
            hint: "say \(request.registry)=\(key.rawValue):\(example)\(instead)")
    }

    /// An error that says that what was said of `key` cannot be.
    func wrong(_ key: IdentityRequest.Key, _ value: String, example: String) -> RegistryError {
        RegistryError(
            .badName,
            "\(request.source): \(request.registry): \(Excerpt.quoted(value)) cannot be the key \(key.rawValue)",
            hint: "it needs a form such as \(example)")
    }

    /// The context in whose errors settings are called by what said them: a key, else its variable.
    func naming(_ keys: [IdentityRequest.Key: String]) -> CloudContext {
        var context = context
        for (key, variable) in keys {
            context.settingNames[variable] = request[key] == nil ? variable : "\(key.rawValue):"
        }
        return context
    }

    /// Where the registry's own services are: at the address that `variable` names, else at the host, over TLS.
    ///
    /// The variable was said of no host. It does not count for one whose name tells whose it is, such as quay.io: the
    /// token would go to somebody else.
    ///
    /// - Throws: `RegistryError` of the kind `badName` where that is no address, or not a safe one.
    func address(or variable: String) throws(RegistryError) -> URLParts {
        let isKnown = host.knownVendor(variable: context.variable) != nil
        if !isKnown, let named = try CloudEndpoint.named(by: variable, context) { return named }
        return try CloudEndpoint.url("https://\(host.authority)", from: request.source, context)
    }

    private func value(_ key: IdentityRequest.Key, _ variables: [String]) -> String? {
        if let value = request[key], !value.isEmpty { return value }
        return variables.lazy.compactMap(context.variable).first
    }
}
