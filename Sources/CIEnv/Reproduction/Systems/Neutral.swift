/// What jobs of systems without variables of their own are handed: the facts, by the names of berth's own exports.
enum Neutral {
    /// A job of no system that is known; nearly all say that they are one.
    static func predefined(_ job: LocalJob) -> [VariableGroup] { [["CI": "true"], facts(job)] }

    static func tektonPredefined(_ job: LocalJob) -> [VariableGroup] {
        [["TEKTON_TASKRUN_UID": LocalJob.uuid], facts(job)]
    }

    private static func facts(_ job: LocalJob) -> VariableGroup {
        [
            "BERTH_COMMIT": job.commit, "BERTH_BRANCH": job.branch, "BERTH_TAG": job.tag,
            "BERTH_CHANGE": job.change?.number,
        ]
    }
}
