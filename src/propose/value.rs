//! A YAML document as a value that keeps the order of its keys, to be changed and written again.

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

use crate::syntax::yaml::{Kind, Node, Style};

/// A value of a document.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

/// How deep documents are followed: none that people write is deeper.
const MAX_DEPTH: usize = 60;

impl Value {
    /// The value of a node, aliases put in; nothing where a key is no text or the document is deeper than any.
    pub(super) fn of(node: Node<'_>) -> Option<Value> {
        Value::at(node, 0)
    }

    fn at(node: Node<'_>, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        let node = node.resolved();
        match node.kind() {
            Kind::Scalar if node.is_null() => Some(Value::Null),
            Kind::Scalar => {
                let text = node.text()?;
                let is_plain = node.style() == Some(Style::Plain);
                Some(if is_plain { Value::plain(text) } else { Value::Text(text.to_owned()) })
            }
            Kind::Sequence => node.items().map(|it| Value::at(it, depth + 1)).collect::<Option<_>>().map(Value::List),
            Kind::Mapping => {
                let entries = node.entries().into_iter();
                let entries = entries.map(|(key, value)| Some((key.text()?.to_owned(), Value::at(value, depth + 1)?)));
                entries.collect::<Option<_>>().map(Value::Map)
            }
            // What an alias stands for was resolved; one that stands for nothing is none.
            Kind::Alias => None,
        }
    }

    /// What a scalar without quotes is, by YAML 1.2's core schema.
    fn plain(text: &str) -> Value {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_number = |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit());
        let has_leading_zero = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
        match text {
            "true" | "True" | "TRUE" => return Value::Bool(true),
            "false" | "False" | "FALSE" => return Value::Bool(false),
            _ if has_leading_zero => {}
            _ if is_number(digits) => {
                if let Ok(number) = text.parse() {
                    return Value::Int(number);
                }
            }
            _ if digits.split_once('.').is_some_and(|(whole, part)| is_number(whole) && is_number(part)) => {
                if let Ok(number) = text.parse() {
                    return Value::Float(number);
                }
            }
            _ => {}
        }
        Value::Text(text.to_owned())
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The entries of a mapping; none of anything else.
    pub(super) fn entries(&self) -> &[(String, Value)] {
        match self {
            Value::Map(entries) => entries,
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::List(_) => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::Map(_) => &[],
        }
    }

    /// The text of a text.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// Whether it is neither a list nor a mapping.
    pub(super) fn is_scalar(&self) -> bool {
        !matches!(self, Value::List(_) | Value::Map(_))
    }

    /// Sets a key of a mapping; anything else stays what it is.
    pub(super) fn set(&mut self, key: &str, value: Value) {
        let Value::Map(entries) = self else { return };
        match entries.iter_mut().find(|(name, _)| name == key) {
            Some((_, known)) => *known = value,
            None => entries.push((key.to_owned(), value)),
        }
    }

    /// Calls for every text in it, keys left out.
    pub(super) fn texts<'v>(&'v self, found: &mut impl FnMut(&'v str)) {
        match self {
            Value::Text(text) => found(text),
            Value::List(items) => items.iter().for_each(|it| it.texts(found)),
            Value::Map(entries) => entries.iter().for_each(|(_, it)| it.texts(found)),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {}
        }
    }

    /// It as one line, for people.
    pub(super) fn shown(&self) -> String {
        match self {
            Value::Null => String::new(),
            Value::Bool(it) => it.to_string(),
            Value::Int(it) => it.to_string(),
            Value::Float(it) => it.to_string(),
            Value::Text(it) => it.split_whitespace().collect::<Vec<_>>().join(" "),
            Value::List(_) | Value::Map(_) => serde_json::to_string(self).unwrap_or_default(),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(it) => serializer.serialize_bool(*it),
            Value::Int(it) => serializer.serialize_i64(*it),
            Value::Float(it) => serializer.serialize_f64(*it),
            Value::Text(it) => serializer.serialize_str(it),
            Value::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|it| list.serialize_element(it))?;
                list.end()
            }
            Value::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                entries.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
        }
    }
}
