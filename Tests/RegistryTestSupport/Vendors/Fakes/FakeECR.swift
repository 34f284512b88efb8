import DockerConfig
import JSON
@testable import Registry

/// Amazon ECR's API.
struct FakeECR: FakeVendor {
    static let name = "ecr"
    static let repository = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/group/app"
    static let variables = FakeAmazon.variables
    static let ways: VendorWays = {
        // A thousand images a page, a hundred a deletion, and nobody logs in to anything before.
        var ways = VendorWays(listing: 2, deletion: 10, limit: FakeAmazon.limit)
        // Tags that must not be moved may be deleted.
        ways.protects = false
        return ways
    }()

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        guard call.origin == "https://api.ecr.eu-central-1.amazonaws.com:443" else { return nil }
        let amazon = FakeAmazon(
            target: "AmazonEC2ContainerRegistry_V20150921.", scope: "/eu-central-1/ecr/aws4_request",
            names: ["repositoryName": "group/app", "registryId": "123456789012"])
        guard let (operation, body) = amazon.operation(call) else { return nil }
        switch operation {
        case "GetAuthorizationToken":
            guard body.members.isEmpty else { return nil }
            return .json(200, ["authorizationData": [["authorizationToken": .string(FakeAmazon.token)]]])
        case "DescribeImages": return describe(body, world)
        case "BatchGetImage": return images(body, world)
        default: return amazon.answer(operation, body, &world)
        }
    }

    private func describe(_ body: JSONObject, _ world: VendorWorld) -> FakeRegistry.Reply? {
        let status = body["filter"]?.object?["tagStatus"]?.string, tags = world.tagsByDigest
        // Who does not ask for archived images as well is not shown any.
        let hidden = body["filter"]?.object?["imageStatus"]?.string == "ANY" ? nil : world.notes["archived"]
        let shown = world.manifests.filter { digest in
            digest.text != hidden && (status == "ANY" || (status == "TAGGED") == (tags[digest] != nil))
        }
        return FakeAmazon.page(body, "imageDetails", shown) { digest in
            FakeAmazon.detail(digest, tags[digest, default: []], world)
        }
    }

    private func images(_ body: JSONObject, _ world: VendorWorld) -> FakeRegistry.Reply? {
        guard let ids = body["imageIds"]?.array, (1...100).contains(ids.count), body["acceptedMediaTypes"] != nil else {
            return nil
        }
        var images: [JSONValue] = [], failures: [JSONValue] = []
        for id in ids {
            let tag = id.object?["imageTag"]?.string ?? ""
            if world.notes["unreadable"] == tag {
                failures.append(["imageId": id, "failureCode": "KmsError", "failureReason": "the key is disabled"])
            } else if let digest = world.content.tags[tag] {
                images.append(
                    [
                        "imageId": ["imageTag": .string(tag), "imageDigest": .string(digest.text)],
                        "imageManifest": "{}",
                    ])
            } else if let digest = id.object?["imageDigest"]?.string.flatMap({ Digest($0) }),
                world.content.manifests[digest] != nil
            {
                images.append(["imageId": ["imageDigest": .string(digest.text)], "imageManifest": "{}"])
            } else {
                failures.append(["imageId": id, "failureCode": "ImageNotFound", "failureReason": "not found"])
            }
        }
        return .json(200, ["images": .array(images), "failures": .array(failures)])
    }
}

/// The API of Amazon's public registry.
struct FakeECRPublic: FakeVendor {
    static let name = "ecr-public"
    static let repository = "public.ecr.aws/acme/group/app"
    static let variables = FakeAmazon.variables
    static let ways: VendorWays = {
        // The account's registries; then a thousand tags a page, a hundred a deletion.
        var ways = VendorWays(time: .tagged, listing: 1 + 3, deletion: 1 + 10, limit: FakeAmazon.limit)
        ways.protects = false
        return ways
    }()

    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        guard call.origin == "https://api.ecr-public.us-east-1.amazonaws.com:443" else { return nil }
        let amazon = FakeAmazon(
            target: "SpencerFrontendService.", scope: "/us-east-1/ecr-public/aws4_request",
            names: ["repositoryName": "group/app", "registryId": "123456789012"])
        guard let (operation, body) = amazon.operation(call) else { return nil }
        switch operation {
        case "GetAuthorizationToken":
            return .json(200, ["authorizationData": ["authorizationToken": .string(FakeAmazon.token)]])
        case "DescribeRegistries":
            return .json(
                200,
                ["registries": [["registryId": "123456789012", "aliases": [["name": "other"], ["name": "acme"]]]]])
        case "DescribeImageTags":
            return FakeAmazon.page(body, "imageTagDetails", world.content.tags.keys.sorted()) { tag in
                let digest = world.content.tags[tag] ?? Digest(of: [])
                return [
                    "imageTag": .string(tag), "createdAt": .real(Double(world.tagged[tag] ?? 0)),
                    "imageDetail": FakeAmazon.detail(digest, [], world),
                ]
            }
        case "DescribeImages":
            guard let ids = body["imageIds"]?.array, ids.count == 1, body["maxResults"] == nil else { return nil }
            guard let digest = world.content.tags[ids[0].object?["imageTag"]?.string ?? ""] else {
                return FakeAmazon.error("ImageNotFoundException")
            }
            return .json(200, ["imageDetails": [FakeAmazon.detail(digest, world.tags(of: digest), world)]])
        default: return amazon.answer(operation, body, &world)
        }
    }
}

