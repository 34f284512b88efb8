internal import HTTP

/// A service of AWS that berth asks.
enum AWSService: String, CaseIterable, Sendable {
    /// Registries of accounts.
    case ecr
    /// The public registry.
    case ecrPublic = "ecr-public"
    /// What gives temporary credentials.
    case sts

    /// The name that requests are signed for.
    var signingName: String { rawValue }

    /// The variable that names another endpoint for this service alone.
    var endpointVariable: String {
        switch self {
        case .ecr: "AWS_ENDPOINT_URL_ECR"
        case .ecrPublic: "AWS_ENDPOINT_URL_ECR_PUBLIC"
        case .sts: "AWS_ENDPOINT_URL_STS"
        }
    }

    /// The first label or labels of its endpoints' names (the services' `endpoint-rule-set-1.json`).
    fileprivate func prefix(isFIPS: Bool, isDualStack: Bool, in partition: AWSPartition) -> String {
        switch (self, isFIPS, isDualStack) {
        case (.ecr, false, false): "api.ecr"
        case (.ecr, true, false): "api.ecr-fips"
        case (.ecr, false, true): "ecr"
        case (.ecr, true, true): "ecr-fips"
        case (.ecrPublic, false, true) where partition == .commercial: "ecr-public"
        case (.ecrPublic, false, _): "api.ecr-public"
        case (.ecrPublic, true, _): "api.ecr-public-fips"
        // The government's usual endpoint is the one that keeps to the standard.
        case (.sts, true, false) where partition.name == "aws-us-gov": "sts"
        case (.sts, true, _): "sts-fips"
        case (.sts, false, _): "sts"
        }
    }
}

/// Where AWS's services answer.
struct AWSEndpoints: Sendable {
    private let context: CloudContext

    /// The endpoints, or what the context's variables name in their place.
    init(_ context: CloudContext) {
        self.context = context
    }

    /// The endpoint of `service` for `region`.
    ///
    /// - Throws: `RegistryError` where a variable names an endpoint that must not be asked, or the region is none.
    func url(
        of service: AWSService, region: String, isFIPS: Bool = false, isDualStack: Bool = false
    ) throws(RegistryError) -> URLParts {
        guard AWSPartition.isRegion(region) else { throw Self.noRegion(region) }
        for variable in [service.endpointVariable, "AWS_ENDPOINT_URL"] {
            guard context.variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?.lowercased() != "true",
                let text = context.variable(variable)
            else { continue }
            return try endpoint(text, named: variable)
        }
        return try Self.standard(of: service, region: region, isFIPS: isFIPS, isDualStack: isDualStack)
    }

    /// The endpoint of `service` for `region` where nobody names another.
    ///
    /// - Throws: `RegistryError` of the kind `badName` where the region is none.
    static func standard(
        of service: AWSService, region: String, isFIPS: Bool, isDualStack: Bool
    ) throws(RegistryError) -> URLParts {
        let partition = AWSPartition.of(region: region)
        let prefix = service.prefix(isFIPS: isFIPS, isDualStack: isDualStack, in: partition)
        let domain = isDualStack ? partition.dualStackDomain : partition.domain
        guard AWSPartition.isRegion(region), let url = URLParts("https://\(prefix).\(region).\(domain)/") else {
            throw noRegion(region)
        }
        return url
    }

    private static func noRegion(_ text: String) -> RegistryError {
        RegistryError(
            .badName, "\(Excerpt.quoted(text)) is not the name of an AWS region",
            hint: "name one, such as eu-central-1, with AWS_REGION")
    }

    /// Whether the user wants endpoints that keep to the FIPS 140 standard where no host says so.
    var prefersFIPS: Bool { isOn("AWS_USE_FIPS_ENDPOINT") }

    /// Whether the user wants endpoints that answer over IPv6 too where no host says so.
    var prefersDualStack: Bool { isOn("AWS_USE_DUALSTACK_ENDPOINT") }

    private func isOn(_ variable: String) -> Bool { context.variable(variable)?.lowercased() == "true" }

    private func endpoint(_ text: String, named variable: String) throws(RegistryError) -> URLParts {
        guard let url = URLParts(text), !url.text.contains("?") else {
            throw RegistryError(
                .badName, "\(variable) is not the address of an endpoint",
                hint: "it needs the form https://host[:port]")
        }
        guard url.isSecure || url.isLoopback || context.allowsPlainHTTP else {
            throw RegistryError(
                .unreachable, "\(variable) names \(url.origin), which would get requests and credentials unencrypted",
                hint: "use https, or set BERTH_INSECURE_REGISTRY=1 where the network is trusted")
        }
        return url
    }
}
