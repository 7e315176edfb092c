//! Commands that change infrastructure or other machines by hand: what their words look like, and how strongly they
//! speak.

use serde::Deserialize;

use crate::facts::{MarkerKind, Weight};
use crate::syntax::shell::names_of;
use crate::words::ByWord;

/// A row of `imperative.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ImperativeRow {
    /// The program, or the program and its first sub-commands; one `*` at the end.
    pub program: String,
    /// The verbs, by its shape; every call counts where there are none.
    #[serde(default)]
    pub verbs: Vec<String>,
    /// Where the verb stands.
    pub shape: Shape,
    /// Sub-commands that begin so are no hit.
    #[serde(default)]
    pub not: Vec<Vec<String>>,
    /// One of these words stands among the arguments; nothing is asked where there are none.
    #[serde(default)]
    pub with: Vec<String>,
    /// None of these stands there.
    #[serde(default)]
    pub without: Vec<String>,
    /// How places of the service begin: a copy from one of them to anywhere else is a download, which changes nothing.
    #[serde(default)]
    pub place: Option<String>,
    /// An argument holds one of these texts, in any case of letters; nothing is asked where there are none.
    #[serde(default)]
    pub holds: Vec<String>,
    /// Its output goes to one of these programs as their script.
    #[serde(default)]
    pub into: Vec<String>,
    /// What it is evidence of.
    pub marker: MarkerKind,
    /// How strongly it speaks of work by hand.
    pub weight: Weight,
    /// Where it doesn't count.
    #[serde(default)]
    pub except: Option<Except>,
    /// Where it is documented.
    pub source: String,
}

/// Where the verb of a command stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// The sub-commands begin with it.
    SubCommands,
    /// The word after the service is it, or begins with it and a hyphen.
    ServiceOperation,
    /// The last sub-command before flags and names is it, or begins with it and a hyphen.
    NestedVerb,
    /// A sub-command is it, or begins or ends with it and a hyphen.
    Any,
}

/// Where a command doesn't count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Except {
    /// On the machine that runs the script, whichever that is: it counts in what another machine is told to run.
    Here,
    /// In the scripts of pipelines.
    Pipelines,
}

impl ImperativeRow {
    /// The tool: the program alone.
    pub fn tool(&self) -> &str {
        self.program.split([' ', '*']).next().unwrap_or(&self.program)
    }

    /// What a command does that fits: the program, and its words up to the verb; the program alone where the row has none.
    pub fn action(&self, words: &[&str]) -> String {
        let Some(Heard { program, names, leading, .. }) = Heard::of(words) else { return String::new() };
        let is_verb = |it: &&str| self.verbs.iter().any(|verb| verb == it);
        let begins = |it: &&str| self.verbs.iter().any(|verb| is_verb_of(it, verb));
        let said: &[&str] = match self.shape {
            _ if self.verbs.is_empty() => &[],
            Shape::Any => &[],
            Shape::ServiceOperation => &names[..names.len().min(2)],
            Shape::SubCommands => {
                let fits = |verb: &&String| verb.split(' ').enumerate().all(|(n, it)| names.get(n) == Some(&it));
                let n_words = self.verbs.iter().filter(fits).map(|it| it.split(' ').count()).max();
                &names[..n_words.unwrap_or(0)]
            }
            Shape::NestedVerb => {
                let last = leading.iter().rposition(is_verb).or_else(|| leading.iter().rposition(begins));
                &leading[..last.map_or(0, |it| it + 1)]
            }
        };
        // An expression is no word of it.
        match said.iter().any(|it| it.contains(['$', '…'])) {
            true => program.to_owned(),
            false => std::iter::once(program).chain(said.iter().copied()).collect::<Vec<_>>().join(" "),
        }
    }

    /// Whether a command fits, given by its program, its arguments, and those of them that are no flags.
    fn fits(&self, program: &str, arguments: &[&str], names: &[&str], leading: &[&str]) -> bool {
        let mut own = self.program.split(' ');
        let first = own.next().unwrap_or("");
        let is_program = first.strip_suffix('*').map_or(first == program, |start| program.starts_with(start));
        // The rows of `not` that begin with a program are about programs with a `*`.
        let is_not = |not: &Vec<String>| match not.as_slice() {
            [one] if one == program => true,
            words => !words.is_empty() && words.len() <= names.len() && words.iter().zip(names).all(|(a, b)| a == b),
        };
        let holds = |it: &String| {
            let wanted = it.to_ascii_lowercase();
            arguments.iter().any(|it| it.to_ascii_lowercase().contains(&wanted))
        };
        is_program
            && own.enumerate().all(|(n, word)| names.get(n) == Some(&word))
            && self.has_verb(names, leading)
            && !self.not.iter().any(is_not)
            && (self.with.is_empty() || self.with.iter().any(|it| has(arguments, it)))
            && !self.without.iter().any(|it| has(arguments, it))
            && !self.is_download(names)
            && (self.holds.is_empty() || self.holds.iter().any(holds))
    }

