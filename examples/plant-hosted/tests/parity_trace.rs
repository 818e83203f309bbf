//! A scene that is traced on the worker of a host, as it is in firmware: to the byte.
#![allow(missing_docs)]

#[path = "../../firmware/src/scene.rs"]
mod scene;

/// What `examples/firmware/src/bin/trace.rs` writes on each board, and what `actor-trace` shows of it: `.ci/firmware` compares
/// them too.
const WRITTEN: &str = include_str!("../../firmware/scene/written.txt");
const SHOWN: &str = include_str!("../../firmware/scene/shown.txt");

#[test]
fn a_trace_is_that_of_the_firmware_to_the_byte() {
    scene::play();
    let mut written = String::new();
    scene::write(&mut written).unwrap();
    assert_eq!(written, WRITTEN, "{written}");
    let lines = |word: &str| written.lines().filter_map(|line| line.strip_prefix(word)).collect::<Vec<_>>();
    let names = lines("name ").join("\n");
    let units = lines("unit ").into_iter().map(|unit| u64::from_str_radix(unit, 16).unwrap().to_be_bytes());
    let bytes: Vec<u8> = units.flatten().collect();
    let dump = actor::TraceDump::read(&bytes).unwrap();
    assert_eq!(dump.lines(actor::TraceNames::of(&names)).to_string(), SHOWN);
}
