//! A row of a table: one question, everybody's answer, and how ours compares.

use crate::contender::{Entry, Role};
use crate::meter::Reading;
use crate::targets::{Ratios, Target};

/// One question and everybody's answers, in the order of the contenders.
pub(crate) struct Row {
    /// The name its target is found by.
    pub(crate) key: String,
    /// What the tables call it.
    pub(crate) title: String,
    /// The answers; `None` where a contender has none.
    pub(crate) cells: Vec<Option<Cell>>,
}

/// An answer; less is better.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// Median of the processor time, where time was measured.
    pub(crate) processor: Option<f64>,
}

impl Cell {
    /// A figure that was counted, not sampled.
    pub(crate) fn exact(value: f64) -> Self {
        Self { median: value, min: value, max: value, processor: None }
    }

    /// What the rounds of a timed workload gave; `None` when one of them did not end.
    pub(crate) fn timed(readings: &[Option<Reading>]) -> Option<Self> {
        let readings: Vec<Reading> = readings.iter().copied().collect::<Option<_>>()?;
        let wall = sorted(readings.iter().map(Reading::wall_ns));
        let processor = sorted(readings.iter().map(Reading::processor_ns));
        Some(Self {
            median: median(&wall)?,
            min: *wall.first()?,
            max: *wall.last()?,
            processor: Some(median(&processor)?),
        })
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn median(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    Some(if sorted.len().is_multiple_of(2) { (sorted[middle - 1] + upper) / 2.0 } else { upper })
}

/// The three figures a row comes down to.
pub(crate) struct Comparison {
    pub(crate) ours: Option<Cell>,
    /// The peer with the lowest median, by name.
    pub(crate) peer: Option<(&'static str, Cell)>,
    pub(crate) raw: Option<Cell>,
}

/// Whether a row has reached its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Met,
    Missed,
    /// The row has no target, or ours was not measured.
    Open,
}

impl Row {
    /// Ours, the best peer and raw tokio.
    pub(crate) fn compare(&self, everybody: &[Entry]) -> Comparison {
        let of = |role| {
            let answers = everybody.iter().zip(&self.cells).filter(move |(entry, _)| entry.role == role);
            let answers = answers.filter_map(|(entry, cell)| Some((entry.name, (*cell)?)));
            answers.min_by(|(_, one), (_, other)| one.median.total_cmp(&other.median))
        };
        let cell = |(_, cell)| cell;
        Comparison { ours: of(Role::Ours).map(cell), peer: of(Role::Peer), raw: of(Role::Raw).map(cell) }
    }

    /// Whether ours reaches the goal of this row.
    pub(crate) fn verdict(&self, everybody: &[Entry]) -> Verdict {
        let Some(target) = Target::of(&self.key) else { return Verdict::Open };
        let comparison = self.compare(everybody);
        let Some(ours) = comparison.ours else { return Verdict::Open };
        let missed = !comparison.reaches(target.goal, Comparison::ratios) || exceeds(target, ours);
        if missed { Verdict::Missed } else { Verdict::Met }
    }

    /// What is wrong with this row in the small mode, if anything. A ratio counts as fallen only when the medians and
    /// the minima agree on it.
    pub(crate) fn complaint(&self, everybody: &[Entry]) -> Option<String> {
        let has_ours = everybody.iter().any(|entry| entry.role == Role::Ours);
        let target = Target::of(&self.key).filter(|_| has_ours)?;
        let comparison = self.compare(everybody);
        let Some(ours) = comparison.ours else { return Some(format!("{}: no result", self.key)) };
        if exceeds(target, ours) {
            let allowed = target.at_most.unwrap_or_default();
            return Some(format!("{}: {} is more than the {allowed} allowed", self.key, ours.median));
        }
        let held = [Comparison::ratios, Comparison::ratios_of_minima];
        if held.into_iter().any(|ratios| comparison.reaches(target.floor, ratios)) {
            return None;
        }
        let shown = |ratio: Option<f64>| ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}"));
        let (found, floor) = (comparison.ratios(), target.floor);
        Some(format!(
            "{}: ratio to the best peer {} (floor {}), to raw tokio {} (floor {})",
            self.key,
            shown(found.peer),
            shown(floor.peer),
            shown(found.raw),
            shown(floor.raw)
        ))
    }
}

fn exceeds(target: &Target, ours: Cell) -> bool {
    target.at_most.is_some_and(|most| ours.median > most)
}

impl Comparison {
    /// The others' medians divided by ours.
    pub(crate) fn ratios(&self) -> Ratios {
        self.ratios_by(|cell| cell.median)
    }