    /// Whether a command copies from the service's places to elsewhere; what only a variable says isn't known.
    fn is_download(&self, names: &[&str]) -> bool {
        let Some(place) = &self.place else { return false };
        let Some(from) = names.iter().position(|it| it.starts_with(place.as_str())) else { return false };
        let before = self.program.split(' ').count() - 1;
        from == before + 1 && names.get(from + 1).is_some_and(|it| !it.starts_with(place.as_str()))
    }

    fn has_verb(&self, names: &[&str], leading: &[&str]) -> bool {
        if self.verbs.is_empty() {
            return true;
        }
        let begins = is_verb_of;
        let ends = |word: &str, verb: &str| word.strip_suffix(verb).is_some_and(|it| it.ends_with('-'));
        self.verbs.iter().any(|verb| match self.shape {
            Shape::SubCommands => verb.split(' ').enumerate().all(|(n, word)| names.get(n) == Some(&word)),
            Shape::ServiceOperation => names.get(1).is_some_and(|it| begins(it, verb)),
            Shape::NestedVerb => leading.iter().any(|it| begins(it, verb)),
            Shape::Any => names.iter().any(|it| begins(it, verb) || ends(it, verb)),
        })
    }
}

/// Whether a word is a verb, or begins with it and a hyphen.
fn is_verb_of(word: &str, verb: &str) -> bool {
    word.strip_prefix(verb).is_some_and(|it| it.is_empty() || it.starts_with('-'))
}

/// A command as rows look at it.
struct Heard<'w> {
    program: &'w str,
    arguments: &'w [&'w str],
    /// The arguments that are neither flags nor their values, without a track.
    names: Vec<&'w str>,
    /// What stands before the first flag that isn't one of the tool as a whole, without a track.
    leading: Vec<&'w str>,
}

impl<'w> Heard<'w> {
    fn of(words: &'w [&'w str]) -> Option<Self> {
        let (program, arguments) = words.split_first()?;
        let mut names = names_of(program, arguments);
        let from = names.first().and_then(|first| arguments.iter().position(|it| it == first)).unwrap_or(0);
        let mut leading: Vec<&str> = arguments[from..].iter().copied().take_while(|it| !it.starts_with('-')).collect();
        if *program == "gcloud"
            && names.first().is_some_and(|it| TRACKS.contains(it))
            && names.get(1) != Some(&"interactive")
        {
            names.remove(0);
            leading.drain(..leading.len().min(1));
        }
        Some(Heard { program, arguments, names, leading })
    }
}

/// Whether a word stands among the arguments: as it is, with a value behind `=`, one that begins so (`x*`), or a flag of
/// one letter among others (`-c` in `-tAc`).
fn has(arguments: &[&str], wanted: &str) -> bool {
    let letter = match wanted.as_bytes() {
        [b'-', letter] if letter.is_ascii_alphabetic() => Some(*letter),
        _ => None,
    };
    arguments.iter().any(|it| match (wanted.strip_suffix('*'), letter) {
        (Some(start), _) => it.starts_with(start),
        (None, Some(letter)) => {
            let flags = it.strip_prefix('-').filter(|it| !it.starts_with('-')).unwrap_or("");
            flags.as_bytes().first() == Some(&letter)
                || flags.len() <= 6
                    && flags.bytes().all(|b| b.is_ascii_alphabetic())
                    && flags.as_bytes().contains(&letter)
        }
        (None, None) => it.strip_prefix(wanted).is_some_and(|it| it.is_empty() || it.starts_with('=')),
    })
}

/// Tracks that stand before the sub-commands of `gcloud`.
const TRACKS: &[&str] = &["alpha", "beta", "preview"];

/// The rows, by program.
#[derive(Clone, Debug, Default)]
pub(super) struct Lexicon {
    pub(super) rows: Vec<ImperativeRow>,
    by_program: ByWord<usize>,
    /// Rows of programs that only begin so.
    by_start: Vec<usize>,
}

impl Lexicon {
    pub(super) fn add(&mut self, row: ImperativeRow) {
        let at = self.rows.len();
        match row.program.ends_with('*') {
            true => self.by_start.push(at),
            false => self.by_program.add(row.tool(), at),
        }
        self.rows.push(row);
    }

    /// The row that a command fits, given as its words from the program on; the one with the longest program.
    pub(super) fn row(&self, words: &[&str]) -> Option<&ImperativeRow> {
        let program = words.first()?;
        let known = self.by_program.of(program);
        if known.is_empty() && !program.contains('-') {
            return None;
        }
        let Heard { program, arguments, names, leading } = Heard::of(words)?;
        let rows = known.iter().chain(&self.by_start).map(|at| &self.rows[*at]).filter(|it| it.into.is_empty());
        let fitting = rows.filter(|it| it.fits(program, arguments, &names, &leading));
        // Of several of the same length the first.
        fitting.reduce(|best, it| if it.program.len() > best.program.len() { it } else { best })
    }

    /// The rows of programs whose output another program runs as its script.
    pub(super) fn rows_into(&self, program: &str) -> impl Iterator<Item = &ImperativeRow> {
        self.rows.iter().filter(move |row| row.into.iter().any(|it| it.eq_ignore_ascii_case(program)))
    }
}

