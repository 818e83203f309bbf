//! What the pages of this project say is there is there: `docs/decisions` names tests that exist, one at least for each
//! rule, on a page that is short; `ARCHITECTURE.md` names modules and files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The most lines of a page that argues for one decision.
const LINES: usize = 80;

#[test]
fn decisions_are_short_and_each_rule_names_a_test_that_exists() {
    let tests = tests();
    assert!(tests.len() > 300, "only {} tests found", tests.len());
    let mut wrong = Vec::new();
    let pages = files(&root().join("docs/decisions"));
    assert!(pages.len() >= 6, "pages that are gone: {pages:?}");
    for page in pages {
        let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&page).expect("a page");
        if text.lines().count() > LINES {
            wrong.push(format!("{name}: longer than {LINES} lines"));
        }
        for cited in quoted(&text).filter(|quoted| is_test(quoted) && !tests.contains(*quoted)) {
            wrong.push(format!("{name}: no test `{cited}`"));
        }
        let rules = rules(&text);
        if rules.is_empty() {
            wrong.push(format!("{name}: no rules"));
        }
        for rule in rules.iter().filter(|rule| !quoted(rule).any(is_test) && !rule.contains("the same test")) {
            wrong.push(format!("{name}: a rule without a test: {rule}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_architecture_names_files_that_exist_and_every_module() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let mut there: Vec<_> = ["actor", "actor-macros", "actor-runtime", "benches", "docs", "examples", ".ci"]
        .iter()
        .flat_map(|folder| files(&root().join(folder)))
        .collect();
    there.push(root().join("README.md"));
    let mut wrong = Vec::new();
    for named in quoted(&text).filter(|quoted| is_file(quoted)) {
        if !there
            .iter()
            .any(|file| file.ends_with(named) || file.parent().is_some_and(|folder| folder.ends_with(named)))
        {
            wrong.push(format!("no file `{named}`"));
        }
    }
    let lib = fs::read_to_string(root().join("actor-runtime/src/lib.rs")).expect("lib.rs");
    let modules = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    for module in modules.filter(|module| *module != "backend") {
        if !quoted(&text).any(|quoted| quoted == module) {
            wrong.push(format!("`{module}` stands in no layer"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What stands between backticks on one line.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Whether it is written as `file::test`.
fn is_test(quoted: &str) -> bool {
    let word =
        |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    quoted.split_once("::").is_some_and(|(file, test)| word(file) && word(test) && test.contains('_'))
}

/// Whether it is a path of this project, or a file name of its sources.
fn is_file(quoted: &str) -> bool {
    let path = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    quoted.chars().all(path) && (quoted.contains('/') || quoted.ends_with(".rs"))
}

/// The numbered rules of a page, each whole.
fn rules(text: &str) -> Vec<String> {
    let mut rules: Vec<String> = Vec::new();
    let mut in_rule = false;
    for line in text.lines() {
        let numbered = line.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
        in_rule = numbered || in_rule && line.starts_with("   ");
        if numbered {
            rules.push(line.into());
        } else if in_rule && let Some(rule) = rules.last_mut() {
            rule.push('\n');
            rule.push_str(line);
        }
    }
    rules
}

/// Every test, as `file::test`, where a `mod.rs` is called as its folder.
fn tests() -> BTreeSet<String> {
    let folders = ["actor/tests", "actor-runtime/src", "actor-runtime/tests", "examples/plant-hosted/tests"];
    let mut tests = BTreeSet::new();
    for file in folders.iter().flat_map(|folder| files(&root().join(folder))) {
        let named = if file.ends_with("mod.rs") { file.parent() } else { Some(&*file) };
        let Some(stem) = named.and_then(Path::file_stem) else { continue };
        let text = fs::read_to_string(&file).unwrap_or_default();
        let mut is_test = false;
        for line in text.lines().map(str::trim_start) {
            // Some tests are made by a macro that takes their name.
            let name = line.strip_prefix("parity!(").or_else(|| {
                let line = line.strip_prefix("async ").unwrap_or(line);
                line.strip_prefix("fn ").filter(|_| is_test)
            });
            if let Some(name) = name.and_then(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()) {
                tests.insert(format!("{}::{name}", stem.to_string_lossy()));
            }
            is_test =
                line.starts_with("#[test]") || line.starts_with("#[tokio::test") || is_test && line.starts_with("#[");
        }
    }
    tests
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files = Vec::new();
    for path in entries.filter(|path| !path.ends_with("target")) {
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files
}
