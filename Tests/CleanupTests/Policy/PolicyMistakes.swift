import Testing

/// A policy that is refused.
struct PolicyMistake: Sendable, CustomTestStringConvertible {
    let text: String
    /// `line:column`.
    let place: String
    let reason: String
    var hint: String?
    /// Whether the schema sees it too: it knows nothing of globs, versions, and the order of parts.
    var isInSchema = true

    var testDescription: String { "\(place): \(reason)" }

    /// One in a part, which begins at line 3, column 3.
    static func part(
        _ text: String, _ place: String, _ reason: String, _ hint: String? = nil, isInSchema: Bool = true
    ) -> PolicyMistake {
        PolicyMistake(text: wrapped(text), place: place, reason: reason, hint: hint, isInSchema: isInSchema)
    }
}

extension PolicyReaderTests {
    private static let lengths = "such as 30m, 12h, 14d, 2w or 1d12h"
    private static let listHint = "each of its lines begins with \"- \"; [] is an empty one"
    private static let limitHint = "such as 500 or 30%"
    private static let limit = "max-delete is a number of tags, or a share from 0% to 100%"
    private static let parts = "its keys are match, time, max-delete, delete, keep, untagged"

    static let mistakes: [PolicyMistake] = wholes + keys + values + rules

    private static let wholes = [
        PolicyMistake(text: "", place: "1:1", reason: "the document is empty"),
        PolicyMistake(
            text: "- version: 1", place: "1:1", reason: "a policy is made of keys and values",
            hint: "its keys are version, repositories"),
        PolicyMistake(
            text: "repositories: [{}]", place: "1:1", reason: "a policy says its version",
            hint: "begin with \"version: 1\""),
        PolicyMistake(
            text: "version: 2\nrepositories: [{}]", place: "1:10", reason: "this version of policies is not known",
            hint: "it is 1, without quotes"),
        PolicyMistake(
            text: "version: \"1\"\nrepositories: [{}]", place: "1:10", reason: "this version of policies is not known",
            hint: "it is 1, without quotes"),
        PolicyMistake(
            text: "version: 1", place: "1:1", reason: "a policy says what holds for which repositories",
            hint: "add \"repositories:\" and a list"),
        PolicyMistake(
            text: "version: 1\nrepositories: []", place: "2:15", reason: "repositories: the list is empty"),
        PolicyMistake(
            text: "version: 1\nrepositories: {match: a}", place: "2:15", reason: "repositories is a list",
            hint: listHint),
        PolicyMistake(
            text: "version: 1\nrepositories: [a]", place: "2:16",
            reason: "a part of repositories is made of keys and values",
            hint: parts),
        PolicyMistake(
            text: "version: 1\nrepositories:\n- {time: pushed}\n- {match: a}", place: "4:3",
            reason: "this part is never used, as the one before it has no match, so that it fits all",
            hint: "a part without match comes last", isInSchema: false),
        PolicyMistake(
            text: "version: 1\nversion: 1", place: "2:1", reason: "a key that is there already", isInSchema: false),
    ]

    private static let keys: [PolicyMistake] = [
        .part("keeps: []", "3:3", "a part of repositories has no key \"keeps\"", "did you mean keep?"),
        .part("max_delete: 5", "3:3", "a part of repositories has no key \"max_delete\"", "did you mean max-delete?"),
        .part("protect: []", "3:3", "a part of repositories has no key \"protect\"", parts),
        .part(
            "delete:\n- {tags: a, olderthan: 1d}", "4:15", "a delete rule has no key \"olderthan\"",
            "did you mean older-than?"),
        .part(
            "delete:\n- {tags: a, last: 1}", "4:15", "a delete rule has no key \"last\"",
            "its keys are tags, semver, labels, annotations, older-than"),
        .part("keep:\n- {tag: a}", "4:6", "a keep rule has no key \"tag\"", "did you mean tags?"),
        .part(
            "keep:\n- git: {tag: a, branch: b}", "4:19", "git has no key \"branch\"", "did you mean branches?"),
        .part("untagged: {older: 1d}", "3:14", "untagged has no key \"older\"", "its keys are older-than"),
        .part("\"a\\nb\": 1", "3:3", "a part of repositories has no key \"a\\nb\"", parts),
    ]