#[cfg(test)]
mod tests {
    use super::has;
    use crate::knowledge::built_in;

    #[test]
    fn rows() {
        // The weight and what it is evidence of; nothing where the command is none of work by hand.
        for (command, expected) in [
            ("aws ec2 create-vpc --cidr-block 10.0.0.0/16", "strong imperative-command"),
            ("aws --region eu-west-2 s3 mb s3://x", "strong imperative-command"),
            ("aws s3 cp a s3://x", "weak imperative-command"),
            ("aws s3 ls", ""),
            ("aws s3 cp s3://x/a .", ""),
            ("aws s3 sync s3://x s3://y", "weak imperative-command"),
            ("aws s3 cp $A $B", "weak imperative-command"),
            ("aws s3 rm s3://x y", "weak imperative-command"),
            ("gsutil -m cp gs://x/a .", ""),
            ("gsutil cp a gs://x", "weak imperative-command"),
            ("gcloud storage cp gs://x/a .", ""),
            ("aws ec2 describe-vpcs", ""),
            ("aws sts assume-role", ""),
            ("aws ecr get-login-password", ""),
            ("aws eks update-kubeconfig --name x", ""),
            ("aws --endpoint-url=http://x s3api create-bucket --bucket x", ""),
            ("aws cloudformation deploy --stack-name x", "weak imperative-command"),
            ("aws ssm start-session --target i-1", "strong remote-shell"),
            ("az group create -n x", "strong imperative-command"),
            ("az account set -s x", ""),
            ("az deployment group create -g x", "weak imperative-command"),
            ("az keyvault secret set --name x", "medium imperative-command"),
            ("az keyvault secret show --name x", ""),
            ("az vm run-command invoke -n x", "strong remote-shell"),
            ("gcloud compute instances create x", "strong imperative-command"),
            ("gcloud beta compute instances list", ""),
            ("gcloud beta compute instances delete x", "strong imperative-command"),
            ("gcloud container clusters get-credentials x", ""),
            ("gcloud compute ssh x", "strong remote-shell"),
            ("kubectl -n x edit deploy/y", "strong imperative-command"),
            ("kubectl exec -it x -- sh", "strong remote-shell"),
            ("kubectl apply -f x", ""),
            ("kubectl create secret generic x --dry-run=client -o yaml", ""),
            ("kubectl create ns x", "medium imperative-command"),
            ("kubectl rollout status deploy/x", ""),
            ("kubectl config set-context x", ""),
            ("terraform -chdir=x apply", "medium imperative-command"),
            ("terraform plan", ""),
            ("terraform state list", ""),
            ("ssh -T git@github.com", ""),
            ("ssh -L 1:x:1 host", "weak remote-shell"),
            ("ssh -fNL 1:x:1 host", ""),
            ("ssh -f -N -D 1080 host", ""),
            ("ssh -O exit host", ""),
            ("aws ssm start-session --target i-1 --document-name AWS-StartPortForwardingSessionToRemoteHost", ""),
            ("gcloud compute start-iap-tunnel x 22", ""),
            ("ssh user@host ls", "strong remote-shell"),
            ("New-AzResourceGroup -Name x", "strong imperative-command"),
            ("Set-AzContext -Subscription x", ""),
            ("psql -tAc \"create x\"", "medium imperative-command"),
            ("psql -f x.sql", ""),
            ("vault kv put x", "medium imperative-command"),
            ("curl -s x", ""),
        ] {
            let words: Vec<&str> = command.split(' ').collect();
            let row = built_in().imperative(&words);
            let kind = |it| serde_json::to_value(it).unwrap().as_str().unwrap().to_owned();
            let told = row.map(|it| format!("{} {}", it.weight.id(), kind(it.marker))).unwrap_or_default();
            assert_eq!(told, expected, "{command}");
        }
    }

    #[test]
    fn actions() {
        for (command, expected) in [
            ("az storage account create -n x", "az storage account create"),
            ("az webapp config access-restriction add -g x", "az webapp config access-restriction add"),
            ("az storage container $VERB create", "az"),
            ("aws --region eu-west-2 s3 mb s3://x", "aws s3 mb"),
            ("gcloud beta compute instances delete x", "gcloud compute instances delete"),
            ("terraform state mv a b", "terraform state mv"),
            ("ssh user@host ls", "ssh"),
        ] {
            let words: Vec<&str> = command.split(' ').collect();
            let row = built_in().imperative(&words).unwrap();
            assert_eq!(row.action(&words), expected, "{command}");
        }
    }

    #[test]
    fn words_among_arguments() {
        for (arguments, wanted, expected) in [
            ("--dry-run=client", "--dry-run", true),
            ("--dry-runs", "--dry-run", false),
            ("-tAc x", "-c", true),
            ("-L8080:x", "-L", true),
            ("--local", "-L", false),
            ("git@x", "git@*", true),
        ] {
            let arguments: Vec<&str> = arguments.split(' ').collect();
            assert_eq!(has(&arguments, wanted), expected, "{arguments:?} {wanted}");
        }
    }
}
