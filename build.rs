//! Reads the rules while the program is built. People write them in YAML, and to parse half a megabyte of it would be most
//! of what a scan of a small repository costs; as JSON the program reads it at each start in a tenth of the time.
#![expect(clippy::disallowed_methods, reason = "the rules are read, and what is made of them written")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=rules");
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("rules");
    let mut paths = Vec::new();
    collect(&root, &mut paths)?;
    paths.sort();
    let mut code = String::from("&[\n");
    for path in paths {
        let text = fs::read_to_string(&path)?;
        let value: serde_json::Value =
            serde_saphyr::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let below = path.strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
        writeln!(code, "    ({below:?}, {:?}),", value.to_string())?;
    }
    code.push_str("]\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("rules.rs"), code)?;
    Ok(())
}

/// The files below a folder.
fn collect(folder: &Path, into: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => collect(&path, into)?,
            false => into.push(path),
        }
    }
    Ok(())
}
