//! What the tasks of Ansible come to: whether they declare how something is to be, or only do something once. Most modules
//! declare; those that don't are a table. What is not to be there any more is removed, and nothing is left of it that
//! would be declared.

use crate::paths::name_of;
use crate::syntax::yaml::{Kind, Node};

/// What plays, or tasks, come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Work {
    /// Whether one of them declares how something is to be.
    pub(crate) declares: bool,
    /// The files with tasks that they bring in, as they are written.
    pub(crate) includes: Vec<String>,
}

/// How deep tasks may stand in blocks.
const MAX_DEPTH: usize = 20;

/// What a list of plays comes to. Another playbook that is brought in, and roles, declare.
pub(crate) fn of_plays<'d>(plays: impl IntoIterator<Item = Node<'d>>) -> Work {
    let mut work = Work::default();
    for play in plays {
        let is_there = |key: &str| play.get(key).is_some_and(|it| !it.is_null());
        work.declares |= is_there("roles") || ["import_playbook", IMPORT_PLAYBOOK].into_iter().any(is_there);
        let is_local = is_local(play);
        for key in ["pre_tasks", "tasks", "post_tasks", "handlers"] {
            play.get(key).into_iter().for_each(|it| tasks(it, is_local, 0, &mut work));
        }
    }
    work
}

/// What the tasks of a file that a play brings in come to.
pub(crate) fn of_tasks<'d>(roots: impl IntoIterator<Item = Node<'d>>, is_local: bool) -> Work {
    let mut work = Work::default();
    roots.into_iter().for_each(|it| tasks(it, is_local, 0, &mut work));
    work
}

/// Whether all plays are for the machine that runs Ansible: files there are what is left over of a run, not what it is for.
pub(crate) fn are_local<'d>(mut plays: impl Iterator<Item = Node<'d>>) -> bool {
    plays.all(is_local)
}

fn is_local(play: Node<'_>) -> bool {
    let hosts = play.get("hosts");
    let mut names = hosts.into_iter().flat_map(|it| it.items().chain([it])).filter_map(Node::text).peekable();
    names.peek().is_some() && names.all(|it| matches!(it.trim(), "127.0.0.1" | "localhost"))
}

fn tasks(list: Node<'_>, is_local: bool, depth: usize, work: &mut Work) {
    if depth > MAX_DEPTH {
        return;
    }
    for task in list.items() {
        for (key, value) in task.entries() {
            let Some(key) = key.text() else { continue };
            match name_of_module(key) {
                "always" | "block" | "rescue" if value.resolved().kind() == Kind::Sequence => {
                    tasks(value, is_local, depth + 1, work);
                }
                "action" | "local_action" => {
                    let module = value.get("module").and_then(Node::text).or_else(|| value.text()).unwrap_or("");
                    let module = name_of_module(module.split_whitespace().next().unwrap_or(""));
                    work.declares |= declares(module, is_local) && !removes(module, task, value);
                }
                "import_tasks" | "include" | "include_tasks" => {
                    let file = value.get("file").and_then(Node::text).or_else(|| value.text()).unwrap_or("");
                    // What stands behind the path are variables, as it was written once.
                    work.includes.extend(file.split_whitespace().next().map(str::to_owned));
                }
                name => work.declares |= declares(name, is_local) && !removes(name, task, value),
            }
        }
    }
}

