//! One file a format. Each is `fn write(…, &mut dyn Write)` over the report, and reads nothing else.

pub mod explain;
pub mod inventory;
pub mod json;
pub mod sarif;
pub mod terminal;
