internal import CIEnv

/// Reads the usual command lines of `ci-env` without ArgumentParser, whose start takes longer than all of the job.
///
/// Whatever is unusual (help, a mistake, an abbreviation, a repeated option) is left to ArgumentParser, whose
/// declaration is the one source of truth; a test holds both to the same results.
enum FastPath {
    /// What `words`, those behind `ci-env`, say; `nil` where that is better asked of ArgumentParser.
    static func arguments(_ words: some Collection<String>) -> CIEnvArguments? {
        var arguments = CIEnvArguments()
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("-") else {
                guard arguments.system == nil, !word.isEmpty else { return nil }
                arguments.system = word
                continue
            }
            if setFlag(word, &arguments) { continue }
            let option: String, value: String
            if let equals = word.firstIndex(of: "="), word.hasPrefix("--") {
                (option, value) = (String(word[..<equals]), String(word[word.index(after: equals)...]))
            } else {
                guard let next = rest.popFirst(), !next.hasPrefix("-") else { return nil }
                (option, value) = (word, next)
            }
            guard !value.isEmpty, setOption(option, value, &arguments) else { return nil }
        }
        return arguments
    }

    /// Sets what `word` says by itself; false where it is no such flag, or came before.
    private static func setFlag(_ word: String, _ arguments: inout CIEnvArguments) -> Bool {
        func raise(_ flag: inout Bool) -> Bool {
            guard !flag else { return false }
            flag = true
            return true
        }
        func choose(_ flag: inout Bool?, _ value: Bool) -> Bool {
            guard flag == nil else { return false }
            flag = value
            return true
        }
        return switch word {
        case "--as-file": raise(&arguments.writesFile)
        case "--as-env-file": raise(&arguments.writesEnvFile)
        case "--use-docker-auth-config": raise(&arguments.usesDockerAuthConfig)
        case "--explain": raise(&arguments.explains)
        case "--login-to-registry": choose(&arguments.logsInToRegistry, true)
        case "--no-login-to-registry": choose(&arguments.logsInToRegistry, false)
        case "--verify": choose(&arguments.verifies, true)
        case "--no-verify": choose(&arguments.verifies, false)
        default: false
        }
    }

    /// Sets what `option` is given; false where there is no such option, or it came before.
    private static func setOption(_ option: String, _ value: String, _ arguments: inout CIEnvArguments) -> Bool {
        func set(_ text: inout String?) -> Bool {
            guard text == nil else { return false }
            text = value
            return true
        }
        func append(_ texts: inout [String]) -> Bool {
            texts.append(value)
            return true
        }
        return switch option {
        case "--shell": set(&arguments.shell)
        case "-o", "--output-file-path": set(&arguments.outputFilePath)
        case "--docker-config": set(&arguments.dockerConfig)
        case "--inherit": set(&arguments.inherit)
        case "--login": append(&arguments.logins)
        case "--oidc": append(&arguments.oidc)
        case "--tmp-dir": set(&arguments.temporaryDirectory)
        case "--ttl": set(&arguments.ttl)
        case "--watch": set(&arguments.watch)
        default: false
        }
    }
}
