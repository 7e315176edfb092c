//! Bake files: what their targets make and start from takes all files of a folder, so it is a question. Here what can't be
//! read is told.

use crate::extract::terraform::gap_of;
use crate::facts::{Facts, GapReason};
use crate::resolve::Questions;
use crate::source::SourceFile;
use crate::syntax::{hcl, yaml};

/// Asks for what the targets of a bake file make.
pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    questions.ask_images();
    if file.path().ends_with(".json") {
        let (_, problems) = yaml::parse(file.text());
        if let Some(first) = problems.first() {
            facts.gap(file.at(first.offset..first.offset), GapReason::Syntax, first.message.as_str());
        }
    } else {
        facts.gaps.extend(gap_of(file, &hcl::scan(file.text()).1));
    }
}
