/// A registry of Amazon ECR, as its host's name tells it.
struct ECRHost: Equatable, Sendable {
    /// The account's number, of 12 digits: the registry's id.
    let account: String
    /// The region, such as `eu-central-1`.
    let region: String
    /// Whether it is the endpoint that keeps to the FIPS 140 standard.
    let isFIPS: Bool
    /// Whether it is the endpoint that answers over IPv6 too.
    let isDualStack: Bool
    /// The partition that the region and the domain belong to.
    let partition: AWSPartition

    /// Reads `ACCOUNT.dkr.ecr.REGION.DOMAIN`, and with `dkr-ecr` before a dual-stack domain; `-fips` behind `ecr`.
    ///
    /// `nil` for any other host, one whose domain is not that of its region among them.
    init?(_ host: RegistryHost) {
        guard host.port == nil || host.port == 443 else { return nil }
        let labels = host.name.split(separator: ".", omittingEmptySubsequences: false)
        guard let account = labels.first, account.utf8.count == 12, account.utf8.allSatisfy(\.isDigit) else {
            return nil
        }
        var rest = labels.dropFirst()
        // In a name with a dash for the first dot, `dkr-ecr` is one label.
        let service = rest.first == "dkr" ? rest.prefix(2).joined(separator: ".") : String(rest.first ?? "")
        rest = rest.dropFirst(rest.first == "dkr" ? 2 : 1)
        switch service {
        case "dkr.ecr": (isFIPS, isDualStack) = (false, false)
        case "dkr.ecr-fips": (isFIPS, isDualStack) = (true, false)
        case "dkr-ecr": (isFIPS, isDualStack) = (false, true)
        case "dkr-ecr-fips": (isFIPS, isDualStack) = (true, true)
        default: return nil
        }
        guard let region = rest.popFirst(), AWSPartition.isRegion(region) else { return nil }
        let partition = AWSPartition.of(region: String(region))
        let domain = rest.joined(separator: ".")
        guard domain == (isDualStack ? partition.registryDualStackDomain : partition.domain) else { return nil }
        self.account = String(account)
        self.region = String(region)
        self.partition = partition
    }
}

/// The registry that all accounts share for what everybody may pull.
enum ECRPublicHost {
    /// The region whose endpoint has all operations, and which requests are signed for.
    static let region = "us-east-1"

    /// Whether `host` is that registry, and which of its two names it goes by; `nil` for any other.
    static func isDualStack(_ host: RegistryHost) -> Bool? {
        guard host.port == nil || host.port == 443 else { return nil }
        return switch host.name {
        case "public.ecr.aws": false
        case "ecr-public.aws.com": true
        default: nil
        }
    }
}
