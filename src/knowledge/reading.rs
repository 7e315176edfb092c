//! What a row reads out of the thing that it is about: whether the row counts, what the thing calls itself, how it acts
//! and what else it says.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, de};

use crate::facts::{Marker, Mode, Said};
use crate::origin::terraform::redact;
use crate::syntax::yaml::Node;

/// Something with parts that have names or numbers: a YAML or JSON value, a block of HCL.
pub trait Tree: Copy {
    /// The part of this name.
    fn part(self, name: &str) -> Option<Self>;
    /// Every item of a list, every value of a mapping.
    fn parts(self) -> Vec<Self>;
    /// Hands on what a path leads on from: itself, or each of the blocks that it stands for where a format writes
    /// several of one name.
    fn each_block(self, then: &mut dyn FnMut(Self)) {
        then(self);
    }
    /// The names of the parts of a mapping.
    fn names<'t>(self) -> Vec<Cow<'t, str>>
    where
        Self: 't;
    /// The text of a scalar that isn't empty.
    fn text<'t>(self) -> Option<Cow<'t, str>>
    where
        Self: 't;
    /// Whether nothing is there: null, or an empty text, list or mapping.
    fn is_empty(self) -> bool;
}

impl Tree for Node<'_> {
    fn part(self, name: &str) -> Option<Self> {
        self.get(name)
    }

    fn parts(self) -> Vec<Self> {
        self.items().chain(self.entries().into_iter().map(|(_, value)| value)).collect()
    }

    fn names<'t>(self) -> Vec<Cow<'t, str>>
    where
        Self: 't,
    {
        self.entries().into_iter().filter_map(|(name, _)| name.text()).map(Cow::Borrowed).collect()
    }

    fn text<'t>(self) -> Option<Cow<'t, str>>
    where
        Self: 't,
    {
        if Node::is_null(self) {
            return None;
        }
        Node::text(self).filter(|it| !it.trim().is_empty()).map(Cow::Borrowed)
    }

    fn is_empty(self) -> bool {
        Node::is_null(self) || self.parts().is_empty() && Tree::text(self).is_none()
    }
}

/// Where in a tree something stands: names parted by dots, `*` for every part; a name with dots in double quotes; `@` at
/// the end for the names of the parts, not their values; `=` at the end for a text itself, not those of a list or a
/// mapping.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(Vec<Box<str>>);

impl Path {
    /// Reads a path as it is written.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        loop {
            let (part, more) = match rest.strip_prefix('"') {
                Some(quoted) => {
                    let end = quoted.find('"').ok_or_else(|| format!("{text:?}: a quote that isn't closed"))?;
                    (&quoted[..end], &quoted[end + 1..])
                }
                None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
            };
            if part.is_empty() {
                return Err(format!("{text:?}: a part of the path is empty"));
            }
            parts.push(part.into());
            match more.strip_prefix('.') {
                Some(more) => rest = more,
                None if more.is_empty() => return Ok(Path(parts)),
                None => return Err(format!("{text:?}: a dot belongs after a quoted part")),
            }
        }
    }

    /// What stands there.
    pub fn find<T: Tree>(&self, root: T) -> Vec<T> {
        let mut found = Vec::new();
        lead(&self.0, root, &mut |it| found.push(it));
        found
    }

    /// The texts that stand there; of a list or a mapping, those in it.
    pub fn texts<'t, T: Tree + 't>(&self, root: T) -> Vec<Cow<'t, str>> {
        let end = self.0.last().map_or("", |it| &**it);
        let mut texts = Vec::new();
        let mut add = |it: T| match it.text() {
            _ if end == "@" => texts.extend(it.names()),
            Some(text) => texts.push(text),
            None if end == "=" => {}
            None => texts.extend(it.parts().into_iter().filter_map(Tree::text)),
        };
        lead(&self.0, root, &mut |it| it.each_block(&mut add));
        texts
    }

    /// The scalars that stand there; of a list or a mapping, those in it.
    fn scalars<T: Tree>(&self, root: T) -> Vec<T> {
        let scalars = |it: T| if it.text().is_some() { vec![it] } else { it.parts() };
        self.find(root).into_iter().flat_map(scalars).filter(|it| it.text().is_some()).collect()
    }
}

