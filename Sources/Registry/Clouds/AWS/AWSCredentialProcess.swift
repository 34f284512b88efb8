internal import JSON
internal import POSIX

/// A program that has credentials, which a profile names with `credential_process` (AWS SDKs and Tools Reference Guide,
/// "Process credential provider").
struct AWSCredentialProcess: Sendable {
    /// Runs a program with its arguments, without input.
    typealias Run = @Sendable (_ program: String, _ arguments: [String]) throws(SystemError) -> HelperProgram.Answer

    /// The longest time that the program may take, in seconds: it may ask a service of its own.
    private static let patience = 60
    /// The most bytes that it may write.
    private static let outputLimit = 1 << 16

    /// Runs it on this machine.
    static let system: Run = { (program, arguments) throws(SystemError) in
        try HelperProgram.run(program, arguments, input: [], outputLimit: outputLimit, seconds: patience)
    }

    private let run: Run

    /// Programs that `run` runs.
    init(run: @escaping Run) {
        self.run = run
    }

    /// What the program of `line` has.
    ///
    /// - Throws: `RegistryError` of the kind `denied` where it has none. What it wrote is not shown.
    func credentials(_ line: String, profile: String) async throws(RegistryError) -> AWSCredentials {
        let place = "credential_process of the AWS profile \(Excerpt.quoted(profile))"
        guard let words = Self.words(line), let program = words.first, !program.isEmpty else {
            throw RegistryError(.denied, "\(place) is no command line")
        }
        // To wait for a program would keep the thread that makes the transfers.
        let run = run
        let result = await Task.detached { () -> Result<HelperProgram.Answer, SystemError> in
            do throws(SystemError) {
                return .success(try run(program, Array(words.dropFirst())))
            } catch {
                return .failure(error)
            }
        }.value
        let answer: HelperProgram.Answer
        do throws(SystemError) { answer = try result.get() } catch {
            throw RegistryError(.denied, "\(place): \(error)")
        }
        guard answer.code == 0 else { throw RegistryError(.denied, "\(place): exit code \(answer.code)") }
        guard let root = try? JSONNode(parsing: answer.output), root.member("Version")?.integer == 1,
            let credentials = AWSCredentials(root, tokenName: "SessionToken")
        else {
            throw RegistryError(
                .denied, "\(place): what it writes are no credentials",
                hint: "it must write JSON with Version 1, AccessKeyId and SecretAccessKey")
        }
        return credentials
    }

    /// The words of a command line: quotes of both kinds, and a backslash before what is to stand for itself.
    ///
    /// No shell reads it. `nil` where a quote is not closed.
    static func words(_ line: String) -> [String]? {
        var words: [String] = [], word: String?
        var quote: Character?
        var rest = line[...]
        while let character = rest.popFirst() {
            switch character {
            case quote: quote = nil
            case "\\" where quote != "'":
                guard let next = rest.popFirst() else { return nil }
                // Within quotes, only before what it can stand for.
                let isKept = quote == "\"" && next != "\"" && next != "\\"
                word = (word ?? "") + (isKept ? "\\" : "") + String(next)
            case "\"" where quote == nil, "'" where quote == nil:
                quote = character
                word = word ?? ""
            case " " where quote == nil, "\t" where quote == nil:
                if let ended = word { words.append(ended) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { return nil }
        if let ended = word { words.append(ended) }
        return words
    }
}
