//! What is shown: one file a format, each `fn write(report, …, &mut dyn Write)`.

pub mod sarif;