    private static let values: [PolicyMistake] = [
        .part("match:", "3:9", "match has no value"), .part("match: \"\"", "3:10", "match is empty"),
        .part("match: []", "3:10", "match: the list is empty"), .part("match: {a: b}", "3:10", "match is a text"),
        .part("match: [[a]]", "3:11", "match is a text"),
        .part("time: built", "3:9", "time: \"built\" is none of its values", "it is created or pushed"),
        .part("max-delete: 101%", "3:15", limit, limitHint), .part("max-delete: -1", "3:15", limit, limitHint),
        .part("max-delete: 5.5%", "3:15", limit, limitHint), .part("max-delete: \"50\"", "3:15", limit, limitHint),
        .part("max-delete: half", "3:15", limit, limitHint),
        .part("delete: {tags: a}", "3:11", "delete is a list", listHint),
        .part("keep:", "3:8", "keep is a list", listHint),
        .part("untagged: 7d", "3:13", "untagged is made of keys and values", "its keys are older-than"),
        .part("untagged: {}", "3:13", "untagged says from which age on", "such as {older-than: 7d}"),
        .part(
            "untagged: {older-than: 7}", "3:26", "older-than: \"7\" is no length of time of at most ten years", lengths),
        .part(
            "delete:\n- {tags: a, older-than: 1y}", "4:27",
            "older-than: \"1y\" is no length of time of at most ten years",
            lengths),
        .part(
            "delete:\n- {tags: a, older-than: 0d}", "4:27",
            "older-than: \"0d\" is no length of time of at most ten years",
            lengths, isInSchema: false),
        .part(
            "keep:\n- {within: 600w}", "4:14", "within: \"600w\" is no length of time of at most ten years", lengths,
            isInSchema: false),
        .part("keep:\n- {last: 0}", "4:12", "last is a number from 1 to 1000000, without quotes"),
        .part("keep:\n- {last: \"3\"}", "4:12", "last is a number from 1 to 1000000, without quotes"),
        .part("keep:\n- {last: 1.5}", "4:12", "last is a number from 1 to 1000000, without quotes"),
        .part(
            "keep:\n- {last: 99999999999999999999}", "4:12", "last is a number from 1 to 1000000, without quotes"),
        .part("keep:\n- {last: 1000001}", "4:12", "last is a number from 1 to 1000000, without quotes"),
        .part("max-delete: 1000001", "3:15", limit, limitHint),
        .part(
            "delete:\n- {tags: /a}", "4:12", "pattern /a: the slash at its beginning has none at its end",
            "a regular expression stands between slashes, with nothing behind; (?i) in front ignores case"),
        .part(
            "delete:\n- {tags: [a, \"b[\"]}", "4:16", "pattern b[, at byte 2: the bracket [ has no ]",
            "write \\[ for the character itself", isInSchema: false),
        .part(
            "keep:\n- tags: latest, v*", "4:11", "pattern latest, v*, at byte 7: no tag has \",\" in it",
            "write a list, or repeat the flag", isInSchema: false),
        .part(
            "delete:\n- tags: [\"mr-*\", \"!mr-1\"]", "4:20", "pattern !mr-1, at byte 1: no tag has \"!\" in it",
            "nothing is the other way round by it; what shall stay is held by a keep rule", isInSchema: false),
        .part(
            "delete:\n- {tags: a*, labels: {}}", "4:24", "labels: names with patterns of their values",
            "such as {labels: {keep: \"true\"}}"),
        .part(
            "delete:\n- {labels: [a]}", "4:14", "labels: names with patterns of their values",
            "such as {labels: {keep: \"true\"}}"),
        .part("delete:\n- {annotations: {a: }}", "4:23", "a has no value"),
        .part(
            "keep:\n- {semver: newest}", "4:14", "newest is no range of versions: not understood at byte 1",
            "such as \">=1.0.0 <2\", \"^1.2\", \"~1.2.3\", \"1.x || 2.x\" or \"*\"", isInSchema: false),
        .part(
            "keep:\n- {in-use: \"kubernetes:\"}", "4:14", "in-use: a context of Kubernetes has a name",
            "kubernetes:* means all of them"),
        .part("keep:\n- {in-use: []}", "4:14", "in-use: the list is empty"),
    ]

    private static let rules: [PolicyMistake] = [
        .part(
            "delete: [{}]", "3:12", "a delete rule without a condition", "{tags: \"*\"} selects every tag"),
        .part("keep: [{}]", "3:10", "a keep rule without a condition", "{tags: \"*\"} holds every tag"),
        .part(
            "keep: [latest]", "3:10", "a keep rule is made of keys and values",
            "its keys are tags, semver, labels, annotations, last, within, per, git, in-use"),
        .part(
            "keep:\n- {semver: \"*\", per: minor}", "4:24", "per counts versions, so it stands beside semver and last",
            "such as {semver: \"*\", last: 3, per: minor}"),
        .part(
            "keep:\n- {last: 3, per: minor}", "4:20", "per counts versions, so it stands beside semver and last",
            "such as {semver: \"*\", last: 3, per: minor}"),
        .part(
            "keep:\n- {semver: \"*\", last: 3, per: line}", "4:33", "per: \"line\" is none of its values",
            "it is major or minor or patch"),
        .part(
            "keep:\n- git: {branches: main}", "4:10", "git says how images are tagged",
            "such as {git: {tag: \"{branch}-{sha}\"}}, or \"{branch}\""),
        .part(
            "keep:\n- {git: {tag: \"{branch}\"}, last: 3}", "4:36", "last and within do not stand beside git",
            "in git itself they count commits; else make two rules"),
        .part(
            "keep:\n- {in-use: kubernetes, within: 3d}", "4:34", "last and within do not stand beside in-use",
            "make two rules"),
        .part(
            "keep:\n- {in-use: kubernetes, git: {tag: \"{sha}\"}}", "4:14", "git and in-use do not stand in one rule",
            "make two rules"),
    ]
}
