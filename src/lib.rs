//! levelset.

pub mod classify;
pub mod extract;
pub mod facts;
pub mod findings;
pub mod origin;
pub mod output;
pub mod pipeline;
pub mod repo;
pub mod source;
pub mod syntax;
pub mod walk;
