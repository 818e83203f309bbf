//! The same workloads on this project, its peers and plain tokio, in one binary and one run.
//!
//! The contenders take turns inside each round, so that a disturbance of the machine hits all of them; what is
//! reported is the median of the rounds with minimum and maximum, and ratios within the run. `README.md` says how to
//! read it.

mod arguments;
mod contender;
mod count_alloc;
mod instructions;
mod machine;
mod memory;
mod meter;
mod report;
mod row;
mod targets;
mod workload;

use std::hint::black_box;
use std::panic::{set_hook, take_hook};
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use arguments::Arguments;
use contender::{DELIBERATE, Entry, Flavor, everybody, labour, named};
use count_alloc::CountingAllocator;
use meter::{Meter, Reading};
use report::Section;
use row::{Cell, Row};
use workload::{Plan, WORK_ROUNDS, Workload};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() -> ExitCode {
    silence_deliberate_panics();
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [memory::CHILD, name, actors] => memory_child(name, actors),
        [instructions::CHILD, name, workload, operations] => instructions_child(name, workload, operations),
        words => parent(words),
    }
}

/// Keeps the panics of the crash workload off the screen.
fn silence_deliberate_panics() {
    let loud = take_hook();
    set_hook(Box::new(move |info| {
        if info.payload().downcast_ref::<&str>() != Some(&DELIBERATE) {
            loud(info);
        }
    }));
}

fn memory_child(name: &str, actors: &str) -> ExitCode {
    let entry = named(name).expect("the parent knows the names");
    let footprint = (entry.footprint)(actors.parse().expect("the parent passes a number"));
    println!("{}", footprint.to_line());
    ExitCode::SUCCESS
}

fn instructions_child(name: &str, workload: &str, operations: &str) -> ExitCode {
    let entry = named(name).expect("the parent knows the names");
    let workload = Workload::ALL.into_iter().find(|one| one.name() == workload).expect("the parent knows the names");
    instructions::child(&entry, workload, operations.parse().expect("the parent passes a number"));
    ExitCode::SUCCESS
}

fn parent(words: &[&str]) -> ExitCode {
    let arguments = match Arguments::parse(words.iter().map(|word| (*word).to_owned())) {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("{error}\n\n{}", arguments::HELP);
            return ExitCode::from(2);
        }
    };
    if arguments.help {
        print!("{}", arguments::HELP);
        return ExitCode::SUCCESS;
    }
    let everybody = everybody();
    let head = head(&arguments, &everybody);
    let sections = measure(&arguments, &everybody);
    let text = report::render(&head, &everybody, &sections);
    println!("{text}");
    if let Some(path) = arguments.out() {
        if let Err(error) = fs::write(&path, text + &compile_times(&path)) {
            eprintln!("{} cannot be written: {error}", path.display());
            return ExitCode::FAILURE;
        }
        eprintln!("written to {}", path.display());
    }
    if arguments.small { judge(&everybody, &sections) } else { ExitCode::SUCCESS }
}

/// The lines above the tables.
fn head(arguments: &Arguments, everybody: &[Entry]) -> String {
    let date = arguments.date.clone().unwrap_or_else(machine::today);
    format!("{date}. {}{}", machine::description(), report::absent(everybody))
}

/// Runs everything that is wanted, in the order of the report.
fn measure(arguments: &Arguments, everybody: &[Entry]) -> Vec<Section> {
    let (working, trivial): (Vec<_>, Vec<_>) = Workload::ALL
        .into_iter()
        .filter(|workload| arguments.wants(workload.name()))
        .partition(|workload| workload.works());
    let sections = [
        trivial_section(arguments, everybody, &trivial),
        working_section(arguments, everybody, &working),
        memory_section(arguments, everybody),
        allocations_section(arguments, everybody),
        instructions_section(arguments, everybody),
    ];
    sections.into_iter().flatten().collect()
}

fn trivial_section(arguments: &Arguments, everybody: &[Entry], workloads: &[Workload]) -> Option<Section> {
    let note = format!(
        "Nanoseconds of wall time per operation; handlers do next to nothing, so this is the price of the message. \
         Median of {} rounds. mt: two workers; ct: one thread.",
        arguments.rounds()
    );
    let rows = timed_rows(arguments, everybody, workloads);
    (!rows.is_empty()).then_some(Section { title: "Time per operation", note, rows, sampled: true })
}

fn working_section(arguments: &Arguments, everybody: &[Entry], workloads: &[Workload]) -> Option<Section> {
    let note = format!(
        "As above, with handlers that compute; called without an actor around it, the computation takes {:.0} ns \
         here. What is left of the differences once an actor has something to do.",
        bare_labour_ns()
    );
    let rows = timed_rows(arguments, everybody, workloads);
    let title = "Time per operation when handlers work";
    (!rows.is_empty()).then_some(Section { title, note, rows, sampled: true })
}

/// What the computing handlers cost by themselves: the best of some tries.
fn bare_labour_ns() -> f64 {
    let attempt = || {
        let meter = Meter::start();
        (0..1_000).for_each(|seed| {
            black_box(labour(seed, WORK_ROUNDS));
        });
        meter.stop(1_000).wall_ns()
    };
    (0..10).map(|_| attempt()).fold(f64::INFINITY, f64::min)
}

fn timed_rows(arguments: &Arguments, everybody: &[Entry], workloads: &[Workload]) -> Vec<Row> {
    let flavored = workloads.iter().flat_map(|workload| Flavor::ALL.map(|flavor| (*workload, flavor)));
    flavored.map(|(workload, flavor)| timed_row(arguments, everybody, workload, flavor)).collect()
}

