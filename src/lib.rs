//! levelset.

pub mod classify;
pub mod extract;
pub mod facts;
pub mod level;
pub mod measure;
pub mod org;
pub mod origin;
pub mod pipeline;
pub mod repo;
pub mod report;
pub mod rules;
pub mod source;
pub mod syntax;
pub mod walk;
