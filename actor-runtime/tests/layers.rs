//! The layers of `lib.rs` hold: a module imports from its own layer or from those above it.
//!
//! The one exception is the seam: everything from the contract down may name `crate::backend`, whose enums
//! hide the backends, but not what lies inside a backend.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

/// The layer from which on the seam may be named.
const SEAM_FROM: &str = "Contract";

#[test]
fn modules_import_only_from_their_own_layer_or_above() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let layers = layers(&fs::read_to_string(src.join("lib.rs")).expect("lib.rs"));
    let seam = layers.iter().find(|(_, (_, name))| name == SEAM_FROM).map(|(_, (rank, _))| *rank).expect("the seam");
    let mut wrong = Vec::new();
    for file in sources(&src) {
        let module = module_of(&src, &file);
        let Some((rank, _)) = layers.get(module.split("::").next().unwrap_or_default()) else { continue };
        for import in imports(&fs::read_to_string(&file).expect("a source file")) {
            let (top, rest) = import.split_once("::").unwrap_or((&import, ""));
            let Some((imported, _)) = layers.get(top) else { continue };
            let through_seam = top == "backend" && !rest.starts_with("tokio") && !rest.starts_with("bare_metal");
            if imported > rank && !(through_seam && *rank >= seam) {
                wrong.push(format!("`{module}` imports `{import}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that point the wrong way: {wrong:#?}");
}

#[test]
fn neither_backend_knows_the_other() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/backend");
    for (backend, other) in [("tokio", "bare_metal"), ("bare_metal", "tokio")] {
        for file in sources(&src.join(backend)) {
            let text = fs::read_to_string(&file).expect("a source file");
            assert!(!text.contains(&format!("backend::{other}")), "{} knows {other}", file.display());
        }
    }
}

#[test]
fn unsafe_stands_where_the_architecture_says() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let page = fs::read_to_string(src.join("../../ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let section = page.split_once("\n## Unsafe\n").and_then(|(_, rest)| rest.split_once("\n## ")).expect("a section").0;
    let mut listed = BTreeSet::new();
    for row in section.lines().filter(|line| line.starts_with("| ")).skip(1) {
        let (folder, files) = row.trim_start_matches("| ").split_once(" | ").expect("a folder and its files");
        let folder = if folder.starts_with('`') { format!("{}/", folder.trim_matches('`')) } else { String::new() };
        let names = files.split('`').skip(1).step_by(2);
        listed.extend(names.map(|name| format!("{folder}{}", name.trim_end_matches(".rs"))));
    }
    let found: BTreeSet<_> = sources(&src)
        .into_iter()
        .filter(|file| has_unsafe(&fs::read_to_string(file).expect("a source file")))
        .map(|file| module_of(&src, &file).replace("::", "/"))
        .collect();
    assert!(!found.is_empty());
    let only = |these: &BTreeSet<String>, those| these.difference(those).cloned().collect::<Vec<_>>();
    let (unlisted, gone) = (only(&found, &listed), only(&listed, &found));
    assert!(unlisted.is_empty() && gone.is_empty(), "not in the list: {unlisted:?}; in the list for nothing: {gone:?}");
}

/// Whether there is `unsafe` outside of comments.
fn has_unsafe(text: &str) -> bool {
    let code = text.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
    code.into_iter().any(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe"))
}

#[test]
fn all_locks_are_those_of_one_module() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    // Bare metal has critical sections, whose checks are the firmware's.
    let apart = [src.join("backend/tokio/lock"), src.join("backend/bare_metal")];
    let mut others = Vec::new();
    for file in sources(&src).into_iter().filter(|file| !apart.iter().any(|folder| file.starts_with(folder))) {
        let text = fs::read_to_string(&file).expect("a source file");
        let code = text.split("[cfg(all(test").next().unwrap_or_default();
        let words = code.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let locks = words.filter(|word| ["parking_lot", "Mutex", "RwLock", "Condvar", "ReentrantLock"].contains(word));
        others.extend(locks.map(|word| format!("{}: {word}", file.display())));
    }
    assert!(others.is_empty(), "use `backend::tokio::lock`, which checks that no user code runs under it: {others:#?}");
}

/// Each top-level module with the rank and the name of its layer, read from the comments of `lib.rs`.
fn layers(lib: &str) -> HashMap<String, (usize, String)> {
    let mut layers = HashMap::new();
    let (mut rank, mut name) = (0, String::new());
    for line in lib.lines() {
        if let Some(heading) = line.strip_prefix("// ").and_then(|comment| comment.split_once(':')) {
            rank += 1;
            name = heading.0.to_string();
        } else if let Some(module) = line.strip_prefix("pub mod ").and_then(|module| module.strip_suffix(';')) {
            layers.insert(module.to_string(), (rank, name.clone()));
        }
    }
    assert!(layers.len() > 10, "lib.rs lists its modules under headings: {layers:?}");
    layers
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| {
            let path = entry.path();
            if path.is_dir() { sources(&path) } else { vec![path] }
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn module_of(src: &Path, file: &Path) -> String {
    let path = file.strip_prefix(src).expect("below src").with_extension("");
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("::")
}

/// What follows `crate::` anywhere outside of comments.
fn imports(text: &str) -> Vec<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.match_indices("crate::").map(move |(at, _)| &line[at + "crate::".len()..]))
        .map(|rest| {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
            rest[..end].to_string()
        })
        .collect()
}
