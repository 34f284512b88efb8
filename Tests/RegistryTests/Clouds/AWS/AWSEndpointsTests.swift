internal import HTTP
internal import JSON
@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

@testable internal import Registry

@Suite("A registry of ECR")
struct ECRHostTests {
    static let hosts: [(host: String, partition: String, api: String)] = [
        ("111122223333.dkr.ecr.eu-central-1.amazonaws.com", "aws", "api.ecr.eu-central-1.amazonaws.com"),
        ("111122223333.dkr.ecr-fips.us-east-1.amazonaws.com", "aws", "api.ecr-fips.us-east-1.amazonaws.com"),
        ("111122223333.dkr-ecr.eu-central-1.on.aws", "aws", "ecr.eu-central-1.api.aws"),
        ("111122223333.dkr-ecr-fips.us-west-2.on.aws", "aws", "ecr-fips.us-west-2.api.aws"),
        ("111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn", "aws-cn", "api.ecr.cn-north-1.amazonaws.com.cn"),
        (
            "111122223333.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", "aws-cn",
            "ecr.cn-north-1.api.amazonwebservices.com.cn"
        ),
        ("111122223333.dkr.ecr.us-gov-west-1.amazonaws.com", "aws-us-gov", "api.ecr.us-gov-west-1.amazonaws.com"),
        (
            "111122223333.dkr.ecr-fips.us-gov-east-1.amazonaws.com", "aws-us-gov",
            "api.ecr-fips.us-gov-east-1.amazonaws.com"
        ),
        ("111122223333.dkr-ecr.us-gov-west-1.on.aws", "aws-us-gov", "ecr.us-gov-west-1.api.aws"),
        ("111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu", "aws-eusc", "api.ecr.eusc-de-east-1.amazonaws.eu"),
        (
            "111122223333.dkr-ecr.eusc-de-east-1.on.amazonwebservices.eu", "aws-eusc",
            "ecr.eusc-de-east-1.api.amazonwebservices.eu"
        ),
        ("111122223333.dkr.ecr.us-iso-east-1.c2s.ic.gov", "aws-iso", "api.ecr.us-iso-east-1.c2s.ic.gov"),
        ("111122223333.dkr-ecr.us-iso-east-1.on.aws.ic.gov", "aws-iso", "ecr.us-iso-east-1.api.aws.ic.gov"),
        ("111122223333.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "aws-iso-b", "api.ecr.us-isob-east-1.sc2s.sgov.gov"),
        ("111122223333.dkr-ecr.us-isob-east-1.on.aws.scloud", "aws-iso-b", "ecr.us-isob-east-1.api.aws.scloud"),
        ("111122223333.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk", "aws-iso-e", "api.ecr.eu-isoe-west-1.cloud.adc-e.uk"),
        (
            "111122223333.dkr-ecr.eu-isoe-west-1.on.cloud-aws.adc-e.uk", "aws-iso-e",
            "ecr.eu-isoe-west-1.api.cloud-aws.adc-e.uk"
        ),
        ("111122223333.dkr.ecr.us-isof-south-1.csp.hci.ic.gov", "aws-iso-f", "api.ecr.us-isof-south-1.csp.hci.ic.gov"),
        (
            "111122223333.dkr-ecr.us-isof-south-1.on.aws.hci.ic.gov", "aws-iso-f",
            "ecr.us-isof-south-1.api.aws.hci.ic.gov"
        ),
    ]

    @Test("is known by its name in every partition, and leads to its API", arguments: hosts)
    func known(text: String, partition: String, api: String) throws {
        let host = try #require(ECRHost(RegistryHost(text)))
        #expect(host.account == "111122223333")
        #expect(text.contains(host.region))
        #expect(host.partition.name == partition)
        #expect(host.isFIPS == text.contains("-fips"))
        #expect(host.isDualStack == text.contains("dkr-ecr"))
        let url = try AWSEndpoints(CloudContext([:], ScriptedClient([]))).url(
            of: .ecr, region: host.region, isFIPS: host.isFIPS, isDualStack: host.isDualStack)
        #expect(url.text == "https://\(api)/")
    }

    @Test(
        "is not any other host",
        arguments: [
            "docker.io", "amazonaws.com", "111122223333.dkr.ecr.eu-central-1.amazonaws.com.cn",
            "111122223333.dkr.ecr.cn-north-1.amazonaws.com", "11112222333.dkr.ecr.eu-central-1.amazonaws.com",
            "111122223333.dkr.ecr.eu-central-1.amazonaws.com.evil.example", "111122223333.dkr.ecr.amazonaws.com",
            "111122223333.dkr.ecr.eu-central-1.on.aws", "111122223333.dkr-ecr.eu-central-1.amazonaws.com",
            "x.111122223333.dkr.ecr.eu-central-1.amazonaws.com", "111122223333.dkr.eks.eu-central-1.amazonaws.com",
            "111122223333.dkr.ecr.eu-central-1.amazonaws.com:5000", "111122223333.dkr",
            "111122223333.dkr.ecr.a.b.amazonaws.com", "public.ecr.aws",
        ])
    func unknown(text: String) throws {
        #expect(try ECRHost(RegistryHost(text)) == nil)
    }

    @Test(
        "that is the public one goes by two names",
        arguments: [
            ("public.ecr.aws", false), ("ecr-public.aws.com", true), ("public.ecr.aws:5000", nil), ("ecr.aws", nil),
        ] as [(String, Bool?)])
    func publicRegistry(text: String, isDualStack: Bool?) throws {
        #expect(try ECRPublicHost.isDualStack(RegistryHost(text)) == isDualStack)
    }
}

@Suite("An endpoint of AWS")
struct AWSEndpointsTests {
    private func url(
        _ service: AWSService, _ variables: [String: String], region: String = "eu-central-1", plain: Bool = false
    ) throws(RegistryError) -> String {
        var context = CloudContext(variables, ScriptedClient([]))
        context.allowsPlainHTTP = plain
        return try AWSEndpoints(context).url(of: service, region: region).text
    }

