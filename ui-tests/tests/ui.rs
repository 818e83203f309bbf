//! One program per rule. `fail/<mistake>.rs` is answered with `fail/<mistake>.stderr`; `pass/<form>.rs` compiles
//! without a warning.

#[test]
fn every_mistake_has_one_error_and_every_form_compiles() {
    let cases = trybuild::TestCases::new();
    for attribute in ["actor", "handlers", "supervise"] {
        cases.pass(format!("tests/{attribute}/pass/*.rs"));
        cases.compile_fail(format!("tests/{attribute}/fail/*.rs"));
    }
}
