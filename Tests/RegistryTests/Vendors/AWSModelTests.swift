import DockerConfig
import JSON
@testable import Registry
@testable import RegistryTestSupport
import Testing
import TestSupport

/// Every request that ECR and ECR Public get, shown to AWS's own model of these services.
@Suite("Amazon's registries", .enabled(if: Beside.pythonObstacle == nil, "\(Beside.pythonObstacle ?? "")"))
struct AWSModelTests {
    @Test("are asked for nothing that their models do not have", arguments: ["ecr", "ecr-public"])
    func models(name: String) async throws {
        let fake = try #require(Vendor.all.first { $0.fake.name == name })
        let stage = try VendorStage(fake.fake)
        let image = stage.image(1, ["a", "b"]), other = stage.image(2, ["c"])
        let repository = try await stage.open()
        _ = try await repository.tags(.all) { _, _ in }
        for target in [
            DeletionTarget(.tag(try Tag("a")), expected: image), .init(.tag(try Tag("c"))), .init(.digest(other)),
        ] {
            _ = try await repository.delete([target], force: false) { _, _ in }
        }
        _ = try await repository.rights()
        _ = try? await repository.create()
        let calls = stage.calls.filter { !$0.header("X-Amz-Target").isEmpty }.map { call -> JSONValue in
            ["target": .string(call.header("X-Amz-Target")), "body": call.json ?? .null]
        }
        #expect(calls.count > 5)
        let scratch = try ScratchDirectory()
        try Files.write(JSONValue.array(calls).text(indented: false), to: "\(scratch.path)/calls.json")
        let outcome = try await Command(
            Beside.python,
            ["-B", "\(Berth.packageRoot)/Tests/RegistryTests/Vendors/aws_model.py", name, "\(scratch.path)/calls.json"]
        ).succeed()
        #expect(outcome.text == "")
        #expect(outcome.errorText == "")
    }
}
