internal import TestSupport
internal import Testing

/// The program at Amazon ECR, in the place of which stands moto.
@Suite(
    "Amazon ECR", .serialized, .enabled(if: MotoServer.obstacle == nil, "\(MotoServer.obstacle ?? "")"),
    .timeLimit(.minutes(3)))
struct ECRCommandTests {
    private static let repository = "123456789012.dkr.ecr.us-east-1.amazonaws.com/group/app"
    private static let policy = """
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": ["ecr:CreateRepository",
        "ecr:PutImage", "ecr:DescribeImages", "ecr:BatchGetImage", "ecr:BatchDeleteImage"]}]}
        """

    /// A machine whose jobs reach moto in the place of AWS, with images in a repository.
    private struct Scene: ~Copyable {
        let machine: Machine
        let moto: MotoServer
        let variables: [String: String]

        /// Pushes `tags`, each to an image of its own unless they are joined by a plus.
        init(_ tags: [String], secret: String? = nil) async throws {
            let machine = try Machine()
            let moto = try await MotoServer(checkingAfter: MotoServer.requestsForKey)
            let key = try await moto.makeKey(policy: ECRCommandTests.policy)
            var variables = [
                "AWS_ENDPOINT_URL": "http://\(moto.address)", "AWS_ACCESS_KEY_ID": key.id,
                "AWS_SECRET_ACCESS_KEY": key.secret, "AWS_EC2_METADATA_DISABLED": "true",
            ]
            try await Command(
                "\(Berth.packageRoot)/.build/python/bin/python",
                ["-B", "\(Berth.packageRoot)/Tests/IntegrationTests/Vendors/ecr_images.py", "group/app"] + tags,
                environment: variables.merging(["AWS_REGION": "us-east-1", "PATH": Berth.searchPath]) { $1 }
            ).succeed()
            if let secret { variables["AWS_SECRET_ACCESS_KEY"] = secret }
            self.machine = machine
            self.moto = moto
            self.variables = variables
        }

        func berth(_ arguments: [String]) async throws -> Outcome {
            try await IntegrationTests.berth(arguments, machine.environment.merging(variables) { $1 }).run()
        }
    }

    @Test("lists tags with times and sizes, and asks nobody but AWS")
    func tags() async throws {
        let scene = try await Scene(["1", "2+latest"])
        let outcome = try await scene.berth(["tags", Self.repository, "--details", "--json"])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(
            try await jq("[.implementation, (.tags | map(.name) | sort)]", outcome.output)
                == #"["ecr",["1","2","latest"]]"#)
        #expect(
            try await jq(
                "[.tags[] | (.digest | startswith(\"sha256:\")), (.pushedAt | fromdate > 1700000000)] | all",
                outcome.output) == "true")
        expectNoSecret(outcome)
    }

    @Test("deletes a tag and leaves its sibling, and an image by its digest with all of its tags")
    func delete() async throws {
        let scene = try await Scene(["1", "2+latest", "3+old"])
        let outcome = try await scene.berth(["delete", "\(Self.repository):latest", "\(Self.repository):1", "--json"])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(try await jq("[.deleted[].reference] | sort", outcome.output).contains(":latest"))
        let left = try await scene.berth(["tags", Self.repository, "--details", "--json"])
        #expect(try await jq(".tags | map(.name) | sort", left.output) == #"["2","3","old"]"#)
        let digest = try await jq(".tags[] | select(.name == \"old\").digest", left.output).filter { $0 != "\"" }
        let held = try await scene.berth(["delete", "\(Self.repository)@\(digest)"])
        #expect(held.status == 1)
        #expect(held.errorText.contains("is still in use by the tag 3, the tag old"), "\(held.errorText)")
        #expect(try await scene.berth(["delete", "\(Self.repository)@\(digest)", "--force"]).status == 0)
        #expect(try await scene.berth(["tags", Self.repository]).lines == ["2"])
    }

    @Test("names the secret that does not fit its key, and the permission that is missing")
    func denied() async throws {
        let wrong = try await Scene(["1"], secret: "wr0ng-secret")
        let outcome = try await wrong.berth(["tags", Self.repository])
        #expect(outcome.status == 77)
        #expect(outcome.errorText.contains("AWS_SECRET_ACCESS_KEY"), "\(outcome.errorText)")
        #expect(!outcome.errorText.contains("wr0ng-secret"))
    }

    @Test("makes the repository that a copy goes to, where it is asked to")
    func create() async throws {
        let scene = try await Scene(["1"])
        let registry = try await LoopbackRegistry(.init())
        try await registry.store([.image(tags: ["1"])], as: "app")
        // There is no registry behind moto: the copy itself goes nowhere.
        let outcome = try await scene.berth([
            "copy", "\(registry.address)/app:1", "123456789012.dkr.ecr.us-east-1.amazonaws.com/new/app:1",
            "--create-repository", "--timeout", "2s",
        ])
        #expect(outcome.status != 0)
        let found = try await scene.berth([
            "tags", "123456789012.dkr.ecr.us-east-1.amazonaws.com/new/app", "--details", "--json",
        ])
        #expect(found.status == 0, "\(found.errorText)")
    }
}