/// Lets everybody run a workload in turn, round after round, each round beginning with somebody else.
fn timed_row(arguments: &Arguments, everybody: &[Entry], workload: Workload, flavor: Flavor) -> Row {
    let key = format!("{}-{}", workload.name(), flavor.name());
    eprintln!("{key}");
    let operations = workload.operations() / if arguments.small { 5 } else { 1 };
    let plan = Plan::of(flavor, operations);
    let mut readings = vec![Vec::new(); everybody.len()];
    for round in 0..arguments.rounds() {
        for turn in 0..everybody.len() {
            let who = (round + turn) % everybody.len();
            if everybody[who].takes(workload) {
                readings[who].push(everybody[who].measure(workload, &plan));
            }
        }
    }
    let cells = readings.iter().map(|readings| Cell::timed(readings)).collect();
    Row { key, title: format!("{}, {}", workload.title(), flavor.name()), cells }
}

fn memory_section(arguments: &Arguments, everybody: &[Entry]) -> Option<Section> {
    if !arguments.wants("memory") {
        return None;
    }
    eprintln!("memory");
    let actors = if arguments.small { 20_000 } else { 100_000 };
    let note = format!(
        "Bytes per idle actor, each contender in a process of its own with {actors} actors on one thread. Exact up \
         to a page here and there."
    );
    let footprints: Vec<_> = everybody.iter().map(|entry| reported(entry, memory::of(entry, actors))).collect();
    let row = |key: &str, title: &str, figure: fn(memory::Footprint) -> f64| Row {
        key: key.to_owned(),
        title: title.to_owned(),
        cells: footprints.iter().map(|footprint| footprint.map(figure).map(Cell::exact)).collect(),
    };
    let rows = vec![
        row("memory", "resident (RSS)", |footprint| footprint.resident),
        row("memory-heap", "heap", |footprint| footprint.heap),
        row("memory-heap-used", "heap after one ask each", |footprint| footprint.heap_used),
    ];
    Some(Section { title: "Memory per idle actor", note, rows, sampled: false })
}

/// The workloads whose allocations are counted, and what one operation of them is called.
const ALLOCATING: [(Workload, &str); 3] =
    [(Workload::Tell, "tell"), (Workload::Ask, "ask"), (Workload::Spawn, "spawn")];

fn allocations_section(arguments: &Arguments, everybody: &[Entry]) -> Option<Section> {
    if !arguments.wants("allocations") {
        return None;
    }
    eprintln!("allocations");
    let note = "Calls of the allocator per operation on one thread, counted exactly over 10,000 operations after a \
                warm-up. A spawn includes the first message.";
    count_alloc::count(true);
    let rows = ALLOCATING.iter().flat_map(|(workload, name)| allocation_rows(everybody, *workload, name)).collect();
    count_alloc::count(false);
    Some(Section { title: "Allocations per operation", note: note.to_owned(), rows, sampled: false })
}

/// How often, and how many bytes.
fn allocation_rows(everybody: &[Entry], workload: Workload, name: &str) -> [Row; 2] {
    let plan = Plan::of(Flavor::CurrentThread, 10_000);
    let readings: Vec<_> = everybody.iter().map(|entry| entry.measure(workload, &plan)).collect();
    let row = |key: &str, title: String, figure: fn(&Reading) -> f64| Row {
        key: format!("{key}-{name}"),
        title,
        cells: readings.iter().map(|reading| reading.as_ref().map(figure).map(Cell::exact)).collect(),
    };
    [
        row("allocations", name.to_owned(), Reading::allocations),
        row("bytes", format!("{name}, bytes"), Reading::requested),
    ]
}

/// Not part of the small mode unless asked for: it takes longer than all the rest of it.
fn instructions_section(arguments: &Arguments, everybody: &[Entry]) -> Option<Section> {
    let wanted = arguments.names("instructions") || arguments.wants("instructions") && !arguments.small;
    if !wanted {
        return None;
    }
    eprintln!("instructions");
    let section =
        |note: &str, rows| Section { title: "Instructions per operation", note: note.to_owned(), rows, sampled: false };
    if let Some(why) = instructions::missing() {
        eprintln!("{why}");
        return Some(section(why, Vec::new()));
    }
    let note = "Instructions per operation on one thread, counted by callgrind, the loop of the workload included. An \
                ask is the whole round trip, a hop one message of the ping-pong.";
    let rows = instructions::COUNTED.map(|(workload, name)| instruction_row(everybody, workload, name));
    Some(section(note, rows.into()))
}

fn instruction_row(everybody: &[Entry], workload: Workload, name: &str) -> Row {
    let count = |entry: &Entry| reported(entry, instructions::of(entry, workload)).map(Cell::exact);
    Row { key: format!("instructions-{name}"), title: name.to_owned(), cells: everybody.iter().map(count).collect() }
}

/// The figure, or nothing and a line on the screen that says why.
fn reported<T>(entry: &Entry, outcome: Result<T, String>) -> Option<T> {
    outcome.inspect_err(|error| eprintln!("{}: {error}", entry.name)).ok()
}

/// Fails the run when a row has fallen below its floor, naming it.
fn judge(everybody: &[Entry], sections: &[Section]) -> ExitCode {
    let rows = sections.iter().flat_map(|section| &section.rows);
    let complaints: Vec<String> = rows.filter_map(|row| row.complaint(everybody)).collect();
    for complaint in &complaints {
        eprintln!("below the floor: {complaint}");
    }
    if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The section that `compile-cost/run` wrote, which is none of ours to drop.
fn compile_times(path: &Path) -> String {
    let before = fs::read_to_string(path).unwrap_or_default();
    before.find("\n## Time to compile\n").map_or_else(String::new, |at| before[at..].to_owned())
}
