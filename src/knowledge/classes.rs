//! What is provisioned: classes of things that teams ask a platform for, and the names under which tools make one.

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A class of things that are provisioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Storage of objects.
    Bucket,
    /// A cache in memory.
    Cache,
    /// A certificate.
    Certificate,
    /// A cluster that workloads run on.
    Cluster,
    /// A database.
    Database,
    /// A zone or record of names.
    Dns,
    /// A function that runs on demand.
    Function,
    /// Who may do what: a role, an account.
    Identity,
    /// A network or a part of one.
    Network,
    /// A queue of messages.
    Queue,
    /// A secret, or a place to keep them.
    Secret,
    /// A topic or stream of messages.
    Topic,
}

/// A row of `classes.yaml`. Lists are sorted.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClassRow {
    /// The class.
    pub class: Class,
    /// Words of the names of modules, and of kinds that people define.
    #[serde(default)]
    pub words: Vec<String>,
    /// Types of resources of Terraform; `azurerm_postgresql_*` for those that begin so.
    #[serde(default)]
    pub terraform: Vec<String>,
    /// Types of CloudFormation.
    #[serde(default)]
    pub cloudformation: Vec<String>,
    /// Types of Azure's Resource Manager.
    #[serde(default)]
    pub arm: Vec<String>,
    /// Objects of clusters, `group/Kind`.
    #[serde(default)]
    pub objects: Vec<String>,
    /// Names of charts.
    #[serde(default)]
    pub charts: Vec<String>,
    /// Images, `registry/repository`.
    #[serde(default)]
    pub images: Vec<String>,
    /// Commands, from the program on.
    #[serde(default)]
    pub commands: Vec<String>,
    /// Where the names are documented.
    #[serde(default)]
    pub sources: Vec<String>,
}

/// What tells a class, to be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum By {
    Word,
    Type,
    Object,
    Chart,
    Image,
}

/// The classes by what tells them.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    by_name: FxHashMap<(By, String), Class>,
    /// Types that begin so.
    by_start: Vec<(String, Class)>,
    /// Commands, as their words.
    commands: Vec<(Vec<String>, Class)>,
}

impl Classes {
    /// Adds a row; what a later row says of a name counts.
    pub(super) fn add(&mut self, row: ClassRow) {
        let ClassRow { class, words, terraform, cloudformation, arm, objects, charts, images, commands, sources: _ } =
            row;
        let types = terraform.into_iter().chain(cloudformation).chain(arm).map(|it| it.to_ascii_lowercase());
        let (starts, types): (Vec<String>, Vec<String>) = types.partition(|it| it.ends_with('*'));
        self.by_start.extend(starts.into_iter().map(|it| (it.trim_end_matches('*').to_owned(), class)));
        for (by, names) in
            [(By::Word, words), (By::Type, types), (By::Object, objects), (By::Chart, charts), (By::Image, images)]
        {
            self.by_name.extend(names.into_iter().map(|it| ((by, it), class)));
        }
        let words = |it: String| it.split_ascii_whitespace().map(str::to_owned).collect();
        self.commands.extend(commands.into_iter().map(|it| (words(it), class)));
    }

    /// The class of a resource's type: of Terraform, CloudFormation, or Azure's Resource Manager.
    pub fn of_type(&self, of_type: &str) -> Option<Class> {
        let lower = of_type.to_ascii_lowercase();
        let start = || self.by_start.iter().find(|(start, _)| lower.starts_with(start.as_str())).map(|it| it.1);
        self.get(By::Type, &lower).or_else(start)
    }

    /// The class of an object of a cluster.
    pub fn of_object(&self, group: &str, kind: &str) -> Option<Class> {
        self.get(By::Object, &format!("{group}/{kind}"))
    }

    /// The class of what a chart runs, by the chart's name.
    pub fn of_chart(&self, name: &str) -> Option<Class> {
        self.get(By::Chart, name)
    }

    /// The class of what an image is, by `registry/repository`.
    pub fn of_image(&self, name: &str) -> Option<Class> {
        self.get(By::Image, name)
    }

    /// The class that a name's words tell, the last of them first: a `vpc-lambda` is a function. Words are parted by
    /// anything but letters and digits, and by capitals: `PostgreSQLInstance` is of two words.
    pub fn of_name(&self, name: &str) -> Option<Class> {
        let words = words(name);
        // What looks after a thing, or comes into it, isn't the thing: `rds-export`, `s3-backup`, `eks-addons`.
        if words.iter().any(|it| LOOKS_AFTER.binary_search(&it.as_str()).is_ok()) {
            return None;
        }
        words.iter().rev().find_map(|it| self.get(By::Word, it))
    }