/// Hands on what stands where these parts of a path lead.
fn lead<T: Tree>(parts: &[Box<str>], from: T, then: &mut dyn FnMut(T)) {
    match parts.split_first().map(|(part, rest)| (&**part, rest)) {
        None => then(from),
        Some(("@" | "=", rest)) => lead(rest, from, then),
        Some(("*", rest)) => from.each_block(&mut |it| it.parts().into_iter().for_each(|it| lead(rest, it, then))),
        Some((name, rest)) => from.each_block(&mut |it| it.part(name).into_iter().for_each(|it| lead(rest, it, then))),
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Path::parse(&text).map_err(de::Error::custom)
    }
}

/// One path, or several; or the parts of one text and what stands between them.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Paths {
    One(Path),
    Several(Vec<Path>),
    Joined { join: Vec<Path>, with: String },
}

impl Default for Paths {
    fn default() -> Self {
        Paths::Several(Vec::new())
    }
}

impl Paths {
    fn iter(&self) -> impl Iterator<Item = &Path> {
        match self {
            Paths::One(path) => std::slice::from_ref(path),
            Paths::Several(paths) | Paths::Joined { join: paths, with: _ } => paths,
        }
        .iter()
    }

    /// What the texts there show, as a marker says it. Of the parts of one text those that aren't known are left out.
    fn shown<T: Tree>(&self, root: T) -> BTreeSet<String> {
        let shown = |it: Cow<'_, str>| shown(it.trim()).into_owned();
        if let Paths::Joined { join, with } = self {
            let parts = join.iter().filter_map(|it| it.texts(root).into_iter().next().map(shown));
            let known: Vec<String> = parts.filter(|it| !matches!(it.as_str(), "" | "…")).collect();
            return Some(known.join(with)).filter(|it| !it.is_empty()).into_iter().collect();
        }
        let texts = self.iter().flat_map(|it| it.texts(root)).map(shown);
        texts.filter(|it| !it.is_empty()).take(MAX_TEXTS).collect()
    }
}

/// What a row reads out of the thing that it is about.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Reading {
    /// What all must hold for the row to count.
    when: Vec<Condition>,
    /// Where the thing names itself.
    name: Option<Path>,
    /// How it acts.
    mode: Option<ModeReading>,
    /// What else it says.
    says: BTreeMap<Said, Paths>,
    /// Keys that no row has.
    #[serde(flatten)]
    unknown: BTreeMap<String, IgnoredAny>,
}

/// What must hold for a row to count.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    at: Paths,
    /// One of these texts stands there.
    #[serde(default)]
    is: Option<BTreeSet<String>>,
    /// This stands in a text there.
    #[serde(default)]
    has: Option<String>,
    /// A text there ends with one of these.
    #[serde(default)]
    ends: Option<BTreeSet<String>>,
    /// Not all texts there have this in them; holds where there are none.
    #[serde(default)]
    but: Option<String>,
    /// All texts there have this in them, and there are some.
    #[serde(default)]
    all: Option<String>,
}

/// How a thing acts, by what it says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModeReading {
    /// What has a mode each, where a thing has several parts that act: what is off in one part only is as the others are.
    #[serde(default)]
    each: Option<Path>,
    /// Nowhere, for what acts in one way at all times.
    #[serde(default)]
    at: Paths,
    #[serde(default)]
    is: BTreeMap<String, Mode>,
    /// Where the places say nothing of `is`.
    #[serde(default)]
    other: Option<Mode>,
    /// Where none of the places is there.
    #[serde(default)]
    r#else: Option<Mode>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What the thing calls itself.
    pub name: Option<String>,
    /// How it acts.
    pub mode: Option<Mode>,
    /// What else it says.
    pub says: BTreeMap<Said, BTreeSet<String>>,
}

impl Found {
    /// Puts what was read into a marker.
    pub fn put_in(self, marker: &mut Marker) {
        if self.name.is_some() {
            marker.name = self.name;
        }
        marker.mode = self.mode.or(marker.mode);
        for (what, texts) in self.says {
            texts.into_iter().for_each(|it| marker.say(what, it));
        }
    }
}

