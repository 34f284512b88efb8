internal import ArgumentParser
internal import CIEnv
internal import POSIX
internal import Registry

/// A command that speaks to a registry.
protocol RegistryCommand: SpeakingCommand {
    var registry: RegistryOptions { get }
}

extension RegistryCommand {
    /// Makes the settings for `hosts` and does `work` with them.
    ///
    /// A signal has the work stop and put things in order; then it ends this process.
    ///
    /// - Returns: What the work returned.
    /// - Throws: `Failure`.
    func run<Value: Sendable>(
        _ hosts: [RegistryHost], _ work: @escaping @Sendable (RegistrySettings) async throws(RegistryError) -> Value
    ) throws -> Value {
        try run(hosts) { settings async throws(Failure) in
            do throws(RegistryError) {
                return try await work(settings)
            } catch {
                throw Failure(error)
            }
        }
    }

    /// The same for work that does more than to speak to registries.
    func run<Value: Sendable>(
        _ hosts: [RegistryHost], _ work: @escaping @Sendable (RegistrySettings) async throws(Failure) -> Value
    ) throws -> Value {
        let environment = environment, reporter = common.reporter(environment), options = registry
        CurrentProcess.hideValues(ofOptions: VendorOptions.names)
        // What the command line says wrongly is told before anything is asked for.
        _ = try options.namedImplementation(environment)
        let (result, signal) = Interruption.run { () async -> Result<Value, Failure> in
            do throws(Failure) {
                let settings = try options.settings(hosts: hosts, environment: environment, reporter: reporter)
                return .success(try await work(settings))
            } catch {
                return .failure(error)
            }
        }
        if let signal { CurrentProcess.die(of: signal) }
        return try result.get()
    }

    /// Reads what a person wrote as a name of the registry's.
    func named<Name>(_ read: () throws(RegistryError) -> Name) throws(Failure) -> Name {
        do {
            return try read()
        } catch {
            throw Failure(error)
        }
    }

    /// Writes a result; all of it, or it throws.
    func print(_ text: String) throws(Failure) {
        do {
            try StandardStream.output.write(text)
        } catch {
            throw Failure(error)
        }
    }
}
