//! The tables, as Markdown that reads well in a terminal too.

use crate::contender::{Entry, Role};
use crate::row::{Cell, Comparison, Row, Verdict};
use crate::targets::{Ratios, Target};

/// Rows that answer the same kind of question.
pub(crate) struct Section {
    pub(crate) title: &'static str,
    /// What the figures are and how far to trust them, or why there are none.
    pub(crate) note: String,
    pub(crate) rows: Vec<Row>,
    /// Whether the figures were sampled, and so have a spread and a processor time.
    pub(crate) sampled: bool,
}

/// The whole report.
pub(crate) fn render(head: &str, everybody: &[Entry], sections: &[Section]) -> String {
    let filled = || sections.iter().filter(|section| !section.rows.is_empty());
    let mut text = format!("# Results\n\n{head}\n");
    for section in sections {
        text += &format!("\n## {}\n\n{}\n", section.title, section.note);
        if !section.rows.is_empty() {
            text += &format!("\n{}", comparison(everybody, section));
        }
    }
    if filled().next().is_some() {
        text += "\n## Everybody\n";
    }
    for section in filled() {
        text += &format!("\n### {}\n\n", section.title);
        text += &figures(everybody, section, if section.sampled { spread } else { plain });
    }
    for section in filled().filter(|section| section.sampled) {
        text += &format!("\n### {}: processor time of all threads, median\n\n", section.title);
        text += &figures(everybody, section, processor);
    }
    text
}

/// Ours beside the best peer and raw tokio.
fn comparison(everybody: &[Entry], section: &Section) -> String {
    let head = ["", "ours", "best peer", "raw tokio", "peer ÷ ours", "raw ÷ ours", "target", ""];
    let line = |row: &Row| {
        let comparison = row.compare(everybody);
        let ratios = comparison.ratios();
        let Comparison { ours, peer, raw } = comparison;
        let cell = |cell: Option<Cell>| cell.map_or_else(dash, |cell| figure(cell.median));
        vec![
            row.title.clone(),
            cell(ours),
            peer.map_or_else(dash, |(name, cell)| format!("{} {name}", figure(cell.median))),
            cell(raw),
            ratio(ratios.peer),
            ratio(ratios.raw),
            Target::of(&row.key).map_or_else(dash, target),
            verdict(row.verdict(everybody)).to_owned(),
        ]
    };
    table(&head.map(str::to_owned), section.rows.iter().map(line))
}

/// Every contender's figures.
fn figures(everybody: &[Entry], section: &Section, shown: fn(Cell) -> String) -> String {
    let names = everybody.iter().map(|entry| entry.name.to_owned());
    let head: Vec<String> = std::iter::once(String::new()).chain(names).collect();
    let line = |row: &Row| {
        let cells = row.cells.iter().map(|cell| cell.map_or_else(dash, shown));
        std::iter::once(row.title.clone()).chain(cells).collect()
    };
    table(&head, section.rows.iter().map(line))
}

/// A Markdown table whose columns are aligned in plain text.
fn table(head: &[String], lines: impl Iterator<Item = Vec<String>>) -> String {
    let lines: Vec<Vec<String>> = std::iter::once(head.to_vec()).chain(lines).collect();
    let length = |text: &String| text.chars().count();
    let widest = |column: usize| lines.iter().map(|line| length(&line[column])).max().unwrap_or(0).max(3);
    let widths: Vec<usize> = (0..head.len()).map(widest).collect();
    let row = |line: &Vec<String>| {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!(" {cell:<width$} |"));
        format!("|{}\n", cells.collect::<String>())
    };
    let rule: String = widths.iter().map(|width| format!("{}|", "-".repeat(width + 2))).collect();
    let (first, rest) = lines.split_first().expect("a table has a head");
    format!("{}|{rule}\n{}", row(first), rest.iter().map(row).collect::<String>())
}

fn spread(cell: Cell) -> String {
    format!("{} ({}..{})", figure(cell.median), figure(cell.min), figure(cell.max))
}

fn plain(cell: Cell) -> String {
    figure(cell.median)
}

fn processor(cell: Cell) -> String {
    cell.processor.map_or_else(dash, figure)
}

/// A figure with the digits that mean something.
fn figure(value: f64) -> String {
    match value {
        value if value >= 100.0 || value == 0.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

fn ratio(ratio: Option<f64>) -> String {
    ratio.map_or_else(dash, |ratio| format!("{ratio:.1}×"))
}

fn target(target: &Target) -> String {
    let Ratios { peer, raw } = target.goal;
    let ratios = [peer, raw].into_iter().flatten().map(|ratio| format!("{ratio}×")).collect::<Vec<_>>().join(" / ");
    let ratios = (!ratios.is_empty()).then(|| format!("≥ {ratios}"));
    let most = target.at_most.map(|most| format!("≤ {most}"));
    [ratios, most].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "met",
        Verdict::Missed => "missed",
        Verdict::Open => "–",
    }
}

fn dash() -> String {
    "–".to_owned()
}

/// The sentence about whether everybody is here.
pub(crate) fn absent(everybody: &[Entry]) -> &'static str {
    if everybody.iter().any(|entry| entry.role == Role::Ours) {
        ""
    } else {
        "\n\nBuilt without the feature `ours`: the peers alone."
    }
}
