extension RepositoryClient {
    /// The first tag of the registry's own list, by which an empty answer to another question can be checked; `nil` where
    /// there is none, or no such repository.
    ///
    /// - Throws: `RegistryError` where the registry does not tell.
    func firstTag() async throws(RegistryError) -> Tag? {
        do throws(RegistryError) {
            var tags = tags.makeAsyncIterator()
            return try await tags.next()
        } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
    }
}
