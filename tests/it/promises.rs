//! What published formats promise: under one number no field of `summary.json`, `changes.json` or of facts goes away, changes its type, or
//! becomes optional. `testdata/schemas/<name>-<number>.json` are the schemas as they were published; nothing rewrites them.
//! Whoever has to break one raises the number, and adds the schema of the new one.

#![expect(clippy::disallowed_methods, reason = "published schemas are read here")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use levelset::change::{CHANGES_SCHEMA, Changes};
use levelset::facts::{FORMAT, Facts};
use levelset::report::summary::{SUMMARY_SCHEMA, Summary};
use serde_json::{Value, json};

#[test]
fn published_formats_are_kept() {
    for (name, schema) in [
        (SUMMARY_SCHEMA, schemars::schema_for!(Summary)),
        (FORMAT, schemars::schema_for!(Facts)),
        (CHANGES_SCHEMA, schemars::schema_for!(Changes)),
    ] {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/schemas/{}.json", name.replace('/', "-")));
        let published = fs::read_to_string(&file).unwrap_or_else(|_| {
            panic!("{name} is a new format: put its schema, as `levelset schema` prints it, at {}", file.display())
        });
        let broken = broken_promises(&serde_json::from_str(&published).unwrap(), &schema.into());
        assert!(
            broken.is_empty(),
            "readers of {name} rely on what is no longer so; raise the number of the format, or keep it:\n{}",
            broken.join("\n")
        );
    }
}

/// What a reader of documents by the old schema could trip over in documents by the new one.
fn broken_promises(old: &Value, new: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    let mut compare = Compare { old, new, seen: BTreeSet::new(), broken: &mut broken };
    compare.node("", old, new);
    broken
}

struct Compare<'s> {
    old: &'s Value,
    new: &'s Value,
    /// Definitions that were compared already; they may contain themselves.
    seen: BTreeSet<String>,
    broken: &'s mut Vec<String>,
}

impl Compare<'_> {
    fn node(&mut self, at: &str, old: &Value, new: &Value) {
        if let (Some(a), Some(b)) = (old["$ref"].as_str(), new["$ref"].as_str()) {
            if self.seen.insert(format!("{a} {b}")) {
                let (old, new) = (resolved(self.old, a).clone(), resolved(self.new, b).clone());
                self.node(at, &old, &new);
            }
            return;
        }
        if old["$ref"] != new["$ref"] {
            self.broken.push(format!("{at}: was {}, is {}", old["$ref"], new["$ref"]));
            return;
        }
        for key in ["type", "format", "const"] {
            if old[key] != new[key] {
                self.broken.push(format!("{at}: {key} was {}, is {}", old[key], new[key]));
            }
        }
        let required = strings(&new["required"]);
        for name in strings(&old["required"]).difference(&required) {
            self.broken.push(format!("{at}/{name}: was always there"));
        }
        for (name, old) in old["properties"].as_object().into_iter().flatten() {
            match new["properties"].get(name) {
                Some(new) => self.node(&format!("{at}/{name}"), old, new),
                None => self.broken.push(format!("{at}/{name}: is gone")),
            }
        }
        for key in ["items", "additionalProperties"] {
            match (&old[key], &new[key]) {
                (Value::Object(_), new @ Value::Object(_)) => self.node(&format!("{at}/*"), &old[key].clone(), new),
                // What was closed to more fields may be opened by none: readers are told to skip what they don't know.
                (old, new) if old.is_object() != new.is_object() => {
                    self.broken.push(format!("{at}: {key} was {old}, is {new}"));
                }
                _ => {}
            }
        }
        self.alternatives(at, old, new);
    }

    /// Each value that was possible still is; more may be.
    fn alternatives(&mut self, at: &str, old: &Value, new: &Value) {
        let values = strings(&new["enum"]);
        for name in strings(&old["enum"]).difference(&values) {
            self.broken.push(format!("{at}: {name:?} is gone"));
        }
        for key in ["oneOf", "anyOf"] {
            let news: Vec<&Value> = new[key].as_array().into_iter().flatten().collect();
            for alternative in old[key].as_array().into_iter().flatten() {
                let is_kept = news.iter().any(|it| {
                    let mut broken = Vec::new();
                    let mut inner =
                        Compare { old: self.old, new: self.new, seen: self.seen.clone(), broken: &mut broken };
                    inner.node(at, alternative, it);
                    broken.is_empty()
                });
                if !is_kept {
                    let what = alternative.get("const").or(alternative.get("$ref")).unwrap_or(alternative);
                    self.broken.push(format!("{at}: {what} is gone"));
                }
            }
        }
    }
}

fn resolved<'s>(schema: &'s Value, reference: &str) -> &'s Value {
    schema.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null)
}

fn strings(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned)).collect()
}

#[test]
fn broken_promises_are_seen() {
    let old = json!({
        "type": "object",
        "required": ["a", "k"],
        "properties": {
            "a": { "type": "string" },
            "b": { "type": ["integer", "null"] },
            "k": { "$ref": "#/$defs/Kind" },
            "rows": { "type": "array", "items": { "$ref": "#/$defs/Row" } },
        },
        "$defs": {
            "Kind": { "oneOf": [{ "type": "string", "const": "x" }, { "type": "string", "const": "y" }] },
            "Row": { "type": "object", "required": ["n"], "properties": { "n": { "type": "integer" } } },
        },
    });
    assert_eq!(broken_promises(&old, &old), Vec::<String>::new());
    let change = |pointer: &str, to: Option<Value>| {
        let mut new = old.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = new.pointer_mut(parent).unwrap();
        match (to, parent) {
            (Some(to), Value::Object(it)) => drop(it.insert(name.to_owned(), to)),
            (None, Value::Object(it)) => drop(it.remove(name)),
            (_, Value::Array(it)) => drop(it.remove(name.parse().unwrap())),
            _ => panic!("{pointer}"),
        }
        broken_promises(&old, &new)
    };
    assert_eq!(change("/properties/b", None), ["/b: is gone"]);
    assert_eq!(change("/properties/a/type", Some(json!("integer"))), ["/a: type was \"string\", is \"integer\""]);
    assert_eq!(change("/required/1", None), ["/k: was always there"]);
    assert_eq!(change("/$defs/Row/properties/n", None), ["/rows/*/n: is gone"]);
    assert_eq!(change("/$defs/Kind/oneOf/1", None), ["/k: \"y\" is gone"]);
    // What is added breaks nothing.
    assert_eq!(change("/properties/new", Some(json!({ "type": "string" }))), Vec::<String>::new());
    assert_eq!(change("/$defs/Row/required", Some(json!(["n", "more"]))), Vec::<String>::new());
}
