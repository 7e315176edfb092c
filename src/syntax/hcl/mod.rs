//! HCL, the language of Terraform and OpenTofu: a fast scan of blocks and attributes, exact string literals, and
//! expressions where a value is computed.
//!
//! [`scan()`] is a scanner, not a validator: it finds the structure of every valid file, also of the dialect before
//! Terraform 0.12, and as much as it can of a damaged one. That it reports no problem doesn't mean that a file is
//! valid: expressions, duplicate attributes and what a block may hold are not looked at.

mod body;
pub mod evaluate;
pub mod expression;
mod functions;
mod literal;
mod scan;
mod tree;
mod value;

pub use body::{Attribute, Block, Body, Label, Problem, ProblemKind};
pub use literal::{decode, literal};
pub use scan::{scan, scan_list, scan_object};
