use crate::facts::Facts;
use crate::source::SourceFile;

pub(crate) fn extract(_file: &SourceFile<'_>, _facts: &mut Facts) {}