    fn ratios_of_minima(&self) -> Ratios {
        self.ratios_by(|cell| cell.min)
    }

    fn ratios_by(&self, figure: fn(Cell) -> f64) -> Ratios {
        let ours = self.ours.map(figure).filter(|ours| *ours > 0.0);
        let ratio = |other: Option<Cell>| Some(figure(other?) / ours?);
        Ratios { peer: ratio(self.peer.map(|(_, cell)| cell)), raw: ratio(self.raw) }
    }

    /// Whether every ratio that is asked for, and can be formed, is reached.
    fn reaches(&self, asked: Ratios, ratios: impl Fn(&Self) -> Ratios) -> bool {
        let found = ratios(self);
        let reached = |found: Option<f64>, asked: Option<f64>| match (found, asked) {
            (Some(found), Some(asked)) => found >= asked,
            (None, _) | (_, None) => true,
        };
        reached(found.peer, asked.peer) && reached(found.raw, asked.raw)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Row, Verdict, median};
    use crate::contender::{Entry, Role, everybody};

    /// A contender of each side; what they run does not matter here.
    fn sides() -> Vec<Entry> {
        let of = |role| {
            let mut entry = everybody()[0];
            entry.role = role;
            entry
        };
        vec![of(Role::Ours), of(Role::Peer), of(Role::Peer), of(Role::Raw)]
    }

    fn row(key: &str, figures: [f64; 4]) -> Row {
        let cells = figures.map(|figure| Some(Cell::exact(figure))).into();
        Row { key: key.to_owned(), title: String::new(), cells }
    }

    #[test]
    fn the_median_of_an_even_count_lies_between() {
        let check = |sorted: &[f64], expected| assert_eq!(median(sorted), expected);
        check(&[], None);
        check(&[3.0], Some(3.0));
        check(&[1.0, 3.0], Some(2.0));
        check(&[1.0, 2.0, 9.0], Some(2.0));
    }

    #[test]
    fn the_best_peer_is_the_one_to_beat() {
        let check = |key, figures, expected| assert_eq!(row(key, figures).verdict(&sides()), expected);
        check("tell-ct", [10.0, 400.0, 40.0, 45.0], Verdict::Met);
        check("tell-ct", [10.0, 400.0, 39.0, 45.0], Verdict::Missed);
        check("tell-ct", [10.0, 400.0, 40.0, 44.0], Verdict::Missed);
        check("memory", [251.0, 4000.0, 4000.0, 4000.0], Verdict::Missed);
        check("allocations-tell", [0.0, 2.0, 1.0, 0.0], Verdict::Met);
        check("stop-ct", [10.0, 1.0, 1.0, 1.0], Verdict::Open);
    }

    #[test]
    fn the_small_mode_complains_of_floors_and_exact_counts() {
        let check = |key, figures, expected: bool| {
            assert_eq!(row(key, figures).complaint(&sides()).is_some(), expected, "{key} {figures:?}");
        };
        check("tell-ct", [10.0, 400.0, 21.0, 21.0], false);
        check("tell-ct", [10.0, 400.0, 19.0, 21.0], true);
        check("allocations-ask", [0.0, 2.0, 2.0, 1.0], false);
        check("allocations-ask", [0.0001, 2.0, 2.0, 1.0], true);
        check("stop-ct", [10.0, 1.0, 1.0, 1.0], false);
    }

    #[test]
    fn one_quick_round_is_enough_to_hold_a_floor() {
        let mut row = row("tell-ct", [20.0, 400.0, 21.0, 21.0]);
        row.cells[0] = Some(Cell { median: 20.0, min: 10.0, max: 90.0, processor: None });
        assert_eq!(row.complaint(&sides()), None);
    }

    #[test]
    fn ours_without_a_result_is_a_complaint() {
        let mut row = row("tell-ct", [10.0, 400.0, 40.0, 45.0]);
        row.cells[0] = None;
        assert!(row.complaint(&sides()).is_some());
    }
}
