internal import ArgumentParser
internal import CIEnv
internal import Cleanup
internal import POSIX
internal import Registry

/// `berth cleanup`.
struct CleanupCommand: RegistryCommand {
    static let configuration = CommandConfiguration(
        commandName: "cleanup", abstract: "Delete what nobody needs, and never anything else.",
        discussion: """
            Decides what goes from repositories and shows it; with --apply it is deleted. Without --apply nothing is \
            sent that changes anything.

            A tag goes only if a delete rule selects it and no keep rule holds it. What belongs to an image that stays \
            (the images of an index, signatures, SBOMs) stays; it goes with the image, and after it.

              berth cleanup registry.example.com/app --delete 'mr-*' --older-than 14d --keep-last 10
              berth cleanup registry.example.com/app --policy berth.yml --report report.html
              berth cleanup registry.example.com/app --policy berth.yml --apply

            Exit code 1 where more would go than may go at once (--max-delete), 2 where something could not be deleted.
            """)

    @Argument(
        help: """
            The repositories; unless any is named, that of the job, or those that the policy names without a pattern. \
            [BERTH_REPO, WERF_REPO]
            """)
    var repo: [String] = []

    @Option(
        help: ArgumentHelp(
            "The policy: what goes and what stays; berth.yml where there is one, none for no file. [BERTH_POLICY]",
            valueName: "file"))
    var policy: String?

    @Flag(help: "Delete what is to go.")
    var apply = false

    @OptionGroup(title: "Rules without a policy file, or on top of one") var rules: CleanupRuleOptions

    @OptionGroup(title: "What holds images") var sources: CleanupSourceOptions

    @Option(
        name: .customLong("plan-out"), help: ArgumentHelp("Save what is to go, for --plan.", valueName: "file"))
    var planOut: String?

    @Option(
        help: ArgumentHelp(
            "Do what a saved plan says, and exactly that; what has changed since stays.", valueName: "file"))
    var plan: String?

    @Option(
        help: ArgumentHelp(
            """
            Do one of several equal parts, such as 2/5: parallel jobs do one each. \
            [BERTH_SHARD; CI_NODE_INDEX and CI_NODE_TOTAL; JOB_COMPLETION_INDEX and BERTH_SHARD_TOTAL]
            """, valueName: "i/n"))
    var shard: String?

    @Option(help: ArgumentHelp("Say why one tag stays or goes, and do nothing.", valueName: "repo:tag"))
    var explain: String?

    @Option(help: ArgumentHelp("Write a page for people: one HTML file.", valueName: "file"))
    var report: String?

    @Flag(
        help: #"""
            Print {"repository", "implementation", "dryRun", "tags": [{"name", "digest", "action", "rule", "reason"}], \#
            "manifests", "failed", "summary"}; for several repositories {"repositories": [these], "summary"}.
            """#)
    var json = false

    @Flag(help: "Tell how far it is, where standard error is no terminal too.")
    var progress = false

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        let environment = environment
        let run = CleanupRun(
            task: try CleanupTask(self, environment), options: try CleanupRun.Options(self, environment))
        let outcome = try self.run(run.task.hosts) { settings async throws(Failure) in
            try await run.outcome(settings)
        }
        if let explanation = outcome.explanation { return try print(explanation) }
        let delivery = CleanupDelivery(self, environment)
        // What was not done is told whatever becomes of the reports.
        delivery.tell(outcome)
        try delivery.deliver(outcome)
        if let code = outcome.exitCode { throw ExitCode(code) }
    }
}

/// The flags for common policies.
struct CleanupRuleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Tags that may go; * unless said otherwise. May be repeated.", valueName: "glob"))
    var delete: [String] = []

    @Option(help: ArgumentHelp("Only those that are older, such as 14d.", valueName: "duration"))
    var olderThan: String?

    @Option(help: ArgumentHelp("Tags that stay. May be repeated.", valueName: "glob"))
    var keep: [String] = []

    @Option(
        help: ArgumentHelp(
            "The newest so many stay, of all tags or of those of a pattern. May be repeated.", valueName: "n[:glob]"))
    var keepLast: [String] = []

    @Option(
        help: ArgumentHelp("Those that are younger stay. May be repeated.", valueName: "duration[:glob]"))
    var keepWithin: [String] = []

    @Option(
        help: ArgumentHelp("Versions that stay, such as '>=1.0.0'. May be repeated.", valueName: "range"))
    var keepSemver: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Images of branches that exist stay; the pattern says how tags name them, such as '{branch}-{sha}'. May be \
            repeated.
            """, valueName: "pattern"))
    var keepGit: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Images that are in use stay: kubernetes, kubernetes:CONTEXT, kubernetes:* (all contexts), a file, or - for \
            standard input. May be repeated.
            """, valueName: "source"))
    var inUse: [String] = []

    @Flag(
        help: """
            The repository is one of werf's: what its records and git do not hold goes, by the policies of werf.yaml or \
            werf's own; tags of other tools stay.
            """)
    var werf = false

    @Option(
        help: ArgumentHelp(
            "Manifests without a tag go that are older; unless this is said they stay.", valueName: "duration"))
    var untaggedOlderThan: String?

    @Option(
        help: ArgumentHelp(
            "Which time counts: created or pushed; unless said otherwise, pushed where the registry tells it.",
            valueName: "time"))
    var time: String?

    @Option(
        help: ArgumentHelp(
            "The most tags that may go at once, 50% unless said otherwise. [BERTH_MAX_DELETE]", valueName: "n|p%"))
    var maxDelete: String?

    func flags(_ environment: Environment) -> PolicyFlags {
        var flags = PolicyFlags()
        flags.delete = delete
        flags.olderThan = olderThan
        flags.keep = keep
        flags.keepLast = keepLast
        flags.keepWithin = keepWithin
        flags.keepSemver = keepSemver
        flags.keepGit = keepGit
        flags.inUse = inUse
        flags.untaggedOlderThan = untaggedOlderThan
        flags.time = time
        flags.maxDelete = maxDelete ?? environment["BERTH_MAX_DELETE"]
        return flags
    }
}

/// Where it is looked for what holds images.
struct CleanupSourceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The directory of the git checkout, for rules about git.", valueName: "dir"))
    var checkout = "."

    @Option(
        help: ArgumentHelp(
            "The git remote whose branches count, origin unless said otherwise; none for those of the checkout.",
            valueName: "name"))
    var gitRemote = "origin"

    @Option(
        help: ArgumentHelp(
            "Another name of a registry, of a mirror such as mirror.local:5000=registry.example.com. May be repeated.",
            valueName: "host=host"))
    var alias: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            The kinds of Kubernetes objects to look at, such as pods,deployments.apps; unless said otherwise all \
            workloads and custom resources.
            """, valueName: "kinds"))
    var kubernetesResources: String?

    func collector(now: Int) throws(CleanupError) -> EvidenceCollector {
        var aliases: [HostAlias] = []
        for text in alias { aliases.append(try HostAlias(text)) }
        let resources = kubernetesResources.map { $0.split(separator: ",").map(String.init) }
        let names = aliases
        return EvidenceCollector(checkout: checkout, remote: gitRemote == "none" ? nil : gitRemote, now: now) {
            UsageCollector(of: $0, aliases: names, resources: resources)
        }
    }
}
