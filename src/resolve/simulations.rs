//! Simulations of Gatling that no build compiles: its plugin for Gradle compiles `src/gatling/java`, `kotlin` and `scala`,
//! and what lies beside them is what was left over when it was copied there.
//!
//! A simulation beside them of which there is no copy is told: a build may name its folder.

use std::sync::Arc;

use crate::facts::{Facts, Marker, MarkerKind};

/// The folder of the plugin, and those in it that it compiles; sorted.
const FOLDER: &str = "src/gatling/";
const COMPILED: &[&str] = &["java", "kotlin", "scala"];

/// Leaves out the simulations that are copies of compiled ones.
pub(super) fn resolve(facts: &mut Facts) {
    if !has_any(facts) {
        return;
    }
    let own = facts.markers.iter().filter(|it| is_simulation(it)).map(|it| it.at.path.clone());
    let compiled: Vec<Arc<str>> = own.filter(|it| is_compiled(it)).collect();
    facts.markers.retain(|it| !is_simulation(it) || !compiled.iter().any(|other| is_copy(&it.at.path, other)));
}

/// Whether a simulation is a copy of a compiled one, by their paths.
fn is_copy(path: &str, compiled: &str) -> bool {
    let (Some((base, rest)), Some((its_base, its_rest))) = (below(path), below(compiled)) else { return false };
    !is_compiled(path) && base == its_base && ends_with(its_rest, rest)
}

/// Whether there are simulations that the plugin doesn't compile.
pub(super) fn has_any(facts: &Facts) -> bool {
    facts.markers.iter().any(|it| is_simulation(it) && below(&it.at.path).is_some() && !is_compiled(&it.at.path))
}

fn is_simulation(marker: &Marker) -> bool {
    marker.kind == MarkerKind::LoadTest && marker.tool.as_deref() == Some("gatling")
}

fn is_compiled(path: &str) -> bool {
    let folder = below(path).and_then(|(_, it)| it.split('/').next());
    folder.is_some_and(|it| COMPILED.binary_search(&it).is_ok())
}

/// What stands before the plugin's folder, and what behind it.
fn below(path: &str) -> Option<(&str, &str)> {
    let at = path.find(FOLDER).filter(|at| *at == 0 || path.as_bytes()[at - 1] == b'/')?;
    Some((&path[..at], &path[at + FOLDER.len()..]))
}

/// Whether a path ends with these parts.
fn ends_with(path: &str, parts: &str) -> bool {
    path.strip_suffix(parts).is_some_and(|it| it.is_empty() || it.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{COMPILED, below, is_copy};

    #[test]
    fn the_table_is_sorted() {
        assert!(COMPILED.is_sorted());
    }

    #[test]
    fn copies() {
        for (path, compiled, expected) in [
            ("src/gatling/load/ASimulation.scala", "src/gatling/scala/load/ASimulation.scala", true),
            ("src/gatling/load/ASimulation.scala", "a/src/gatling/scala/load/ASimulation.scala", false),
            ("src/gatling/load/BSimulation.scala", "src/gatling/scala/load/ASimulation.scala", false),
            ("src/gatling/ASimulation.scala", "src/gatling/kotlin/BASimulation.scala", false),
            ("src/gatling/scala/ASimulation.scala", "src/gatling/kotlin/ASimulation.scala", false),
            ("src/test/scala/ASimulation.scala", "src/gatling/scala/ASimulation.scala", false),
        ] {
            assert_eq!(is_copy(path, compiled), expected, "{path} {compiled}");
        }
        assert_eq!(below("xsrc/gatling/a"), None);
    }
}
