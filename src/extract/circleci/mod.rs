//! CircleCI: configurations and the sources of orbs → pipelines, the orbs and images they use, the orbs they offer.
//!
//! CircleCI itself puts commands of the same file, and those of orbs that are written inside of it, in the place of the
//! steps that name them; so does this reader, with the parameters filled in as far as the file says what they are. A
//! step that names a command of an orb from elsewhere is a use of it, a job that names an orb's job a call.

mod arguments;
mod config;
mod expand;
mod orb;
mod scope;

use super::ci;
use crate::classify::FileKind;
use crate::facts::Facts;
use crate::resolve::Questions;
use crate::source::SourceFile;

pub(crate) fn extract(file: &SourceFile<'_>, facts: &mut Facts, questions: &mut Questions) {
    ci::read(file, facts, |mut reader| {
        if file.kind() == FileKind::CircleciOrb {
            orb::read(&mut reader);
        } else {
            config::read(&mut reader, questions);
        }
    });
}