/// The name of a module without its collection.
fn name_of_module(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

/// Whether a key of a task is a module that declares.
fn declares(key: &str, is_local: bool) -> bool {
    !(KEYWORDS.binary_search(&key).is_ok()
        || key.starts_with("with_")
        || key.starts_with("become_")
        || DECLARES_NOTHING.binary_search(&key).is_ok()
        || ["_facts", "_info"].iter().any(|it| key.ends_with(it))
        || is_local && FILES.binary_search(&key).is_ok())
}

/// Whether what a module is given says that a thing is not to be there, or that a volume is taken off its machine.
fn removes(module: &str, task: Node<'_>, given: Node<'_>) -> bool {
    let of_task = task.get("args").filter(|it| it.get("state").is_some() || it.get("instance").is_some());
    let text = |name: &str| {
        let part = given.get(name).or_else(|| of_task?.get(name)).and_then(Node::text);
        let mut words = given.text().unwrap_or("").split_whitespace();
        part.or_else(|| words.find_map(|it| it.strip_prefix(name)?.strip_prefix('='))).map(str::trim)
    };
    text("state") == Some("absent") || module == "ec2_vol" && text("instance") == Some("None")
}

const IMPORT_PLAYBOOK: &str = "ansible.builtin.import_playbook";

/// Keys of a task that are no modules; sorted.
const KEYWORDS: &[&str] = &[
    "any_errors_fatal",
    "args",
    "async",
    "become",
    "changed_when",
    "check_mode",
    "collections",
    "connection",
    "debugger",
    "delay",
    "delegate_facts",
    "delegate_to",
    "diff",
    "environment",
    "failed_when",
    "ignore_errors",
    "ignore_unreachable",
    "listen",
    "loop",
    "loop_control",
    "module_defaults",
    "name",
    "no_log",
    "notify",
    "poll",
    "port",
    "register",
    "remote_user",
    "retries",
    "run_once",
    "sudo",
    "tags",
    "throttle",
    "timeout",
    "until",
    "vars",
    "when",
];

/// Modules that do, ask or say something, and leave nothing that they could find as it should be; sorted.
const DECLARES_NOTHING: &[&str] = &[
    "add_host",
    "assert",
    "async_status",
    "aws_s3",
    "command",
    "debug",
    "ec2_ami",
    "ec2_ami_copy",
    "ec2_snapshot",
    "ec2_snapshot_copy",
    "execute_lambda",
    "expect",
    "fail",
    "fetch",
    "find",
    "gather_facts",
    "group_by",
    "include_vars",
    "lambda_execute",
    "mail",
    "meta",
    "pause",
    "ping",
    "raw",
    "rds_cluster_snapshot",
    "rds_instance_snapshot",
    "rds_snapshot",
    "reboot",
    "s3_object",
    "s3_sync",
    "script",
    "set_fact",
    "set_stats",
    "setup",
    "shell",
    "slack",
    "slurp",
    "stat",
    "sts_assume_role",
    "sts_session_token",
    "uri",
    "wait_for",
    "wait_for_connection",
    "win_command",
    "win_ping",
    "win_reboot",
    "win_shell",
    "win_wait_for",
];

/// Modules that put files somewhere; sorted.
const FILES: &[&str] = &[
    "archive",
    "assemble",
    "blockinfile",
    "copy",
    "file",
    "get_url",
    "git",
    "lineinfile",
    "replace",
    "synchronize",
    "tempfile",
    "template",
    "unarchive",
];

/// Where a file with tasks lies that is named in a file of this folder; nothing where only a run knows.
pub(crate) fn place_of(included: &str, folder: &str) -> Option<String> {
    if included.contains("{{") || included.starts_with(['/', '~']) || name_of(included).is_empty() {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    for part in included.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{DECLARES_NOTHING, FILES, KEYWORDS, Work, of_plays, place_of};
    use crate::syntax::yaml;

    #[test]
    fn tables_are_sorted() {
        assert!(KEYWORDS.is_sorted());
        assert!(DECLARES_NOTHING.is_sorted());
        assert!(FILES.is_sorted());
    }

    #[test]
    fn plays_that_declare() {
        for (plays, declares, includes) in [
            ("- {hosts: web, roles: [common]}", true, ""),
            ("- {hosts: web, tasks: [{name: x, ansible.builtin.apt: {name: nginx}}]}", true, ""),
            ("- {hosts: web, tasks: [{template: {src: a, dest: b}}]}", true, ""),
            ("- {hosts: web, tasks: [{shell: uptime, register: up, when: true}]}", false, ""),
            ("- {hosts: localhost, tasks: [{template: {src: a, dest: b}, with_items: [1]}]}", false, ""),
            ("- {hosts: [localhost], tasks: [{amazon.aws.ec2_vpc_net: {name: a}}]}", true, ""),
            ("- {hosts: localhost, tasks: [{amazon.aws.lambda_execute: {name: a}}]}", false, ""),
            ("- {hosts: localhost, tasks: [{amazon.aws.ec2_instance_info: {}}]}", false, ""),
            ("- {hosts: localhost, tasks: [{block: [{ec2_vol: {}}], rescue: [{debug: {}}]}]}", true, ""),
            ("- {hosts: localhost, tasks: [{local_action: command uptime}]}", false, ""),
            ("- {hosts: localhost, tasks: [{action: {module: ec2_vol}}]}", true, ""),
            // Copies of what there was at some time.
            (
                "- {hosts: localhost, tasks: [{ec2_snapshot: {volume_id: a}}, {rds_snapshot: {state: present}}]}",
                false,
                "",
            ),
            ("- {hosts: localhost, tasks: [{community.aws.ec2_ami_copy: {name: a}}, {ec2_ami: {}}]}", false, ""),
            (
                "- {hosts: localhost, tasks: [{amazon.aws.rds_instance_snapshot: {db_instance_identifier: a}}]}",
                false,
                "",
            ),
            // What is to be there no more.
            ("- {hosts: localhost, tasks: [{rds_instance: {id: a, state: absent}}]}", false, ""),
            ("- {hosts: localhost, tasks: [{ec2_vol: id=a state=absent}]}", false, ""),
            ("- {hosts: localhost, tasks: [{ec2_vol: , args: {id: a, state: absent}}]}", false, ""),
            ("- {hosts: localhost, tasks: [{action: {module: ec2_vol, state: absent}}]}", false, ""),
            ("- {hosts: localhost, tasks: [{local_action: ec2_vol id=a state=absent}]}", false, ""),
            ("- {hosts: localhost, tasks: [{amazon.aws.ec2_vol: {id: a, instance: None}}]}", false, ""),
            ("- {hosts: localhost, tasks: [{ec2_vol: {id: a, instance: i-1}}]}", true, ""),
            ("- {hosts: localhost, tasks: [{ec2_vol: {id: a, state: '{{ wanted }}'}}]}", true, ""),
            ("- {hosts: web, tasks: [{apt: {name: a, state: absent}}, {apt: {name: b, state: present}}]}", true, ""),
            ("- {hosts: web, tasks: [{user: {name: a}, args: {append: true}}]}", true, ""),
            (
                "- {hosts: localhost, tasks: [{include: a.yml x=1}, {include_tasks: {file: b.yml}}]}",
                false,
                "a.yml b.yml",
            ),
            ("- {hosts: localhost, tasks: [{include_role: {name: web}}]}", true, ""),
            ("- import_playbook: site.yml", true, ""),
            ("- {hosts: all, tasks: []}", false, ""),
        ] {
            let (documents, _) = yaml::parse(plays);
            let work = of_plays(documents.roots().flat_map(|it| it.items().collect::<Vec<_>>()));
            let includes = includes.split_whitespace().map(str::to_owned).collect();
            assert_eq!(work, Work { declares, includes }, "{plays}");
        }
    }

    #[test]
    fn places_of_tasks() {
        for (included, folder, expected) in [
            ("snapshot.yml", "ansible/rds", Some("ansible/rds/snapshot.yml")),
            ("../creds/login.yml", "ansible/rds", Some("ansible/creds/login.yml")),
            ("./a.yml", "", Some("a.yml")),
            ("../a.yml", "", None),
            ("{{ step }}.yml", "ansible", None),
            ("/srv/a.yml", "ansible", None),
        ] {
            assert_eq!(place_of(included, folder).as_deref(), expected, "{included}");
        }
    }
}
