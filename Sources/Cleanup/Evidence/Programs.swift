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
        /// What its environment has where this process's has nothing by that name.
        public var fallbacks: [(name: String, value: String)] = []
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

    /// What a program answers.
    ///
    /// - Throws: `CleanupError`: `stopped` where the task has been cancelled, else what `failure` makes of the fault.
    func answer(
        _ question: Question, failure: (SystemError) -> CleanupError
    ) async throws(CleanupError) -> HelperProgram.Answer {
        let stopped = CleanupError(.stopped, "interrupted")
        guard !Task.isCancelled else { throw stopped }
        do throws(SystemError) { return try await ask(question) } catch {
            throw Task.isCancelled ? stopped : failure(error)
        }
    }

    /// Those of this machine; one that is at work when the task is cancelled is ended.
    public static let system = Programs { (question) async throws(SystemError) in
        let isCancelled = Locked(false)
        let environment =
            question.environment
            + question.fallbacks.filter { CurrentProcess.environmentValue($0.name) == nil }
        // To wait for a program would keep a thread that others need.
        let work = Task.detached { () -> Result<HelperProgram.Answer, SystemError> in
            do throws(SystemError) {
                return .success(
                    try HelperProgram.ask(
                        question.program, question.arguments, overriding: environment,
                        outputLimit: question.outputLimit, seconds: question.seconds,
                        isCancelled: { isCancelled.withLock { $0 } }))
            } catch {
                return .failure(error)
            }
        }
        let result = await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            isCancelled.withLock { $0 = true }
        }
        return try result.get()
    }
}