    @Test("is what a variable names, the service's own before that for all")
    func overridden() throws {
        let variables = [
            "AWS_ENDPOINT_URL": "https://all.example", "AWS_ENDPOINT_URL_ECR": "http://127.0.0.1:5000",
            "AWS_ENDPOINT_URL_STS": "https://sts.example/path",
        ]
        #expect(try url(.ecr, variables) == "http://127.0.0.1:5000/")
        #expect(try url(.sts, variables) == "https://sts.example/path")
        #expect(try url(.ecrPublic, variables) == "https://all.example/")
        let ignoring = variables.merging(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"]) { $1 }
        #expect(try url(.ecr, ignoring) == "https://api.ecr.eu-central-1.amazonaws.com/")
    }

    @Test("is not asked over plain HTTP on another machine, unless the user says so")
    func plain() throws {
        let variables = ["AWS_ENDPOINT_URL": "http://aws.internal:4566"]
        let error = #expect(throws: RegistryError.self) { try url(.sts, variables) }
        #expect(error?.kind == .unreachable)
        #expect(error?.text.contains("AWS_ENDPOINT_URL names http://aws.internal:4566") == true)
        #expect(try url(.sts, variables, plain: true) == "http://aws.internal:4566/")
    }

    @Test(
        "is none where a variable holds no address",
        arguments: ["", "aws", "ftp://x", "https://a?b=c", "https://u:p@h"])
    func badAddress(text: String) {
        let error = #expect(throws: RegistryError.self) { try url(.ecr, ["AWS_ENDPOINT_URL_ECR": text]) }
        #expect(error?.kind == .badName)
        #expect(error?.text.contains("u:p") == false)
    }

    @Test(
        "is none where the region cannot be one",
        arguments: ["", "eu central", "x.evil.example/", "-a", "a@b", "EU", "a\nb", String(repeating: "a", count: 41)])
    func badRegion(region: String) {
        for variables in [[:], ["AWS_ENDPOINT_URL": "https://all.example"]] {
            let error = #expect(throws: RegistryError.self) { try url(.ecr, variables, region: region) }
            #expect(error?.kind == .badName)
        }
    }

    @Test(
        "is for the region that variables name, then that of the profile",
        arguments: [
            (["AWS_REGION": "a-1", "AWS_DEFAULT_REGION": "b-1"], "a-1"), (["AWS_DEFAULT_REGION": "b-1"], "b-1"),
            ([:], "default-1"), (["AWS_PROFILE": "other"], "other-1"), (["AWS_PROFILE": "none"], nil),
        ] as [([String: String], String?)])
    func region(variables: [String: String], region: String?) throws {
        let files = ["/h/.aws/config": "[default]\nregion = default-1\n[profile other]\nregion=other-1 # there\n"]
        let context = CloudContext(variables.merging(["HOME": "/h"]) { $1 }, files: files, ScriptedClient([]))
        #expect(try context.awsRegion() == region)
    }

    // MARK: against AWS's own tables

    private static let specifications = "\(Beside.specifications)/ecr"

    @Test(
        "is in the partition that AWS's table has for each region",
        .enabled(if: Beside.specificationsObstacle == nil, "\(Beside.specificationsObstacle ?? "")"))
    func partitions() throws {
        let root = try JSONValue(parsing: Files.read("\(Self.specifications)/partitions.json")).object
        let partitions = try #require(root?["partitions"]?.array)
        #expect(partitions.count == AWSPartition.all.count)
        for partition in partitions {
            let outputs = try #require(partition.object?["outputs"]?.object)
            let regions = try #require(partition.object?["regions"]?.object?.keys)
            for region in regions where !region.hasSuffix("-global") {
                let found = AWSPartition.of(region: region)
                #expect(found.name == outputs["name"]?.string)
                #expect(found.domain == outputs["dnsSuffix"]?.string)
                #expect(found.dualStackDomain == outputs["dualStackDnsSuffix"]?.string)
                #expect(found.mainRegion == outputs["implicitGlobalRegion"]?.string)
            }
        }
    }

    @Test(
        "is where AWS's own rules have it",
        .enabled(if: Beside.specificationsObstacle == nil, "\(Beside.specificationsObstacle ?? "")"),
        arguments: [(AWSService.ecr, "ecr-2015-09-21"), (.ecrPublic, "ecr-public-2020-10-30")])
    func rules(service: AWSService, directory: String) throws {
        let text = try Files.read("\(Self.specifications)/\(directory)/endpoint-rule-set-1.json")
        let rules = try EndpointRules(JSONValue(parsing: text))
        for partition in AWSPartition.all {
            for isFIPS in [false, true] {
                for isDualStack in [false, true] {
                    let expected = rules.url(partition: partition, isFIPS: isFIPS, isDualStack: isDualStack)
                    let found = try AWSEndpoints.standard(
                        of: service, region: partition.mainRegion, isFIPS: isFIPS, isDualStack: isDualStack)
                    #expect(found.text == expected.map { "\($0)/" })
                }
            }
        }
    }

    @Test(
        "of STS is where AWS's rules have it",
        arguments: [
            ("eu-central-1", false, false, "sts.eu-central-1.amazonaws.com"),
            ("eu-central-1", true, false, "sts-fips.eu-central-1.amazonaws.com"),
            ("eu-central-1", false, true, "sts.eu-central-1.api.aws"),
            ("eu-central-1", true, true, "sts-fips.eu-central-1.api.aws"),
            ("us-gov-west-1", true, false, "sts.us-gov-west-1.amazonaws.com"),
            ("us-gov-west-1", true, true, "sts-fips.us-gov-west-1.api.aws"),
            ("cn-north-1", false, false, "sts.cn-north-1.amazonaws.com.cn"),
        ])
    func securityTokens(region: String, isFIPS: Bool, isDualStack: Bool, host: String) throws {
        let url = try AWSEndpoints.standard(of: .sts, region: region, isFIPS: isFIPS, isDualStack: isDualStack)
        #expect(url.text == "https://\(host)/")
    }
}

/// As much of the language of AWS's endpoint rules as these two services use.
private struct EndpointRules {
    private let rules: [JSONValue]