    /// The class of what a command makes.
    pub fn of_command(&self, command: &str) -> Option<Class> {
        let words: Vec<&str> = command.split_ascii_whitespace().filter(|it| !it.starts_with('-')).collect();
        let fits = |row: &[String]| row.len() <= words.len() && row.iter().zip(&words).all(|(a, b)| a == b);
        self.commands.iter().find(|(row, _)| fits(row)).map(|it| it.1)
    }

    fn get(&self, by: By, name: &str) -> Option<Class> {
        self.by_name.get(&(by, name.to_owned())).copied()
    }
}

/// Words of names for what looks after other things, or comes into them; sorted.
const LOOKS_AFTER: &[&str] = &[
    "addon",
    "addons",
    "alarm",
    "alarms",
    "alert",
    "alerts",
    "backup",
    "backups",
    "baseline",
    "baselines",
    "dashboard",
    "export",
    "exporter",
    "migration",
    "monitor",
    "monitoring",
    "restore",
    "scheduler",
    "snapshot",
];

/// The words of a name, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut word = String::new();
    let characters: Vec<char> = name.chars().collect();
    for (at, &c) in characters.iter().enumerate() {
        let before = at.checked_sub(1).map(|it| characters[it]);
        let after = characters.get(at + 1);
        // A capital begins a word behind a small letter, or before one behind other capitals: `SQLInstance`.
        let begins = c.is_uppercase()
            && before
                .is_some_and(|it| it.is_lowercase() || it.is_uppercase() && after.is_some_and(|it| it.is_lowercase()));
        if (begins || !c.is_alphanumeric()) && !word.is_empty() {
            found.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        found.push(word);
    }
    // `PostgreSQL` is one word, though its capitals say two; so is `add-on`.
    let mut joined: Vec<String> = Vec::new();
    for word in found {
        match joined.last_mut() {
            Some(last) if word == "sql" && matches!(last.as_str(), "my" | "postgre") => last.push_str("sql"),
            Some(last) if word == "db" && matches!(last.as_str(), "cosmos" | "dynamo" | "maria" | "mongo") => {
                last.push_str("db");
            }
            Some(last) if matches!(word.as_str(), "on" | "ons") && last == "add" => last.push_str(&word),
            _ => joined.push(word),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::{LOOKS_AFTER, words};
    use crate::knowledge::{Knowledge, built_in, classes::Class};

    #[test]
    fn words_of_names() {
        assert!(LOOKS_AFTER.is_sorted());
        for (name, expected) in [
            ("terraform-aws-rds", &["terraform", "aws", "rds"][..]),
            ("PostgreSQLInstance", &["postgresql", "instance"]),
            ("XMySQLDatabase", &["x", "mysql", "database"]),
            ("avm/res/key-vault/vault", &["avm", "res", "key", "vault", "vault"]),
            ("DynamoDB_table", &["dynamodb", "table"]),
            ("", &[]),
        ] {
            // `XMy` begins a word before the small letter.
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn what_names_tell() {
        let classes = &built_in().classes;
        for (found, expected) in [
            (classes.of_type("aws_s3_bucket"), Some(Class::Bucket)),
            (classes.of_type("AWS::SQS::Queue"), Some(Class::Queue)),
            (classes.of_type("microsoft.storage/storageaccounts"), Some(Class::Bucket)),
            (classes.of_type("aws_iam_role"), Some(Class::Identity)),
            (classes.of_type("null_resource"), None),
            (classes.of_object("s3.services.k8s.aws", "Bucket"), Some(Class::Bucket)),
            (classes.of_object("", "Secret"), None),
            (classes.of_chart("postgresql"), Some(Class::Database)),
            (classes.of_image("docker.io/library/postgres"), Some(Class::Database)),
            (classes.of_name("terraform-aws-modules/rds/aws"), Some(Class::Database)),
            (classes.of_name("tf-vpc-lambda"), Some(Class::Function)),
            (classes.of_name("tf-monitoring"), None),
            (classes.of_name("terraform-aws-eks"), Some(Class::Cluster)),
            (classes.of_name("terraform-eks-add-ons"), None),
            (classes.of_name("eks-addon"), None),
            (classes.of_name("aks-baseline"), None),
            (classes.of_name("terraform-rds-export"), None),
            (classes.of_command("aws rds create-db-instance --engine postgres"), Some(Class::Database)),
            (classes.of_command("aws rds describe-db-instances"), None),
        ] {
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn rows_of_the_users() {
        let mut knowledge = Knowledge::default();
        knowledge.add("classes", "t", "- {class: queue, terraform: ['acme_queue*'], sources: [s]}").unwrap();
        assert_eq!(knowledge.classes.of_type("acme_queue_fifo"), Some(Class::Queue));
        let error = knowledge.add("classes", "t", "- {class: pond}").unwrap_err().to_string();
        assert!(error.contains("t:1") && error.contains("pond"), "{error}");
    }
}