/// A text as outputs show it: secrets in addresses replaced, and `…` for what a template engine or an evaluation puts in
/// its place.
pub fn shown(text: &str) -> Cow<'_, str> {
    const EXPRESSIONS: [(&str, &str); 6] =
        [("${{", "}}"), ("{{", "}}"), ("${", "}"), ("{%", "%}"), ("<%", "%>"), ("<<", ">>")];
    let mut shown = Cow::Borrowed("");
    // What is copied already, and where to look on.
    let (mut copied, mut at) = (0, 0);
    while let Some(start) = memchr::memchr3(b'$', b'{', b'<', &text.as_bytes()[at..]).map(|it| at + it) {
        let rest = &text[start..];
        // Of a text in which expressions were blanked out these are left.
        let blanked = rest.bytes().take_while(|it| *it == b'$').count();
        let length = match EXPRESSIONS.iter().find(|(open, _)| rest.starts_with(open)) {
            Some((_, close)) => rest.find(close).map_or(rest.len(), |it| it + close.len()),
            None if blanked > 4 => blanked,
            None => {
                at = start + 1;
                continue;
            }
        };
        shown.to_mut().push_str(&text[copied..start]);
        shown.to_mut().push('…');
        at = start + length;
        copied = at;
    }
    let shown = match copied {
        0 => Cow::Borrowed(text),
        _ => shown + &text[copied..],
    };
    if shown.contains("://") {
        return Cow::Owned(redact(&shown).into_owned());
    }
    shown
}

/// Hosts that stand for those that nobody filled in, but for `example` with any ending; sorted.
const STAND_FOR_OTHERS: &[&str] = &["127.0.0.1", "localhost", "test.com"];

/// The address or the path of a page that a text is, or has in it; none where it only says that there should be one.
fn page(text: &str) -> Option<&str> {
    let is_page = |it: &str| it.contains(['/', '…']) || it.ends_with(".md");
    let is_address = |it: &&str| it.contains("://");
    let text = match text.contains(char::is_whitespace) {
        true => text.split_whitespace().find(is_address)?,
        false => Some(text).filter(|it| is_page(it))?,
    };
    let host = text.split_once("://").map_or("", |(_, it)| it).split(['/', ':', '?', '#']).next().unwrap_or("");
    let bare = host.strip_prefix("www.").unwrap_or(host);
    let stands_for_another = bare.starts_with("example.") || STAND_FOR_OTHERS.binary_search(&bare).is_ok();
    // What is searched or shown there says what is the matter, not what to do.
    let is_shown = SHOWS.iter().any(|it| text.contains(it));
    (!stands_for_another && !is_shown).then_some(text)
}

/// Parts of addresses of searches and dashboards: Kibana's and Grafana's; sorted.
const SHOWS: &[&str] = &["/app/dashboards", "/app/discover", "/app/kibana", "/explore?"];

/// How many texts of one kind are kept.
const MAX_TEXTS: usize = 64;

impl Reading {
    /// The first key of the row that no row has.
    pub(super) fn unknown(&self) -> Option<&str> {
        self.unknown.keys().next().map(String::as_str)
    }

    /// Whether nothing is read.
    pub fn is_none(&self) -> bool {
        self.when.is_empty() && self.name.is_none() && self.mode.is_none() && self.says.is_empty()
    }

    /// What holds whatever the thing says: nothing, or how it acts at all times. None where the thing has a say.
    pub fn constant(&self) -> Option<Found> {
        let Reading { when, name, mode, says, unknown: _ } = self;
        let asks = !when.is_empty() || name.is_some() || !says.is_empty();
        let mode = mode.as_ref().map(|it| it.constant());
        match mode {
            _ if asks => None,
            Some(None) => None,
            Some(Some(mode)) => Some(Found { mode, ..Found::default() }),
            None => Some(Found::default()),
        }
    }

    /// Whether the row counts whatever the thing says: it only reads what the thing calls itself.
    pub fn counts_anyway(&self) -> bool {
        let Reading { when, name: _, mode, says, unknown: _ } = self;
        when.is_empty() && mode.is_none() && says.is_empty()
    }