    init(_ root: JSONValue) throws {
        rules = try #require(root.object?["rules"]?.array)
    }

    /// The endpoint for a partition's main region, with the first rule that holds at each level.
    func url(partition: AWSPartition, isFIPS: Bool, isDualStack: Bool) -> String? {
        func value(_ node: JSONValue) -> JSONValue? {
            switch node.object?["ref"]?.string ?? "" {
            case "UseFIPS": .bool(isFIPS)
            case "UseDualStack": .bool(isDualStack)
            case "Endpoint": nil
            case "Region": .string(partition.mainRegion)
            default:
                switch node.object?["fn"]?.string {
                case "getAttr": node.object?["argv"]?.array?.last?.string == "name" ? .string(partition.name) : true
                case nil: node
                default: nil
                }
            }
        }
        func holds(_ condition: JSONValue) -> Bool {
            let operands = condition.object?["argv"]?.array ?? []
            switch condition.object?["fn"]?.string {
            case "isSet": return value(operands[0]) != nil
            case "aws.partition": return true
            default: return value(operands[0]) == value(operands[1])
            }
        }
        func find(_ rules: [JSONValue]) -> String? {
            for rule in rules where (rule.object?["conditions"]?.array ?? []).allSatisfy(holds) {
                return rule.object?["endpoint"]?.object?["url"]?.string ?? find(rule.object?["rules"]?.array ?? [])
            }
            return nil
        }
        return find(rules).map { pattern in
            var text = pattern
            for (name, value) in [
                ("{Region}", partition.mainRegion), ("{PartitionResult#dnsSuffix}", partition.domain),
                ("{PartitionResult#dualStackDnsSuffix}", partition.dualStackDomain),
            ] {
                while let range = text.firstRange(of: name) { text.replaceSubrange(range, with: value) }
            }
            return text
        }
    }
}
