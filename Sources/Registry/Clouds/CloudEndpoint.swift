package import HTTP

/// Where a cloud's service is asked: its own address, or another one that the user names.
package enum CloudEndpoint {
    /// Which hosts may be asked over plain HTTP without a further word of the user's.
    package enum PlainHTTP: Sendable {
        /// This machine.
        case thisMachine
        /// This machine and what clouds have on the link to it: their metadata services know no TLS.
        case thisLink

        fileprivate func allows(_ url: URLParts) -> Bool {
            url.isLoopback || self == .thisLink && url.isLinkLocal
        }
    }

    /// The address that the variable `name` gives, without a slash at its end; `nil` where it is not set.
    ///
    /// - Throws: `RegistryError` of the kind `badName` where it is none, or not a safe one.
    package static func named(by name: String, _ context: CloudContext) throws(RegistryError) -> URLParts? {
        guard let text = context.variable(name) else { return nil }
        return try url(text, from: name, context)
    }

    /// Reads an address.
    ///
    /// - Parameters:
    ///   - text: The address.
    ///   - place: Who names it, for people.
    ///   - context: Whether the user allows plain HTTP.
    ///   - plainHTTP: Which hosts may do without TLS in any case.
    /// - Returns: The address.
    /// - Throws: `RegistryError` of the kind `badName` where it is none, or not a safe one.
    package static func url(
        _ text: String, from place: String, _ context: CloudContext, plainHTTP: PlainHTTP = .thisMachine
    ) throws(RegistryError) -> URLParts {
        guard let url = URLParts(text) else {
            throw RegistryError(
                .badName, "\(place) names no http(s) address", hint: "it should begin with https:// and a host's name")
        }
        guard url.isSecure || plainHTTP.allows(url) || context.allowsPlainHTTP else {
            throw RegistryError(
                .badName, "\(place) names \(url), which would send tokens over plain HTTP",
                hint: "use https, or set BERTH_INSECURE_REGISTRY=1 where the network is trusted")
        }
        return url
    }
}