    /// Whether the row may count for a text: whether the names that it asks for stand in it. Only a parser tells for sure.
    pub fn may_count_for(&self, text: &str) -> bool {
        let stands = |it: &str| memchr::memmem::find(text.as_bytes(), it.as_bytes()).is_some();
        let names = |path: &Path| path.0.iter().filter(|it| !matches!(&***it, "*" | "@" | "=")).all(|it| stands(it));
        let asked = self.when.iter().filter(|it| it.but.is_none());
        asked.into_iter().all(|it| it.at.iter().any(names) && it.has.as_deref().is_none_or(stands))
    }

    /// Where in a thing the texts stand that it says of this.
    pub fn places<T: Tree>(&self, what: Said, root: T) -> Vec<T> {
        self.says.get(&what).into_iter().flat_map(Paths::iter).flat_map(|it| it.scalars(root)).collect()
    }

    /// Whether a part of this name is asked for at the top of a thing.
    pub fn asks_for(&self, name: &str) -> bool {
        let Reading { when, name: own_name, mode, says, unknown: _ } = self;
        let mut paths = when.iter().flat_map(|it| it.at.iter()).chain(own_name);
        let is_it = |it: &Path| it.0.first().is_some_and(|it| matches!(&**it, "*" | "@") || **it == *name);
        paths.any(is_it)
            || mode
                .iter()
                .flat_map(|it| it.each.as_ref().map_or_else(|| it.at.iter().collect(), |it| vec![it]))
                .any(is_it)
            || says.values().flat_map(Paths::iter).any(is_it)
    }

    /// Reads a thing; nothing where the row doesn't count for it.
    pub fn read<T: Tree>(&self, root: T) -> Option<Found> {
        if !self.when.iter().all(|it| it.holds(root)) {
            return None;
        }
        let says = self.says.iter().map(|(what, paths)| match (what, paths.shown(root)) {
            (Said::Runbook, texts) => (*what, texts.iter().filter_map(|it| page(it)).map(str::to_owned).collect()),
            (_, texts) => (*what, texts),
        });
        Some(Found {
            name: self.name.as_ref().and_then(|it| it.texts(root).into_iter().next()).map(|it| shown(&it).into_owned()),
            mode: self.mode.as_ref().and_then(|it| it.read(root)),
            says: says.filter(|(_, texts)| !texts.is_empty()).collect(),
        })
    }
}

impl Condition {
    fn holds<T: Tree>(&self, root: T) -> bool {
        let Condition { at, is, has, ends, but, all } = self;
        if is.is_none() && has.is_none() && ends.is_none() && but.is_none() && all.is_none() {
            return at.iter().flat_map(|it| it.find(root)).any(|it| !it.is_empty());
        }
        let texts: Vec<Cow<'_, str>> = at.iter().flat_map(|it| it.texts(root)).collect();
        is.as_ref().is_none_or(|is| texts.iter().any(|it| is.contains(&**it)))
            && has.as_ref().is_none_or(|has| texts.iter().any(|it| it.contains(has.as_str())))
            && ends.as_ref().is_none_or(|ends| texts.iter().any(|it| ends.iter().any(|end| it.ends_with(end.as_str()))))
            && but.as_ref().is_none_or(|but| texts.is_empty() || !texts.iter().all(|it| it.contains(but.as_str())))
            && all.as_ref().is_none_or(|all| !texts.is_empty() && texts.iter().all(|it| it.contains(all.as_str())))
    }
}

impl ModeReading {
    /// The mode that the places say; where they differ, what is refused in one place and let through in another is
    /// weakened.
    fn read<T: Tree>(&self, root: T) -> Option<Mode> {
        let Some(each) = &self.each else { return self.of(root) };
        let mut modes: BTreeSet<Option<Mode>> = BTreeSet::new();
        lead(&each.0, root, &mut |it| {
            it.each_block(&mut |it| {
                modes.insert(self.of(it));
            });
        });
        if modes.len() > 1 {
            modes.remove(&Some(Mode::Off));
        }
        together(&modes.into_iter().flatten().collect())
    }

    fn of<T: Tree>(&self, root: T) -> Option<Mode> {
        let texts: Vec<Cow<'_, str>> = self.at.iter().flat_map(|it| it.texts(root)).collect();
        if texts.is_empty() {
            return self.r#else;
        }
        let modes: BTreeSet<Mode> = texts.iter().filter_map(|it| self.is.get(it.trim()).copied()).collect();
        together(&modes).or(self.other)
    }