/// What both of Amazon's registries do.
struct FakeAmazon {
    let target: String
    let scope: String
    let names: [String: String]

    static let variables = ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "hunter2"]
    static let limit = VendorWays.Limit(
        status: 400, body: #"{"__type":"com.amazon.coral.availability#ThrottlingException","message":"Rate exceeded"}"#,
        seconds: 0)
    static let token = Base64.encode(Array("AWS:sesame".utf8))

    /// The operation that is called, and with what; `nil` for a request that AWS would not take.
    func operation(_ call: VendorCall) -> (String, JSONObject)? {
        let name = call.header("X-Amz-Target")
        guard call.line == "POST /", name.hasPrefix(target),
            call.header("Content-Type") == "application/x-amz-json-1.1",
            call.header("Authorization").hasPrefix("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"),
            call.header("Authorization").contains(scope), !call.header("X-Amz-Date").isEmpty,
            let body = call.json?.object
        else { return nil }
        let operation = String(name.dropFirst(target.count))
        let isNameless = ["GetAuthorizationToken", "DescribeRegistries"].contains(operation)
        // The public registry makes repositories in one's own registry alone.
        let wanted =
            operation == "CreateRepository" && scope.contains("public")
            ? names.filter { $0.key == "repositoryName" } : names
        guard isNameless || wanted.allSatisfy({ body[$0.key]?.string == $0.value }) else { return nil }
        return (operation, body)
    }

    func answer(_ operation: String, _ body: JSONObject, _ world: inout VendorWorld) -> FakeRegistry.Reply? {
        if operation == "CreateRepository" { return Self.error("RepositoryAlreadyExistsException") }
        guard operation == "BatchDeleteImage", let ids = body["imageIds"]?.array, (1...100).contains(ids.count) else {
            return nil
        }
        if world.isDenied { return Self.error("AccessDeniedException") }
        var done: [JSONValue] = [], failures: [JSONValue] = []
        for id in ids {
            let tag = id.object?["imageTag"]?.string, digest = id.object?["imageDigest"]?.string.flatMap { Digest($0) }
            func fail(_ code: String) {
                failures.append(["imageId": id, "failureCode": .string(code), "failureReason": "as AWS says"])
            }
            guard let found = digest ?? tag.flatMap({ world.content.tags[$0] }), world.content.manifests[found] != nil
            else {
                fail("ImageNotFound")
                continue
            }
            if let tag, world.failing.contains(tag) {
                fail("KmsError")
                continue
            }
            let isLast = digest != nil || world.tags(of: found).count == 1
            guard !isLast || !world.isHeld(found) else {
                fail("ImageReferencedByManifestList")
                continue
            }
            // With the digest, the image is meant, and all its tags.
            if isLast { _ = world.remove(found) } else { _ = world.untag(tag ?? "") }
            var entry = JSONObject()
            entry["imageTag"] = tag.map { .string($0) }
            entry["imageDigest"] = .string(found.text)
            done.append(.object(entry))
        }
        return .json(200, ["imageIds": .array(done), "failures": .array(failures)])
    }

    static func detail(_ digest: Digest, _ tags: [String], _ world: VendorWorld) -> JSONValue {
        var detail = JSONObject()
        detail["imageDigest"] = .string(digest.text)
        if !tags.isEmpty { detail["imageTags"] = .array(tags.map { .string($0) }) }
        // AWS gives times as numbers with an exponent.
        detail["imagePushedAt"] = .real(Double(world.pushed[digest] ?? 0))
        detail["imageSizeInBytes"] = 1234
        detail["imageManifestMediaType"] = .string(world.content.manifests[digest]?.type ?? "")
        return .object(detail)
    }

    /// A page of a list, the next one's token being the place where it begins.
    static func page<Item>(
        _ body: JSONObject, _ key: String, _ items: [Item], _ shown: (Item) -> JSONValue
    ) -> FakeRegistry.Reply? {
        guard body["imageIds"] == nil, case .integer(let most)? = body["maxResults"], (1...1000).contains(most),
            let start = Int(body["nextToken"]?.string ?? "0")
        else { return nil }
        var answer = JSONObject()
        answer[key] = .array(items.dropFirst(start).prefix(most).map(shown))
        if start + most < items.count { answer["nextToken"] = .string("\(start + most)") }
        return .json(200, .object(answer))
    }

    static func error(_ name: String) -> FakeRegistry.Reply {
        .json(400, ["__type": .string("com.amazonaws.ecr#\(name)"), "message": "as AWS says"])
    }
}
