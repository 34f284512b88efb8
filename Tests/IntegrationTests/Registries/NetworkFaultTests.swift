internal import TestSupport
internal import Testing

/// What networks do wrong, at every request of every command.
@Suite("A connection that is cut", .serialized)
struct NetworkFaultTests {
    @Test("once, before an answer, is made good", arguments: Stage.reading + Stage.changing)
    func cutOnce(stage: Stage) async throws {
        let site = try await FaultySite()
        let outcome = try await site.run(stage, rules: [stage.rule(.cutBeforeAnswer, times: 1)])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        expectNoSecret(outcome)
        try await site.expectDone(stage)
    }

    @Test("once, in the headers of an answer, is made good", arguments: Stage.reading)
    func cutInHeaders(stage: Stage) async throws {
        let site = try await FaultySite()
        let outcome = try await site.run(stage, rules: [stage.rule(.cutInHeaders, times: 1)])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        try await site.expectDone(stage)
    }

    @Test("once, after what was asked has been done, is made good", arguments: Stage.changing)
    func appliedThenCut(stage: Stage) async throws {
        let site = try await FaultySite()
        let outcome = try await site.run(stage, rules: [stage.rule(.applyThenCut, times: 1)])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        try await site.expectDone(stage)
    }

    /// Not the list of tags: it is read while it comes, and not begun anew.
    static let bodies = Stage.reading.filter { $0.path != "/tags/list" }

    @Test("once, in the body of an answer, is made good", arguments: bodies)
    func cutBody(stage: Stage) async throws {
        let site = try await FaultySite()
        let outcome = try await site.run(stage, rules: [stage.rule(.cutBody(after: 10), times: 1)])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        try await site.expectDone(stage)
    }

    @Test("in the list of tags shows no part of it", arguments: [["tags", "P/app"], ["tags", "P/app", "--details"]])
    func cutList(words: [String]) async throws {
        let site = try await FaultySite()
        let stage = Stage(words.joined(separator: " "), "GET", "/tags/list")
        let outcome = try await site.run(stage, ["--json"], rules: [stage.rule(.cutBody(after: 20))])
        expectFailure(outcome, 75)
    }

    /// What is left of the upload is the registry's to remove: docker's answers 404 to who asks for an upload that was
    /// cut, and so to who cancels it.
    @Test("in an upload is made good", arguments: [0, 5000, 90_000])
    func upload(sent: Int) async throws {
        let site = try await FaultySite()
        let stage = Stage("copy O/app:1 P/copy", "PUT", "/blobs/uploads/")
        let outcome = try await site.run(stage, rules: [stage.rule(.cutUpload(after: sent), times: 2)])
        #expect(outcome.status == 0, "\(outcome.errorText)")
        try await site.expectDone(stage)
    }
}

/// What networks do wrong for longer than berth is told to wait.
@Suite("A server that cannot be had", .serialized)
struct LastingFaultTests {
    @Test("ends each command with exit code 75, and nothing is changed", arguments: Stage.reading + Stage.changing)
    func cutAlways(stage: Stage) async throws {
        let site = try await FaultySite()
        let outcome = try await site.run(stage, ["--timeout", "1s"], rules: [stage.rule(.cutBeforeAnswer)])
        expectFault(outcome, 75)
        try await site.expectUntouched()
    }

    @Test("is waited for as long as --timeout says")
    func silence() async throws {
        for stage in [Stage("tags P/app", "GET", "/tags/list"), Stage("tags P/app --details", "GET", "/manifests/")] {
            let site = try await FaultySite()
            let outcome = try await site.run(stage, ["--timeout", "1s"], rules: [stage.rule(.silence)])
            expectFault(outcome, 75)
            #expect(outcome.duration < .seconds(20))
        }
    }
}

/// Fails unless a run ended with that code and one line of why for each reference, and wrote nothing but a whole result.
func expectFault(_ outcome: Outcome, _ status: Int32, sourceLocation: SourceLocation = #_sourceLocation) {
    let said = "exit \(outcome.status): \(outcome.errorText)\(outcome.text)"
    #expect(outcome.status == status, "\(said)", sourceLocation: sourceLocation)
    #expect(outcome.text == "", "\(said)", sourceLocation: sourceLocation)
    let lines = outcome.errorText.split(separator: "\n")
    #expect(
        !lines.isEmpty && lines.count <= 4 && lines.allSatisfy { $0.hasPrefix("berth: ") || $0.hasPrefix("hint: ") },
        "\(said)", sourceLocation: sourceLocation)
    expectNoSecret(outcome, sourceLocation: sourceLocation)
}