    /// The mode that holds whatever a thing says; none where the thing has a say.
    fn constant(&self) -> Option<Option<Mode>> {
        let ModeReading { each, at, is: _, other: _, r#else } = self;
        (each.is_none() && at.iter().next().is_none()).then_some(*r#else)
    }
}

/// What several modes come to.
fn together(modes: &BTreeSet<Mode>) -> Option<Mode> {
    match (modes.first().copied(), modes.len()) {
        (first, 0 | 1) => first,
        (Some(Mode::Blocking), _) => Some(Mode::Weakened),
        (first, _) => first,
    }
}

#[cfg(test)]
mod tests {
    use super::{Path, Reading};
    use crate::facts::{Mode, Said};
    use crate::syntax::yaml;

    fn read(reading: &str, text: &str) -> Option<super::Found> {
        let reading: Reading = serde_saphyr::from_str(reading).unwrap();
        let (documents, _) = yaml::parse(text);
        reading.read(documents.first().unwrap())
    }

    #[test]
    fn paths() {
        let (documents, _) = yaml::parse("a:\n  - b: {x.y: 1, z: [2, 3]}\n  - b: {z: 4}\n");
        let root = documents.first().unwrap();
        for (path, expected) in [
            ("a.*.b.z", &["2", "3", "4"][..]),
            ("a.*.b.\"x.y\"", &["1"]),
            ("a.*.b.@", &["x.y", "z", "z"]),
            ("a.b", &[]),
            ("a.*.b.\"x.y\".=", &["1"]),
            ("a.*.b.z.=", &["4"]),
            ("c", &[]),
        ] {
            assert_eq!(Path::parse(path).unwrap().texts(root), expected, "{path}");
        }
        for path in ["", "a..b", ".a", "a.", "\"a", "\"a\"b"] {
            assert!(Path::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn what_is_not_known_is_shown_as_that() {
        for (text, expected) in [
            ("team-a", "team-a"),
            ("${{ values.owner }}", "…"),
            ("https://${var.host}/{{ path }}/x", "https://…/…/x"),
            ("a-$$$$$$$-b", "a-…-b"),
            ("costs $5 {a}", "costs $5 {a}"),
            ("<%= owner %>", "…"),
            ("{{ open", "…"),
            ("https://jo:secret@example.org/x", "https://jo:***@example.org/x"),
        ] {
            assert_eq!(super::shown(text), expected, "{text}");
        }
    }

    #[test]
    fn texts_of_several_parts() {
        let reading = "says: {source: {join: [template.owner, template.name], with: /}}";
        for (text, expected) in [
            ("template: {owner: acme, name: shop}", Some("acme/shop")),
            ("template: {name: shop}", Some("shop")),
            ("template: {owner: '${var.owner}', name: shop}", Some("shop")),
            ("template: {owner: '${var.team}-acme', name: shop}", Some("…-acme/shop")),
            ("template: {owner: '${var.owner}', name: '${var.name}'}", None),
            ("other: 1", None),
        ] {
            let says = read(reading, text).unwrap().says;
            let told: Vec<&str> = says.values().flatten().map(String::as_str).collect();
            assert_eq!(told, expected.into_iter().collect::<Vec<_>>(), "{text}");
        }
    }

    #[test]
    fn pages_of_runbooks() {
        for (text, expected) in [
            ("https://runbooks.acme.io/queue#full", Some("https://runbooks.acme.io/queue#full")),
            ("https://acme.github.io/example/queue", Some("https://acme.github.io/example/queue")),
            ("See https://acme.io/queue for more", Some("https://acme.io/queue")),
            ("docs/runbooks/queue.md", Some("docs/runbooks/queue.md")),
            ("queue.md", Some("queue.md")),
            ("…queue-is-full", Some("…queue-is-full")),
            ("Has to be written", None),
            ("TBC", None),
            ("http://test.com", None),
            ("https://example.com/runbook", None),
            ("https://www.example.org:8080/runbook", None),
            ("http://localhost:3000/x", None),
            ("https://logs.acme.io/_plugin/kibana/app/kibana#/discover?_g=()", None),
        ] {
            assert_eq!(super::page(text), expected, "{text}");
        }
        assert!(super::STAND_FOR_OTHERS.is_sorted() && super::SHOWS.is_sorted());
    }

    #[test]
    fn modes() {
        let reading = "mode: {at: [a, b.*.c], is: {Deny: blocking, Warn: advisory}, else: blocking}";
        for (text, mode) in [
            ("x: 1", Some(Mode::Blocking)),
            ("a: Warn", Some(Mode::Advisory)),
            ("a: Deny\nb: [{c: Deny}]", Some(Mode::Blocking)),
            ("a: Deny\nb: [{c: Warn}]", Some(Mode::Weakened)),
            ("a: Other", None),
        ] {
            assert_eq!(read(reading, text).unwrap().mode, mode, "{text}");
        }
        let reading =
            "mode: {at: [enabled, 'a.*'], is: {'false': 'off', ask: manual}, other: automatic, else: automatic}";
        for (text, mode) in [
            ("x: 1", Mode::Automatic),
            ("enabled: true", Mode::Automatic),
            ("enabled: false\na: [ask]", Mode::Off),
            ("enabled: true\na: [other, ask]", Mode::Manual),
        ] {
            assert_eq!(read(reading, text).unwrap().mode, Some(mode), "{text}");
        }
        let reading = "mode: {each: 'a.*', at: limit, is: {'0': 'off'}, other: automatic, else: automatic}";
        for (text, mode) in [
            ("x: 1", None),
            ("a: [{limit: 0}]", Some(Mode::Off)),
            ("a: [{limit: 0}, {limit: 0}]", Some(Mode::Off)),
            ("a: [{limit: 0}, {b: 1}]", Some(Mode::Automatic)),
            ("a: [{limit: 5}]", Some(Mode::Automatic)),
        ] {
            assert_eq!(read(reading, text).unwrap().mode, mode, "{text}");
        }
    }

    #[test]
    fn what_the_thing_has_no_say_in() {
        let constant = |it: &str| serde_saphyr::from_str::<Reading>(it).unwrap().constant().map(|it| it.mode);
        assert_eq!(constant("{}"), Some(None));
        assert_eq!(constant("mode: {else: automatic}"), Some(Some(Mode::Automatic)));
        assert_eq!(constant("mode: {at: a, else: automatic}"), None);
        assert_eq!(constant("mode: {else: automatic}\nname: a"), None);
    }

    #[test]
    fn something_else_than_what_is_named() {
        let reading = "when: [{at: [to, also], but: scaling}]";
        for (text, counts) in [
            ("x: 1", true),
            ("to: [scaling_policy]", false),
            ("to: [scaling_policy]\nalso: [scaling_other]", false),
            ("to: [scaling_policy]\nalso: [topic]", true),
            ("to: [topic]", true),
        ] {
            assert_eq!(read(reading, text).is_some(), counts, "{text}");
        }
    }

    #[test]
    fn nothing_else_than_what_is_named() {
        let reading = "when: [{at: '@', all: skip}]";
        for (text, counts) in
            [("skip-check: [a]\nskip-path: b", true), ("skip-check: [a]\nquiet: true", false), ("[]", false)]
        {
            assert_eq!(read(reading, text).is_some(), counts, "{text}");
        }
    }

    #[test]
    fn conditions_and_what_is_said() {
        let reading = "when: [{at: kind, is: [A, B]}, {at: spec}, {at: note, has: see}]\nname: metadata.name\nsays: {owner: spec.owner, depends-on: [spec.needs, spec.uses]}";
        assert!(read(reading, "kind: A\nspec: {}\nnote: see x").is_none());
        assert!(read(reading, "kind: C\nspec: {a: 1}\nnote: see x").is_none());
        assert!(read(reading, "kind: A\nspec: {a: 1}\nnote: x").is_none());
        let text = "kind: B\nnote: see x\nmetadata: {name: shop}\nspec: {owner: team-a, needs: [x, y], uses: z}";
        let found = read(reading, text).unwrap();
        assert_eq!(found.name.as_deref(), Some("shop"));
        let said = |what| found.says.get(&what).map(|it| it.iter().cloned().collect::<Vec<_>>().join(" "));
        assert_eq!(said(Said::Owner).as_deref(), Some("team-a"));
        assert_eq!(said(Said::DependsOn).as_deref(), Some("x y z"));
    }
}
