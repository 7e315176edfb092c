//! Text → models that keep positions. Nothing here knows a CI system, a tool or a repository.

pub mod dockerfile;
pub mod groovy;
pub mod hcl;
pub mod json;
pub mod kotlin;
pub mod prose;
pub mod shell;
pub mod toml;
pub mod xml;
pub mod yaml;
