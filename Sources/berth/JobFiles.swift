internal import DockerConfig

/// The files of a job that hold its credentials.
struct JobFiles {
    private let job: String

    /// Those of the job directory `job`.
    init(_ job: String) {
        self.job = job
    }

    /// What changes them.
    ///
    /// `containers` and `helm` have links to the docker config, until a client puts a file there.
    var editor: ConfigEditor {
        ConfigEditor(
            path: "\(job)/docker/config.json", copies: ["\(job)/containers/auth.json", "\(job)/helm/registry.json"])
    }
}
