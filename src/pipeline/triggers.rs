//! Who or what starts a pipeline: the events of all systems, by the names that extraction gives them.

/// Who or what is behind an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Starter {
    /// A change, or what came of one without anybody's help: a build that ended, an image or a package that was
    /// published.
    Change,
    /// Time alone.
    Time,
    /// Somebody who presses a button, comments, or opens an issue.
    Person,
    /// A program that calls, or something that says nothing of who is behind it.
    Other,
}

/// Who or what is behind an event of [`Pipeline::triggers`](super::Pipeline::triggers), whichever the system. An event
/// that is in no table is of a kind of its own (a resource of Concourse, a webhook): [`Starter::Other`].
pub fn started_by(event: &str) -> Starter {
    EVENTS.binary_search_by_key(&event, |(name, _)| name).map_or(Starter::Other, |row| EVENTS[row].1)
}

/// The events; sorted.
const EVENTS: &[(&str, Starter)] = &[
    ("api", Starter::Other),
    // Spinnaker: the build, chart or package that another program made.
    ("artifactory", Starter::Change),
    ("bitbucket-server-trigger", Starter::Change),
    ("branch_protection_rule", Starter::Other),
    ("chat", Starter::Person),
    ("check_run", Starter::Change),
    ("check_suite", Starter::Change),
    ("comment", Starter::Person),
    ("commit", Starter::Change),
    ("concourse", Starter::Change),
    ("container", Starter::Change),
    ("create", Starter::Change),
    ("cron", Starter::Time),
    // Drone: a build that somebody starts.
    ("custom", Starter::Person),
    ("delete", Starter::Change),
    // Woodpecker: somebody deploys; GitHub: somebody, or a program for them, asks for a deployment.
    ("deployment", Starter::Person),
    ("deployment_status", Starter::Change),
    ("discussion", Starter::Person),
    ("discussion_comment", Starter::Person),
    ("docker", Starter::Change),
    ("docker-image", Starter::Change),
    ("event", Starter::Other),
    ("external", Starter::Other),
    ("finishBuildTrigger", Starter::Change),
    ("fork", Starter::Other),
    ("gerrit", Starter::Change),
    ("git", Starter::Change),
    ("gollum", Starter::Other),
    ("helm", Starter::Change),
    ("image", Starter::Change),
    ("incoming", Starter::Other),
    ("issue_comment", Starter::Person),
    ("issues", Starter::Person),
    ("jenkins", Starter::Change),
    ("label", Starter::Other),
    ("manual", Starter::Person),
    ("mavenArtifact", Starter::Change),
    ("mavenSnapshot", Starter::Change),
    ("merge_group", Starter::Change),
    ("merge_request", Starter::Change),
    ("milestone", Starter::Other),
    ("nexus", Starter::Change),
    ("nuGetFeed", Starter::Change),
    ("package", Starter::Change),
    ("page_build", Starter::Change),
    // GitLab: by a pipeline of which this is a part.
    ("parent_pipeline", Starter::Change),
    ("periodic", Starter::Time),
    ("pipeline", Starter::Change),
    ("polling", Starter::Change),
    ("postsubmit", Starter::Change),
    ("pr", Starter::Change),
    ("pr-closed", Starter::Change),
    ("presubmit", Starter::Change),
    ("promote", Starter::Person),
    ("public", Starter::Other),
    ("pubsub", Starter::Other),
    ("pull_request", Starter::Change),
    ("pull_request_closed", Starter::Change),
    ("pull_request_metadata", Starter::Change),
    ("pull_request_review", Starter::Person),
    ("pull_request_review_comment", Starter::Person),
    ("pull_request_target", Starter::Change),
    ("pullrequest-created", Starter::Change),
    ("pullrequest-fulfilled", Starter::Change),
    ("pullrequest-push", Starter::Change),
    ("pullrequest-updated", Starter::Change),
    ("push", Starter::Change),
    ("registry-image", Starter::Change),
    ("registry_package", Starter::Change),
    ("release", Starter::Change),
    // Bamboo: by the repository's server, on a push.
    ("remote", Starter::Change),
    ("remoteRunOnBranch", Starter::Change),
    ("repository-push", Starter::Change),
    ("repository_dispatch", Starter::Other),
    ("retryBuild", Starter::Other),
    ("rollback", Starter::Person),
    ("schedule", Starter::Time),
    ("status", Starter::Change),
    ("subscribe", Starter::Change),
    ("tag", Starter::Change),
    ("travis", Starter::Change),
    ("trigger", Starter::Other),
    ("upstream", Starter::Change),
    ("vcs", Starter::Change),
    ("watch", Starter::Other),
    ("webhook", Starter::Other),
    ("wercker", Starter::Change),
    ("workflow_call", Starter::Other),
    ("workflow_dispatch", Starter::Person),
    ("workflow_run", Starter::Change),
];

#[cfg(test)]
mod tests {
    use super::{EVENTS, Starter, started_by};

    #[test]
    fn the_table_is_sorted() {
        assert!(EVENTS.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn events_of_all_systems() {
        for (event, expected) in [
            ("merge_request", Starter::Change),
            ("commit", Starter::Change),
            ("postsubmit", Starter::Change),
            ("vcs", Starter::Change),
            ("periodic", Starter::Time),
            ("cron", Starter::Time),
            ("workflow_dispatch", Starter::Person),
            ("promote", Starter::Person),
            ("api", Starter::Other),
            ("workflow_call", Starter::Other),
            ("semver", Starter::Other),
            ("", Starter::Other),
        ] {
            assert_eq!(started_by(event), expected, "{event}");
        }
    }
}
