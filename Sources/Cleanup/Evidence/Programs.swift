public import POSIX

/// The programs that know what is outside the registry: git and kubectl.
public struct Programs: Sendable {
    /// What a program is asked.
    public struct Question: Sendable {
        /// The program's name.
        public var program: String
        /// What stands behind it.
        public var arguments: [String]
        /// What its environment has besides, or otherwise than, this process's.
        public var environment: [(name: String, value: String)] = []
        /// The most bytes of an answer.
        public var outputLimit = 1 << 20
        /// The longest time that it may take, in seconds.
        public var seconds = 60

        /// A question.
        public init(_ program: String, _ arguments: [String]) {
            self.program = program
            self.arguments = arguments
        }
    }

    /// Asks a program, which has neither input nor terminal.
    public typealias Ask = @Sendable (Question) async throws(SystemError) -> HelperProgram.Answer

    let ask: Ask

    /// Programs that `ask` asks.
    public init(ask: @escaping Ask) {
        self.ask = ask
    }

    /// Those of this machine.
    public static let system = Programs { (question) async throws(SystemError) in
        // To wait for a program would keep a thread that others need.
        let result = await Task.detached { () -> Result<HelperProgram.Answer, SystemError> in
            do throws(SystemError) {
                return .success(
                    try HelperProgram.ask(
                        question.program, question.arguments, overriding: question.environment,
                        outputLimit: question.outputLimit, seconds: question.seconds))
            } catch {
                return .failure(error)
            }
        }.value
        return try result.get()
    }
}
