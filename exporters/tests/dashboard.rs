//! The dashboard among the examples asks for names that are exported, for some of each family.
#![allow(missing_docs)]

use std::collections::BTreeSet;

use actor::metrics::{Family, FamilyKind};
use serde_json::Value;

/// The names of a family's samples.
fn samples(family: Family) -> Vec<String> {
    let suffixes = match family.kind() {
        FamilyKind::Gauge => &[""][..],
        FamilyKind::Counter => &["_total"],
        FamilyKind::Histogram => &["_bucket", "_count", "_sum"],
    };
    suffixes.iter().map(|suffix| format!("{}{suffix}", family.name())).collect()
}

/// The queries below `value`.
fn queries(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let named = fields.iter().filter(|(name, _)| *name == "expr" || *name == "query");
            found.extend(named.filter_map(|(_, query)| query.as_str()).map(str::to_owned));
            fields.values().for_each(|field| queries(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| queries(item, found)),
        _ => {}
    }
}

/// The names that a query selects: each stands before its labels.
fn selected(query: &str) -> impl Iterator<Item = &str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    query.match_indices('{').filter_map(move |(at, _)| query[..at].rsplit(|c| !is_name(c)).next())
}

#[test]
fn every_name_in_the_dashboard_is_exported_and_every_family_is_in_it() {
    let dashboard: Value = serde_json::from_str(include_str!("../../examples/dashboard.json")).unwrap();
    let mut found = Vec::new();
    queries(&dashboard, &mut found);
    // What is asked of Grafana itself: which sources it has.
    found.retain(|query| query != "prometheus");
    let exported: BTreeSet<_> = Family::ALL.into_iter().flat_map(samples).collect();
    for query in &found {
        let names: Vec<_> = selected(query).collect();
        assert!(!names.is_empty(), "selects nothing: {query}");
        for name in names {
            assert!(exported.contains(name), "`{name}` is not exported: {query}");
        }
    }
    let asked: BTreeSet<_> = found.iter().flat_map(|query| selected(query)).collect();
    for family in Family::ALL {
        let is_shown = samples(family).iter().any(|name| asked.contains(name.as_str()));
        assert!(is_shown, "no panel shows `{}`", family.name());
    }
}
