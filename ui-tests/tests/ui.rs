//! One program per rule. `fail/<mistake>.rs` is answered with `fail/<mistake>.stderr`; `pass/<form>.rs` compiles
//! without a warning.
//!
//! Without a feature no backend is on, and with `--features bare-metal` that one: what the attributes say must not
//! depend on it, and `system!` has nowhere else to run.

#[test]
fn every_mistake_has_one_error_and_every_form_compiles() {
    let cases = trybuild::TestCases::new();
    for attribute in ["actor", "handlers", "supervise"] {
        cases.pass(format!("tests/{attribute}/pass/*.rs"));
        cases.compile_fail(format!("tests/{attribute}/fail/*.rs"));
    }
    if cfg!(feature = "bare-metal") {
        cases.pass("tests/system/pass/*.rs");
        cases.compile_fail("tests/system/fail/*.rs");
    } else {
        cases.compile_fail("tests/system/without_backend/*.rs");
    }
}
