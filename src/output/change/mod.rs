//! What a change adds and makes better, one file a format. Each reads the change and nothing else.

pub mod annotations;
pub mod json;
pub mod markdown;
pub mod sarif;
pub mod terminal;
pub mod words;
