/// A group of AWS regions with accounts, host names and endpoints of its own (AWS SDKs' `partitions.json`).
struct AWSPartition: Equatable, Sendable {
    /// The partition's name, as ARNs have it: `aws-cn`.
    let name: String
    /// What its regions' names begin with; none where every other region is one of it.
    let regionPrefixes: [String]
    /// The domain of its endpoints.
    let domain: String
    /// The domain of its endpoints that answer over IPv6 too.
    let dualStackDomain: String
    /// The domain of its registries that answer over IPv6 too.
    let registryDualStackDomain: String
    /// The region that stands for the partition where none is named.
    let mainRegion: String

    /// All partitions; the last one has the regions that no other has.
    static let all = [
        AWSPartition(
            name: "aws-cn", regionPrefixes: ["cn-"], domain: "amazonaws.com.cn",
            dualStackDomain: "api.amazonwebservices.com.cn", registryDualStackDomain: "on.amazonwebservices.com.cn",
            mainRegion: "cn-northwest-1"),
        AWSPartition(
            name: "aws-us-gov", regionPrefixes: ["us-gov-"], domain: "amazonaws.com", dualStackDomain: "api.aws",
            registryDualStackDomain: "on.aws", mainRegion: "us-gov-west-1"),
        AWSPartition(
            name: "aws-eusc", regionPrefixes: ["eusc-"], domain: "amazonaws.eu",
            dualStackDomain: "api.amazonwebservices.eu", registryDualStackDomain: "on.amazonwebservices.eu",
            mainRegion: "eusc-de-east-1"),
        AWSPartition(
            name: "aws-iso", regionPrefixes: ["us-iso-"], domain: "c2s.ic.gov", dualStackDomain: "api.aws.ic.gov",
            registryDualStackDomain: "on.aws.ic.gov", mainRegion: "us-iso-east-1"),
        AWSPartition(
            name: "aws-iso-b", regionPrefixes: ["us-isob-"], domain: "sc2s.sgov.gov",
            dualStackDomain: "api.aws.scloud", registryDualStackDomain: "on.aws.scloud",
            mainRegion: "us-isob-east-1"),
        AWSPartition(
            name: "aws-iso-e", regionPrefixes: ["eu-isoe-"], domain: "cloud.adc-e.uk",
            dualStackDomain: "api.cloud-aws.adc-e.uk", registryDualStackDomain: "on.cloud-aws.adc-e.uk",
            mainRegion: "eu-isoe-west-1"),
        AWSPartition(
            name: "aws-iso-f", regionPrefixes: ["us-isof-"], domain: "csp.hci.ic.gov",
            dualStackDomain: "api.aws.hci.ic.gov", registryDualStackDomain: "on.aws.hci.ic.gov",
            mainRegion: "us-isof-south-1"),
        commercial,
    ]

    /// Where nearly everybody is.
    static let commercial = AWSPartition(
        name: "aws", regionPrefixes: [], domain: "amazonaws.com", dualStackDomain: "api.aws",
        registryDualStackDomain: "on.aws", mainRegion: "us-east-1")

    /// The partition of `region`; one that nobody has heard of yet is taken for a commercial one.
    static func of(region: String) -> AWSPartition {
        all.first { partition in partition.regionPrefixes.contains(where: region.hasPrefix) } ?? commercial
    }

    /// Whether `text` can be a region's name: what becomes part of a host's name must not lead elsewhere.
    static func isRegion(_ text: some StringProtocol) -> Bool {
        (1...40).contains(text.utf8.count) && text.first != "-" && text.last != "-"
            && text.utf8.allSatisfy { $0.isLowercaseLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
    }
}
