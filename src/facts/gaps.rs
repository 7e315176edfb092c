//! What could not be read or understood.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::Location;

/// Something that could not be read or understood.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// Where.
    pub at: Location,
    /// Why.
    pub reason: GapReason,
    /// What exactly, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// Why something could not be read or understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GapReason {
    /// The file is binary.
    Binary,
    /// The file is encrypted (git-crypt).
    Encrypted,
    /// The format is recognised but not read by this version.
    FormatNotRead,
    /// Extraction failed on this file: a bug of ours.
    InternalError,
    /// The file's name can't be told in the output as it is (not UTF-8).
    NameNotUtf8,
    /// The text is not UTF-8.
    NotUtf8,
    /// Not a regular file.
    SpecialFile,
    /// The syntax is broken; what could be read around it was kept.
    Syntax,
    /// The file is a template that has to be filled in first; what could be read was kept.
    Templated,
    /// The file is larger than the size limit.
    TooLarge,
    /// Nesting or aliases beyond the limit.
    TooComplex,
    /// The file or folder could not be read.
    Unreadable,
    /// A reference that its own grammar does not allow.
    InvalidReference,
    /// A value that only running the thing would tell.
    Unresolved,
}
