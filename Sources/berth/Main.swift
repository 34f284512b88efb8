internal import ArgumentParser
internal import CIEnv
internal import POSIX

@main
enum Main {
    static func main() {
        // Who stops reading what berth writes gets an error from it, not its sudden end.
        CurrentProcess.ignoreBrokenPipes()
        let words = CommandLine.arguments
        let environment = Environment { CurrentProcess.environmentValue($0) }
        if FilePath.lastComponent(words.first ?? "") == JobPlan.helperName {
            CurrentProcess.exit(CredentialHelper(environment: environment).run(words.dropFirst()))
        }
        let asksForHelp = words.count == 3 && ["--help", "-h"].contains(words[2])
        if words.dropFirst().first == CredentialCommand.name, !asksForHelp {
            CurrentProcess.exit(CredentialHelper(environment: environment).run(words.dropFirst(2)))
        }
        if words.dropFirst().first == CIEnvCommand.name, let arguments = FastPath.arguments(words.dropFirst(2)) {
            let reporter = Reporter(environment)
            CurrentProcess.exit(CIEnvRun(arguments, environment: environment, reporter: reporter).run())
        }
        CurrentProcess.exit(Berth.run(Array(words.dropFirst()), environment: environment))
    }
}
